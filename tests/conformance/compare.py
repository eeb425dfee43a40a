"""Compare records with what is expected: `python -m tests.conformance.compare EXPECTED_DIR ACTUAL_DIR [NAME…]`.

Not compared: logs below INFO, stack traces and the names of Java classes in causes, metrics, metadata, the order of
keys in printed maps, whether a task run without outputs has an empty map of them, and the words in which a flow is
refused (only which files are).
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_DECODER = json.JSONDecoder()
_LEVELS = {"INFO", "WARN", "ERROR"}
_IGNORED = {"metrics", "metadata"}
_CLASS = re.compile(r"\b(?:[a-z][a-z0-9_]*\.){2,}[A-Z]\w*(?:\$\w+)*(?:Exception|Error)?: ")
_JAVA = re.compile(r"^(?:[A-Z]\w*(?:Exception|Error)): ")


def comparable(value: Any, key: str = "") -> Any:
    """A record less what is not compared."""
    if isinstance(value, dict):
        kept = {name: comparable(inner, name) for name, inner in value.items() if name not in _IGNORED}
        if "flowErrors" in kept:
            kept["flowErrors"] = sorted(kept["flowErrors"])
        if kept.get("outputs") == {}:
            del kept["outputs"]
        for name in ("logs", "executionLogs"):
            if name in kept and not kept[name]:
                del kept[name]
        if key in ("inputError", "cause") or name_of_error(kept):
            kept.pop("class", None)
            kept.pop("cause", None)
        return kept
    if isinstance(value, list):
        if key in ("logs", "executionLogs"):
            value = [entry for entry in value if entry.get("level") in _LEVELS]
        items = [comparable(item) for item in value]
        return sorted(items, key=_sort_key) if key in ("labels", "executionLogs") else items
    if isinstance(value, str):
        text = value.split("\n<stack>")[0]
        return in_order(_JAVA.sub("", _CLASS.sub("", text)) if key == "message" else text)
    return value


def in_order(text: str) -> str:
    """A text whose JSON maps have their keys sorted: Java's hash maps print them in an order of their own."""
    parts, start = [], 0
    while (found := text.find("{", start)) >= 0:
        try:
            value, end = _DECODER.raw_decode(text, found)
        except ValueError:
            value, end = None, found + 1
        parts.append(text[start:found])
        written = text[found:end]
        parts.append(written if value is None else json.dumps(value, sort_keys=True, separators=(",", ":")))
        start = end
    return "".join([*parts, text[start:]])


def name_of_error(value: dict[str, Any]) -> bool:
    """Whether a map is an exception's record."""
    return "class" in value and "message" in value


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Each place where two comparable records differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            if key not in actual:
                yield f"{path}/{key}: missing, expected {_short(expected[key])}"
            elif key not in expected:
                yield f"{path}/{key}: unexpected {_short(actual[key])}"
            else:
                yield from differences(expected[key], actual[key], f"{path}/{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{path}: {len(expected)} expected, {len(actual)} found: {_short(expected)} / {_short(actual)}"
        for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
            yield from differences(left, right, f"{path}/{index}")
    elif expected != actual or type(expected) is not type(actual):
        yield f"{path}: {_short(expected)} expected, {_short(actual)} found"


def compare_files(expected: Path, actual: Path) -> list[str]:
    """The differences of two record files."""
    if not actual.exists():
        return ["no record was written"]
    left, right = (comparable(json.loads(path.read_text("utf-8"))) for path in (expected, actual))
    return list(differences(left, right))


def main(arguments: list[str]) -> int:
    """Print each case that differs, and how many agree."""
    expected, actual = Path(arguments[0]), Path(arguments[1])
    wanted = set(arguments[2:])
    agree = 0
    names = [path.name for path in sorted(expected.glob("*.json")) if not wanted or path.stem in wanted]
    for name in names:
        found = compare_files(expected / name, actual / name)
        agree += not found
        if found:
            print(f"{name.removesuffix('.json')}: {len(found)} differences")
            for line in found[:8]:
                print(f"    {line}")
    print(f"{agree} of {len(names)} agree")
    return 0 if agree == len(names) else 1


def _sort_key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}…"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
