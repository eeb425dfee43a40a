"""The generated JSON Schema of a flow, and validation by dispatch on `type`."""
