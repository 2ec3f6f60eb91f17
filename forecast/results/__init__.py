"""What did a run find out, and where is it kept?  Folders, tables and summaries; knows nothing of screens."""
