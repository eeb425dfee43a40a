"""Tests of `tiercel_engine.runners`."""
