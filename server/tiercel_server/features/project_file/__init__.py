"""Completion, hover and findings in `tiercel.yaml`, read off the model of its settings."""

from tiercel_server.features.project_file.completion import complete_project
from tiercel_server.features.project_file.findings import rule_findings
from tiercel_server.features.project_file.hover import hover_project
from tiercel_server.features.project_file.schema import RuleFacts, is_project_file

__all__ = ["RuleFacts", "complete_project", "hover_project", "is_project_file", "rule_findings"]
