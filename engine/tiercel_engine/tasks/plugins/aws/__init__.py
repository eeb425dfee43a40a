"""Tasks of the AWS plugin."""
