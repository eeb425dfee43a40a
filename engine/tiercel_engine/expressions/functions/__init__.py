"""The functions, a file per family; each registers itself."""
