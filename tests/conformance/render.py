"""How far rendering agrees with the records of the real engine.

    python -m tests.conformance.render [CASES_DIR]

CASES_DIR holds `render-2.0` and `render-1.3`, each with `cases.json` and `expected.json`; by default the copies
beside this file. Prints the agreement of each version and every difference.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.render_services import RecordedServices
from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.expressions.reporting import typed_report
from tiercel_schemas.versions import KestraVersion

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Difference:
    """A case whose outcome is not the recorded one."""

    id: str
    what: str
    expression: str
    expected: Any
    actual: Any


def load(folder: Path) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The cases of a folder, and what is expected of each by id."""
    cases = json.loads((folder / "cases.json").read_text("utf-8"))
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    return cases, {entry["id"]: entry for entry in expected}


def outcome(renderer: Renderer, recursive: Renderer, case: dict[str, Any]) -> dict[str, Any]:
    """What we make of a case, in the shape of the records."""
    expression, context = case["expression"], case.get("context") or {}
    result: dict[str, Any] = {"id": case["id"]}
    try:
        result["rendered"] = renderer.render(expression, context)
    except RenderError as error:
        result["error"] = error.as_data()
        return result
    try:
        result["typed"] = typed_report(renderer.evaluate(expression, context))
    except RenderError as error:
        result["typed"] = {"error": error.as_data()}
    try:
        result["recursive"] = recursive.render(expression, context)
    except RenderError as error:
        result["recursiveError"] = error.as_data()
    return result


def differences(actual: dict[str, Any], case: dict[str, Any], expected: dict[str, Any]) -> list[Difference]:
    """Where an outcome is not as recorded."""
    found: list[Difference] = []

    def note(what: str, wanted: Any, got: Any) -> None:
        found.append(Difference(case["id"], what, case["expression"], wanted, got))

    if "error" in expected or "error" in actual:
        wanted, got = expected.get("error"), actual.get("error")
        if wanted is None or got is None:
            note("error", wanted or expected.get("rendered"), got or actual.get("rendered"))
        elif (wanted["class"], wanted["message"]) != (got["class"], got["message"]):
            note("error text", f"{wanted['class']}: {wanted['message']}", f"{got['class']}: {got['message']}")
        return found
    if "note" in expected and "rendered" not in expected and "shape" not in expected:
        return found
    if "shape" in expected:
        if not re.fullmatch(expected["shape"]["regex"], actual["rendered"]):
            note("shape", expected["shape"]["regex"], actual["rendered"])
    elif expected["rendered"] != actual["rendered"]:
        note("text", expected["rendered"], actual["rendered"])
    if "typed" in expected:
        wanted = expected["typed"]
        if wanted["type"] != actual["typed"].get("type"):
            note("type", wanted["type"], actual["typed"].get("type"))
        elif "value" in wanted and wanted["value"] != actual["typed"].get("value"):
            note("value", wanted["value"], actual["typed"]["value"])
    for key in ("recursive", "recursiveError"):
        if key in expected and expected[key] != actual.get(key):
            note(key, expected[key], actual.get(key))
    return found


def compare(folder: Path, version: KestraVersion) -> tuple[int, list[Difference]]:
    """The number of cases in a folder and all differences."""
    cases, expected = load(folder)
    services = RecordedServices()
    renderer = Renderer(version, services)
    recursive = Renderer(version, services, recursive=True)
    found: list[Difference] = []
    count = 0
    for case in cases:
        if "setup" in case:
            services.set_up(case["setup"])
            continue
        count += 1
        found += differences(outcome(renderer, recursive, case), case, expected[case["id"]])
    return count, found


def main(arguments: list[str]) -> int:
    """Prints the agreement; the exit code is 1 when anything differs."""
    base = Path(arguments[0]) if arguments else DATA
    total = 0
    for version in KestraVersion:
        folder = base / f"render-{version.value}"
        if not (folder / "cases.json").exists():
            print(f"{folder}: no cases")
            continue
        count, found = compare(folder, version)
        failing = {difference.id for difference in found}
        total += len(failing)
        print(f"{version.value}: {count - len(failing)} of {count} equal ({(count - len(failing)) / count:.2%})")
        for item in found:
            print(f"  {item.id} {item.what}: {item.expression!r}")
            print(f"    recorded {item.expected!r}\n    ours     {item.actual!r}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
