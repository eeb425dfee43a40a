"""Internal storage: files of executions and namespaces."""
