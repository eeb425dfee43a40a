"""A file per rule."""
