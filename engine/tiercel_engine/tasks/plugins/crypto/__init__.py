"""Tasks of the crypto plugin."""
