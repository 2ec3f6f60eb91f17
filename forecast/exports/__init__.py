"""What did a company export?  The data file, and the exports that it names, as native tables or a panel of counts.

`data_file` reads data.yaml into `data_records`; `read_exports` makes native tables, or a panel of counts, of the
exports by the rules of `reading_rules`: `read_accounts`, `read_events` and `user_histories`, `read_opportunities`,
`read_contracts`, `read_monthly`.
"""
