"""Settings, surveys and findings as JSON values, for worker processes and the cache.

What is read back is looked through: a value of the wrong shape raises `ValueError`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.workspace_flows import KnownFlow, KnownInput, WorkspaceFlows
from tiercel_server.cli.checking.sources import Checked, Survey
from tiercel_server.workspace.settings import ProjectSettings

T = TypeVar("T")


def compact(value: Any) -> str:
    """A JSON value as one line of ASCII, always the same for the same value."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def settings_to_plain(settings: ProjectSettings) -> dict[str, Any]:
    """Everything in settings that findings may hang on."""
    return {
        "path": str(settings.path) if settings.path is not None else None,
        "version": settings.kestra_version.value if settings.kestra_version is not None else None,
        "severities": {
            code: int(severity) if severity is not None else None for code, severity in settings.severities.items()
        },
        "ignore": sorted(settings.ignore),
        "profiles": sorted(settings.profiles),
        "globs": [list(settings.flow_globs), list(settings.exclude_globs)],
        "secrets": sorted(settings.secrets) if settings.secrets is not None else None,
        "kv": sorted(settings.kv) if settings.kv is not None else None,
        "supplied": {
            namespace: {beginning: sorted(names) for beginning, names in by_type.items()}
            for namespace, by_type in settings.supplied.items()
        },
    }


def settings_from_plain(plain: Mapping[str, Any]) -> ProjectSettings:
    """The settings, without what was wrong in their file."""
    return ProjectSettings(
        path=Path(plain["path"]) if plain["path"] is not None else None,
        kestra_version=KestraVersion(plain["version"]) if plain["version"] is not None else None,
        severities={
            code: Severity(severity) if severity is not None else None for code, severity in plain["severities"].items()
        },
        ignore=frozenset(plain["ignore"]),
        profiles=frozenset(plain["profiles"]),
        flow_globs=tuple(plain["globs"][0]),
        exclude_globs=tuple(plain["globs"][1]),
        secrets=frozenset(plain["secrets"]) if plain["secrets"] is not None else None,
        kv=frozenset(plain["kv"]) if plain["kv"] is not None else None,
        supplied={
            namespace: {beginning: frozenset(names) for beginning, names in by_type.items()}
            for namespace, by_type in plain["supplied"].items()
        },
    )


def known_to_plain(known: KnownFlow) -> list[Any]:
    """What is known of a flow."""
    return [
        known.namespace,
        known.id,
        [[each.id, each.type, each.needed] for each in known.inputs],
        list(known.outputs),
        sorted(known.calls),
        known.disabled,
        sorted(known.listens),
    ]


def known_from_plain(plain: Any) -> KnownFlow:
    """What is known of a flow."""
    namespace, id_, inputs, outputs, calls, disabled, listens = _as(list, plain)
    return KnownFlow(
        _as(str, namespace),
        _as(str, id_),
        tuple(_input(each) for each in _as(list, inputs)),
        tuple(_as(str, each) for each in _as(list, outputs)),
        frozenset(_name(each) for each in _as(list, calls)),
        disabled=_as(bool, disabled),
        listens=frozenset(_name(each) for each in _as(list, listens)),
    )


def flows_to_plain(flows: WorkspaceFlows) -> list[Any]:
    """A workspace, the same for the same flows whatever their order."""
    return [flows.complete, [known_to_plain(known) for _, known in sorted(flows.flows.items())]]


def flows_from_plain(plain: Any) -> WorkspaceFlows:
    """A workspace."""
    complete, flows = _as(list, plain)
    known = [known_from_plain(each) for each in _as(list, flows)]
    return WorkspaceFlows({(each.namespace, each.id): each for each in known}, complete=_as(bool, complete))


def survey_to_plain(survey: Survey) -> list[Any]:
    """A survey."""
    return [survey.is_flow, [known_to_plain(each) for each in survey.known]]


def survey_from_plain(plain: Any) -> Survey:
    """A survey."""
    is_flow, known = _as(list, plain)
    return Survey(_as(bool, is_flow), tuple(known_from_plain(each) for each in _as(list, known)))


def checked_to_plain(checked: Checked) -> list[Any]:
    """Findings, as far as reports use them."""
    found = [
        [each.code, int(each.severity), each.message, each.span.start, each.span.end, dict(each.data)]
        for each in checked.findings
    ]
    return [checked.asked, found]


def checked_from_plain(plain: Any) -> Checked:
    """Findings, as far as reports use them."""
    asked, found = _as(list, plain)
    return Checked(tuple(_finding(each) for each in _as(list, found)), _as(bool, asked))


def _finding(plain: Any) -> Diagnostic:
    code, severity, message, start, end, data = _as(list, plain)
    span = Span(_as(int, start), _as(int, end))
    return Diagnostic(_as(str, code), Severity(severity), _as(str, message), span, data=_as(dict, data))


def _input(plain: Any) -> KnownInput:
    id_, type_, needed = _as(list, plain)
    return KnownInput(_as(str, id_), _as(str, type_), _as(bool, needed))


def _name(plain: Any) -> tuple[str, str]:
    namespace, id_ = _as(list, plain)
    return _as(str, namespace), _as(str, id_)


def _as(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise ValueError(f"{type(value).__name__} in the place of {kind.__name__}")
    return value
