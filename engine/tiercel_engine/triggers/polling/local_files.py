"""Files of this machine that are new in a folder, or have changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tiercel_engine.triggers.polling.registry import Kind, Looked, Sighting, register
from tiercel_schemas.model.durations import parse_duration

_OWN = frozenset({"interval", "on", "stateKey", "stateTtl"})


def _downloads(written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in written.items() if name not in _OWN}


def _judge(looked: Looked) -> Sighting:
    """The files that are news; those that are moved or deleted always are."""
    written = looked.properties
    files = list(looked.outputs.get("files") or ())
    seen = _fresh(looked)
    if str(written.get("action") or "NONE").upper() == "NONE":
        wanted = str(written.get("on") or "CREATE_OR_UPDATE").upper()
        news = [file for file in files if _is_news(file, seen, wanted)]
    else:
        news = files
    stamp = looked.now.isoformat()
    seen = {**seen, **{str(file["localPath"]): [_version(file), stamp] for file in files}}
    if not news:
        return Sighting(None, seen)
    return Sighting({"files": news, "count": len(news)}, seen)


def _fresh(looked: Looked) -> dict[str, Any]:
    """What was seen before, without what is older than `stateTtl`."""
    ttl = looked.properties.get("stateTtl")
    if ttl is None:
        return dict(looked.seen)
    oldest = looked.now - parse_duration(looked.render(str(ttl), {}))
    return {name: kept for name, kept in looked.seen.items() if datetime.fromisoformat(kept[1]) >= oldest}


def _version(file: Mapping[str, Any]) -> str:
    return f"{file.get('modifiedDate')} {file.get('size')}"


def _is_news(file: Mapping[str, Any], seen: Mapping[str, Any], wanted: str) -> bool:
    known = seen.get(str(file["localPath"]))
    if known is None:
        return wanted in {"CREATE", "CREATE_OR_UPDATE"}
    return known[0] != _version(file) and wanted in {"UPDATE", "CREATE_OR_UPDATE"}


register("io.kestra.plugin.fs.local.Trigger", Kind("io.kestra.plugin.fs.local.Downloads", _judge, _downloads))
