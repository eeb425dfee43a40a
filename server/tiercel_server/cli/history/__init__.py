"""The subcommands of `tiercel executions`: a file each, and how they read the history."""
