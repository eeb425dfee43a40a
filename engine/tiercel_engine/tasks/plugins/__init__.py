"""Tasks of plugins outside core that a laptop can run, by plugin; libraries are imported when a task runs."""
