"""Commands of Trivy."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

TrivyCLI = command_line("io.kestra.plugin.trivy.cli.TrivyCLI", "ghcr.io/aquasecurity/trivy")
"""Runs the lines of `commands` in one shell."""
