"""Facts of every plugin type, by version."""
