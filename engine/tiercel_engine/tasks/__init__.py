"""Leaf tasks, a file per type or tight family."""
