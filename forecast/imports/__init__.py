"""How do exports of other programs become an accounts file? Maps of columns, guessed and read, and the conversion.

`systems` knows the headers of CRM and billing systems, `guess` writes a map from them, `map_file` reads it, `sources`
gives each of its blocks a table, `convert` makes the accounts.  Nothing is simulated here.
"""
