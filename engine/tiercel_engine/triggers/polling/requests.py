"""HTTP requests that are repeated until a condition on the response holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.triggers.polling.registry import Kind, Looked, Sighting, register

_OWN = frozenset({"responseCondition", "interval"})
_CONDITION = "{{ response.statusCode < 400 }}"


def _request(written: Mapping[str, Any]) -> dict[str, Any]:
    options = written.get("options")
    # The condition decides about a response, whatever its status.
    allowed = {**(options if isinstance(options, Mapping) else {}), "allowFailed": True}
    return {**{name: value for name, value in written.items() if name not in _OWN}, "options": allowed}


def _judge(looked: Looked) -> Sighting:
    outputs = looked.outputs
    response = {
        "statusCode": outputs.get("code"),
        "body": outputs.get("body"),
        "headers": outputs.get("headers"),
    }
    condition = str(looked.properties.get("responseCondition") or _CONDITION)
    return Sighting(outputs if is_true(looked.render(condition, {"response": response})) else None)


register("io.kestra.plugin.core.http.Trigger", Kind("io.kestra.plugin.core.http.Request", _judge, _request))
