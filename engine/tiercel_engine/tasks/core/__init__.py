"""Leaf tasks of Kestra's core plugin, a module per group."""
