"""What does a forecast look like to FP&A?  Statements that tie to the cent, a live workbook, files for planning tools.

Knows a run's folder; simulates nothing.
"""
