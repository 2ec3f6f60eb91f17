"""What does a company's data say of the model's values?  The data file, reading the exports, and the fit's folder.

`data_file` reads data.yaml into `data_records`; `read_exports` makes native tables, or a panel of counts, of the
exports by the rules of `reading_rules`: `read_accounts`, `read_events` and `user_histories`, `read_opportunities`,
`read_contracts`, `read_monthly`.
"""
