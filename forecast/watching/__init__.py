"""Has the world left the forecast?  What happened since, part by part, against what a fit expected of what was there.

`expected_events` has the events of each part and what every draw of a fit expected of the actual exposure,
`evidence_of_change` the odds that something changed, `watch` does it from folder and data file to the answer.
"""
