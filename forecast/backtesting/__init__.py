"""How good were forecasts of the past, and would a naive rule have done as well?  Pure functions of arrays.

`scores` measures draws against what happened, `skill` one forecast against another.  `baselines` lists the naive rules:
`naive_counts`, `damped_trend` and `bass_curve` take `known_counts`; `share_by_stage` takes deals.  Knows no file.
"""
