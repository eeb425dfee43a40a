"""Commands of Terraform."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

TerraformCLI = command_line("io.kestra.plugin.terraform.cli.TerraformCLI", "hashicorp/terraform")
"""Runs the lines of `commands` in one shell."""
