"""Subcommands of `tiercel files`, a file each."""
