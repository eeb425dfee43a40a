"""A file for each kind of code action; each registers what it offers."""
