"""Commands of dlt."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

CLI = command_line("io.kestra.plugin.dlt.CLI", "ghcr.io/kestra-io/dlt")
"""Runs the lines of `commands` in one shell."""
