"""What goes into the meeting?  One HTML file with the answer, its charts and tables, and what all of it rests on."""
