"""What a company's own history says of the values: one small fit for each part of the model, no simulation.

`counted_months` has what counts of months say of people who began and stopped; `starts` their
likelihood, `level` the prior of the market's level, `posterior` turns a density into draws.  Knows no file.
"""
