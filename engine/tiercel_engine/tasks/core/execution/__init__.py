"""The `execution` group: executions ended, checked, counted, resumed and forgotten."""
