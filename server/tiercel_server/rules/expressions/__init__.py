"""How expressions are written: syntax, functions, filters, tests."""
