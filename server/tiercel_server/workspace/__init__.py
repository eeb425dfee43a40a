"""Immutable snapshots of documents and the project's settings."""
