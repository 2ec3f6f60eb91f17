"""What did happen?  A company's exports in our own names, replayed into paths, and what a fit needs of them.

`tables` are the records, `table_files` reads and writes them, `account_states` is the state machine of one account,
`replay` makes paths of tables; the other files turn paths into exposures, tenures, trials, rates, stages and renewals.
Knows no scenario, no model's parameters and no statistics.
"""
