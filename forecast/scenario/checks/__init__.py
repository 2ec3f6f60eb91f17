"""What values cannot know of each other: names, sums, dates, limits, and the accounts file."""
