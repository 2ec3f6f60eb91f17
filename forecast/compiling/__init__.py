"""How do rules become machine code?  `decorators` for the rules, `cache` keeps what was compiled, `linking` saves time.

Rules use the decorators alone.  `numba_names` holds Numba itself and the list of all its names that it does not promise
to keep; `record_table` is a type for records in a row.  Nothing here knows what the rules say.  This file imports
nothing, so that each of the others can be imported alone.
"""
