"""Commands of CloudQuery."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

CloudQueryCLI = command_line("io.kestra.plugin.cloudquery.CloudQueryCLI", "ghcr.io/cloudquery/cloudquery:latest-ubuntu")
"""Runs the lines of `commands` in one shell."""
