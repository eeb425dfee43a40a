"""Tasks of the Redis plugin."""
