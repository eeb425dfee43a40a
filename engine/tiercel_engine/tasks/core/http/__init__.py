"""The `http` group: requests and downloads."""
