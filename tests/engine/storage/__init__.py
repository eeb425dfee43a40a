"""Tests of `tiercel_engine.storage`."""
