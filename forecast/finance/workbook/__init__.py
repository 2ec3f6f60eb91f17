"""What is in plan.xlsx?  One file a sheet or family of sheets; formulas are live and carry their computed value.

The same run gives the same bytes: nothing in it depends on when or where it was written.
"""
