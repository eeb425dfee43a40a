"""Tasks of the Google Cloud plugin."""
