"""The subcommands of `tiercel triggers`."""
