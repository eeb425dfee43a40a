"""The filters, a file per family; each registers itself."""
