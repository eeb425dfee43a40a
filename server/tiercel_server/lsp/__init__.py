"""The language server: the protocol around `features`, `rules` and runs. Nothing else knows the protocol."""
