"""A run for FP&A: statements that tie to the cent, a live workbook, files for planning tools.

Knows a run's folder; simulates nothing.
"""
