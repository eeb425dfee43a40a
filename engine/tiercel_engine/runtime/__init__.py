"""Performs the effects that the core decides."""
