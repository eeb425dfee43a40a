"""pygls wiring: conversions, handlers, runs turned into diagnostics."""
