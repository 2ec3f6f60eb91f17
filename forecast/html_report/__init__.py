"""Reports: one HTML file with the answer, its charts and tables, and the assumptions it rests on."""
