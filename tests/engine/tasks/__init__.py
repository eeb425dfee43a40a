"""Tests of `tiercel_engine.tasks`."""
