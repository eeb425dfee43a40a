"""Tasks of the Google Workspace plugin."""
