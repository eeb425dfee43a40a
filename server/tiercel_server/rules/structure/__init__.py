"""The text and the objects in it: YAML, properties, kinds of value."""
