"""Commands of Spark."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

SparkCLI = command_line("io.kestra.plugin.spark.SparkCLI", "apache/spark:4.0.1-java21-r")
"""Runs the lines of `commands` in one shell."""
