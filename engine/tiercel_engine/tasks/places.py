"""Where the module of a task type lies: by the type's own name, so that a run imports no other."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from functools import cache

_OURS = "tiercel_engine.tasks"
_ROOTS = (_OURS, f"{_OURS}.plugins")
_NOTIFICATIONS = "io.kestra.plugin.notifications."
_MOVED = {
    "discord": "discord",
    "google": "googleworkspace.chat",
    "mail": "email",
    "opsgenie": "opsgenie",
    "pagerduty": "pagerduty",
    "qq": "tencent.qq",
    "slack": "slack.notifications",
    "squadcast": "squadcast",
    "teams": "microsoft365.teams",
    "telegram": "telegram",
    "whatsapp": "meta.whatsapp",
    "zenduty": "zenduty",
    "zulip": "zulip",
}
_TYPE_PATH = re.compile(r"io\.kestra\.plugin((?:\.[a-z][a-z0-9_]*)+)\.[A-Za-z][A-Za-z0-9_]*")


def import_place(name: str) -> None:
    """Import the module that would register a type.

    `io.kestra.plugin.core.log.Log` lies in `tiercel_engine.tasks.core.log`, `io.kestra.plugin.serdes.csv.CsvToIon`
    in `tiercel_engine.tasks.plugins.serdes.csv`, or each in the nearest package above it, of which then all modules
    are imported. For a type of no such place nothing is imported.
    """
    match = _TYPE_PATH.fullmatch(name)
    if match is None:
        return
    segments = match[1].split(".")[1:]
    for root in _ROOTS:
        deepest = root
        for segment in segments:
            spec = importlib.util.find_spec(f"{deepest}.{segment}")
            if spec is None:
                break
            deepest = f"{deepest}.{segment}"
            if spec.submodule_search_locations is None:
                break
        if deepest != root:
            _import_all(deepest)
            return


def name_of_today(name: str) -> str:
    """The name that a plugin's type goes by today, if it was known by another in any version; else the name itself."""
    if name.startswith(_NOTIFICATIONS):
        # The plugin that held them all was parted into one for each service, and flows name both.
        service, _, own = name.removeprefix(_NOTIFICATIONS).partition(".")
        if service in _MOVED:
            return f"io.kestra.plugin.{_MOVED[service]}.{own}"
    from tiercel_schemas.catalog import load_catalog
    from tiercel_schemas.versions import KestraVersion

    for version in KestraVersion:
        canonical = load_catalog(version).canonical(name)
        if canonical != name:
            return canonical
    return name


@cache
def _import_all(place: str) -> None:
    module = importlib.import_module(place)
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not found.ispkg:
            importlib.import_module(f"{place}.{found.name}")
