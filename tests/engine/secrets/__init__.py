"""Tests of `tiercel_engine.secrets`."""
