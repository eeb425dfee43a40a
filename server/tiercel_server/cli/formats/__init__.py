"""A file per report format."""
