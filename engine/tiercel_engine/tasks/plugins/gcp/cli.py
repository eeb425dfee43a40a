"""Commands of the Google Cloud command line."""

from __future__ import annotations

from collections.abc import Mapping

from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.plugins.command_lines import command_line
from tiercel_engine.tasks.properties import text


async def _environment(context: TaskContext) -> Mapping[str, str]:
    found = {}
    account = await text(context, "serviceAccount")
    if account is not None:
        key = await context.working_directory() / "service-account.json"
        key.touch(mode=0o600)
        key.write_text(account, encoding="utf-8")
        found = {"GOOGLE_APPLICATION_CREDENTIALS": str(key), "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": str(key)}
    project = await text(context, "projectId")
    return {**found, "CLOUDSDK_CORE_PROJECT": project} if project is not None else found


GCloudCLI = command_line("io.kestra.plugin.gcp.cli.GCloudCLI", "google/cloud-sdk", _environment)
"""Runs the lines of `commands` in one shell, with the credentials of the task in its environment."""
