"""The workbook plan.xlsx, one file a sheet or kind of sheet; formulas are live and carry their computed value.

The same run gives the same bytes: nothing in it depends on when or where it was written.
"""
