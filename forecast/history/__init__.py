"""What happened to one account?  Its events as dated sentences, and its life as steps and spans for a chart."""
