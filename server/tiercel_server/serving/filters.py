"""The filters of a search: `filters[field][OPERATION]=value`, and the plain parameters of old."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from tiercel_engine.store import Search
from tiercel_schemas.model.durations import parse_duration
from tiercel_server.serving.errors import Refusal

_FILTER = re.compile(r"filters\[(\w+)\]\[(\w+)\](?:\[([^\]]+)\])?")


@dataclass(slots=True)
class _Gathered:
    search: Search
    labels: dict[str, str] = field(default_factory=dict)


def search_of(request: Request, limit: int) -> Search:
    """What a request looks for among executions; raises `Refusal` 422 for a filter that is not known here."""
    gathered = _Gathered(Search(limit=limit))
    for name, value in request.query_params.multi_items():
        match = _FILTER.fullmatch(name)
        if match is not None:
            _apply(gathered, match[1], match[2].upper(), match[3], value)
        elif name in {"namespace", "flowId", "state", "labels", "q"} and value:
            _apply(gathered, name, "EQUALS", None, value)
        elif name.startswith("filters"):
            raise Refusal(422, f"Filter '{name[:80]}' is not known here")
    return replace(gathered.search, labels=gathered.labels or None)


def _apply(gathered: _Gathered, name: str, operation: str, key: str | None, value: str) -> None:
    if name == "labels":
        label, label_value = (key, value) if key is not None else (value.partition(":")[0], value.partition(":")[2])
        if operation not in {"EQUALS", "CONTAINS"} or not label:
            raise Refusal(422, f"Filter 'labels' has no operation {operation} here")
        gathered.labels[label] = label_value
        return
    found = _FIELDS.get((name, operation))
    if found is None:
        raise Refusal(422, f"Filter '{name}' with operation {operation} is not known here")
    try:
        gathered.search = found(gathered.search, value)
    except ValueError as error:
        raise Refusal(422, f"Filter '{name}': {error}") from None


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _ago(text: str) -> str:
    return (datetime.now(UTC) - min(parse_duration(text), timedelta(days=36_500))).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.strip("[]").split(",") if part.strip())


_FIELDS: dict[tuple[str, str], Callable[[Search, str], Search]] = {
    ("namespace", "EQUALS"): lambda search, value: replace(search, namespace=value),
    ("flowId", "EQUALS"): lambda search, value: replace(search, flow_id=value),
    ("state", "EQUALS"): lambda search, value: replace(search, states=(*search.states, value)),
    ("state", "IN"): lambda search, value: replace(search, states=(*search.states, *_listed(value))),
    ("q", "EQUALS"): lambda search, value: replace(search, text=value),
    ("q", "CONTAINS"): lambda search, value: replace(search, text=value),
    ("startDate", "GREATER_THAN_OR_EQUAL_TO"): lambda search, value: replace(search, since=_moment(value)),
    ("endDate", "LESS_THAN_OR_EQUAL_TO"): lambda search, value: replace(search, until=_moment(value)),
    ("timeRange", "EQUALS"): lambda search, value: replace(search, since=_ago(value)),
    ("parentId", "EQUALS"): lambda search, value: replace(search, parent_id=value),
    ("scope", "EQUALS"): lambda search, _value: search,
    ("childFilter", "EQUALS"): lambda search, _value: search,
}
