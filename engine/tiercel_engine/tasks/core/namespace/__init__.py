"""The `namespace` group: namespace files stored, fetched and removed."""
