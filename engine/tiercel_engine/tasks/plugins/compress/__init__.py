"""Tasks of the compress plugin."""
