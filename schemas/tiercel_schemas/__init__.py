"""What may be written in a Kestra flow: source trees, models, expressions, catalog and JSON Schema."""

__version__ = "0.1.0"
