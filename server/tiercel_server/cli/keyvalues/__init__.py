"""Subcommands of `tiercel kv`, a file each."""
