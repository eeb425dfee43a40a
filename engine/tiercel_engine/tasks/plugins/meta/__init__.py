"""Tasks of the Meta plugin."""
