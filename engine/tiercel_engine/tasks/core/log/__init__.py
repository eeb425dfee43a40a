"""The `log` group: entries written, fetched and forgotten."""
