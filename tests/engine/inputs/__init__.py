"""Tests of `tiercel_engine.inputs`."""
