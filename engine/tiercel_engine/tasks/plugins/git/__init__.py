"""Tasks of the Git plugin, done by the `git` program."""
