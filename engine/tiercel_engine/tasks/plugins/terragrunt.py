"""Commands of Terragrunt."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

TerragruntCLI = command_line("io.kestra.plugin.terragrunt.cli.TerragruntCLI", "alpine/terragrunt")
"""Runs the lines of `commands` in one shell."""
