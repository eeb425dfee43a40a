"""Commands of SQLMesh."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.command_lines import command_line

SQLMeshCLI = command_line("io.kestra.plugin.sqlmesh.cli.SQLMeshCLI", "ghcr.io/kestra-io/sqlmesh")
"""Runs the lines of `commands` in one shell."""
