"""The tests, a file per family; each registers itself."""
