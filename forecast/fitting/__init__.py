"""What do a company's data say of the model's values?  From exports and a prior scenario to a scenario with draws.

`prior_values` reads what is believed beforehand off a scenario, `nodes` learns node by node, `today` says where each
account stands, `fitted_scenario` writes all of it as a scenario, `fit` does one after the other.
"""
