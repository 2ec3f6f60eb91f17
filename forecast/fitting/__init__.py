"""What does a company's data say of the model's values?  The data file, reading the exports, and the fit's folder.

`data_file` reads data.yaml into `data_records`, `read_monthly` makes a panel of counts, by the rules of
`reading_rules`.
"""
