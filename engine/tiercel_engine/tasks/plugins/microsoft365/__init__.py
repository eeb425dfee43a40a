"""Tasks of the Microsoft 365 plugin."""
