"""History of executions in SQLite."""
