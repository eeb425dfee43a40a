"""The subcommands of `tiercel schema`, a file each, and what they share."""
