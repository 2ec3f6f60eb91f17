"""What a company's own history says of the values: one small fit for each part of the model, no simulation.

`start_data` has what was seen of people who began and stopped, by event or by counts of months; `starts` their
likelihood, `level` the prior of the market's level, `posterior` turns a density into draws.  Knows no file.
"""
