"""Tasks of the plugin of file systems."""
