"""Subcommands of `tiercel secrets`, a file each."""
