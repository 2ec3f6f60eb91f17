"""What do the tables of runs say?  Pure functions of tables: no engine, no runner, no screen."""
