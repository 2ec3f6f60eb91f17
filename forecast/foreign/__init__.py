"""Which tables come from other programs? Files of CSV and Excel as rows of text; knows no scenario and no column.

`encoding` makes text of bytes, `delimited` and `workbook` make rows of it, `table` chooses between them, `cells` reads
numbers and dates as people and programs write them.  What a column means is a matter of who asks for the table.
Exports of any size go through DuckDB instead: `duckdb_session` opens it, `large_files` and `databases` say how it scans
a source, `large_tables` makes a table of that, `sql_cells` reads numbers and times in SQL.
"""
