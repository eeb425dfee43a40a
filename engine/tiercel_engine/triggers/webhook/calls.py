"""A call of a webhook as plain data, and what its execution sees of it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.expressions import RenderError
from tiercel_schemas.model import Flow
from tiercel_schemas.model.trigger import Trigger

TYPE = "io.kestra.plugin.core.trigger.Webhook"
Store = Callable[[str, bytes], str]
"""Keeps bytes under a name in the execution's storage; gives the URI."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form; `filename` is None for a field."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What was sent: the body as it came, or the parts of a form."""

    headers: Mapping[str, Sequence[str]]
    parameters: Mapping[str, Sequence[str]]
    body: bytes = b""
    parts: tuple[Part, ...] | None = None
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


def find_called(flow: Flow, key: str, render: Callable[[str], str]) -> Trigger | None:
    """The webhook of a flow whose key this is; None when there is none."""
    found: Trigger | None = None
    for trigger in flow.triggers:
        written = trigger.properties.get("key")
        if trigger.type != TYPE or trigger.disabled or not written:
            continue
        try:
            own = render(str(written))
        except RenderError:
            continue
        # All keys are looked at, so that the time taken tells nothing.
        if own and hmac.compare_digest(own.encode(), key.encode()) and found is None:
            found = trigger
    return found


def call_variables(trigger: Trigger, call: Call, store: Store) -> dict[str, Any]:
    """`trigger` of the execution that a call starts; `fetchType` says what becomes of the body."""
    variables: dict[str, Any] = {
        "headers": {name: list(values) for name, values in call.headers.items()},
        "parameters": {name: list(values) for name, values in call.parameters.items()},
    }
    kind = str(trigger.properties.get("fetchType") or "FETCH").upper()
    if kind == "NONE":
        return variables
    if call.fields:
        variables["formFields"] = {name: list(values) for name, values in call.fields.items()}
    if call.parts is not None:
        variables["parts"] = [_part(part, store, number) for number, part in enumerate(call.parts)]
    elif call.body and kind == "STORE":
        variables["uri"] = store("body", call.body)
    elif call.body:
        variables["body"] = _read(call.body)
    return variables


def _part(part: Part, store: Store, number: int) -> dict[str, Any]:
    shape = {
        "name": part.name,
        "filename": part.filename,
        "contentType": part.content_type,
        "size": len(part.content),
        "uri": store(f"part-{number}", part.content),
    }
    return {name: value for name, value in shape.items() if value is not None}


def _read(body: bytes) -> Any:
    """JSON where it is that, else text, else base64."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
