"""What commands show on a terminal: texts and tables of finished results. Computes nothing but texts."""
