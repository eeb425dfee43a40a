"""Commands of the AWS command line."""

from __future__ import annotations

from collections.abc import Mapping

from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.plugins.command_lines import command_line
from tiercel_engine.tasks.properties import text

_NAMES = {
    "accessKeyId": "AWS_ACCESS_KEY_ID",
    "secretKeyId": "AWS_SECRET_ACCESS_KEY",
    "sessionToken": "AWS_SESSION_TOKEN",
    "region": "AWS_DEFAULT_REGION",
    "endpointOverride": "AWS_ENDPOINT_URL",
    "stsRoleArn": "AWS_ROLE_ARN",
    "stsRoleSessionName": "AWS_ROLE_SESSION_NAME",
}


async def _environment(context: TaskContext) -> Mapping[str, str]:
    found = {variable: await text(context, name) for name, variable in _NAMES.items()}
    found["AWS_DEFAULT_OUTPUT"] = (await text(context, "outputFormat", "JSON") or "JSON").lower()
    return {variable: value for variable, value in found.items() if value is not None}


AwsCLI = command_line("io.kestra.plugin.aws.cli.AwsCLI", "amazon/aws-cli", _environment)
"""Runs the lines of `commands` in one shell, with the credentials of the task in its environment."""
