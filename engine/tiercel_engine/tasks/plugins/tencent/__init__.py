"""Tasks of the Tencent plugin."""
