"""Packs the facts about plugin types of `../shared/catalog` into `tiercel_schemas/catalog/data`.

An index for each version (names, kinds, flags, old names) and a shard for each plugin artifact; a shard that
serves both versions stands once. What a shard holds keeps the source's short keys (`catalog/facts.py` reads
them).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.generators import SourceMissingError

DATA = Path("schemas/tiercel_schemas/catalog/data")
OWNED = (DATA,)

SOURCES = {"1.3": "1.3/index.json", "2.0": "index.json"}
ARTIFACT_KEYS = ("artifact", "version", "read", "note")
FLAGS = ("deprecated", "beta", "internal", "edition")
SHARD_KEYS = ("bases", "documents", "variants", "enterpriseInputs", "defs", "shared")


def generate(root: Path) -> dict[Path, bytes]:
    """Every index and shard of the packaged catalog."""
    source = (root.parent / "shared" / "catalog").resolve()
    if not source.is_dir():
        message = f"the facts are not at {Path('..') / 'shared' / 'catalog'}, beside the repository"
        raise SourceMissingError(message)
    made: dict[Path, bytes] = {}
    indexes = {version: _read(source / index_path) for version, index_path in SOURCES.items()}
    for version, index_path in SOURCES.items():
        index = indexes[version]
        shards: dict[str, str] = {}
        contents: dict[str, dict[str, Any]] = {}
        for file in sorted({entry["file"] for entry in index["types"].values()}):
            path = ((source / index_path).parent / file).resolve()
            name = Path(file).stem
            # What only this version has stands in a folder of its own, the rest is shared.
            own = path.parent != source or name == "core" or (source / "1.3" / path.name).exists()
            shards[file] = f"{version}/{name}" if own else name
            contents[file] = _read(path)
            _correct(contents[file], name, version)
            made[DATA / f"{shards[file]}.json"] = _lines(_shard(contents[file]))
        made[DATA / version / "index.json"] = _lines(
            {"version": version, **_index(index, shards, contents), **_bounds(version, indexes)}
        )
    return made


def _correct(facts: dict[str, Any], artifact: str, version: str) -> None:
    table = tomllib.loads(Path(__file__).with_name("catalog_corrections.toml").read_text(encoding="utf-8"))
    for each in table["correction"]:
        if version not in each["versions"] or artifact != each.get("artifact", "core"):
            continue
        owner: str = each["owner"]
        found = [key for key in facts[each["section"]] if key == owner or key.startswith(owner.rstrip("*"))]
        exact = [key for key in found if owner.endswith("*") or key == owner]
        if not exact:
            message = f"a correction names {owner}, which is not in the {each['section']} of {version}"
            raise KeyError(message)
        for key in exact:
            properties = facts[each["section"]][key]["props"]
            raw = properties.get(each["property"], {})
            # A number stands for a property that others share: it must not change for them.
            raw = facts["shared"][raw] if isinstance(raw, int) else raw
            properties[each["property"]] = raw | each["set"]


def _bounds(version: str, indexes: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Types that the version before or after does not have."""
    versions = sorted(indexes)
    place = versions.index(version)
    names = set(indexes[version]["types"])
    older = set(indexes[versions[place - 1]]["types"]) if place else names
    newer = set(indexes[versions[place + 1]]["types"]) if place + 1 < len(versions) else names
    return {"since": sorted(names - older), "until": sorted(names - newer)}


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _index(
    index: Mapping[str, Any], shards: Mapping[str, str], contents: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    types: dict[str, dict[str, list[str]]] = {}
    flags: dict[str, list[str]] = {}
    aliases: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for name, entry in sorted(index["types"].items()):
        types.setdefault(shards[entry["file"]], {}).setdefault(entry["kind"], []).append(name)
        for flag in FLAGS:
            if entry.get(flag) or contents[entry["file"]]["types"][name].get(flag):
                flags.setdefault(flag, []).append(name)
    for old, new in sorted(index["aliases"].items()):
        accepted = contents[index["types"][new]["file"]]["types"][new].get("aliases", ())
        (aliases if old in accepted else renamed)[old] = new
    return {
        "kestra": _read_version(contents),
        "types": types,
        "flags": flags,
        "aliases": aliases,
        "renamed": renamed,
        "bases": _bases(contents, index),
        "artifacts": {
            shards[file]: {key: content[key] for key in ARTIFACT_KEYS if key in content}
            for file, content in sorted(contents.items())
        },
    }


def _read_version(contents: Mapping[str, Mapping[str, Any]]) -> str:
    core = next(content for file, content in contents.items() if Path(file).stem == "core")
    version: str = core["version"]
    return version


def _bases(contents: Mapping[str, Mapping[str, Any]], index: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """For each class that a property asks for: the kind whose types all have it, or the types themselves."""
    wanted = {value for content in contents.values() for value in _values_of(content, "base")}
    by_kind: dict[str, set[str]] = {}
    by_base: dict[str, set[str]] = {}
    for name, entry in index["types"].items():
        fact = contents[entry["file"]]["types"][name]
        by_kind.setdefault(entry["kind"], set()).add(name)
        for base in {fact.get("base"), *fact.get("is", ())} & wanted:
            by_base.setdefault(base, set()).add(name)
    kinds = {frozenset(names): kind for kind, names in by_kind.items()}
    return {base: kinds.get(frozenset(names), sorted(names)) for base, names in sorted(by_base.items()) if names}


def _values_of(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            if name == key and isinstance(below, str):
                yield below
            else:
                yield from _values_of(below, key)
    elif isinstance(value, list):
        for below in value:
            yield from _values_of(below, key)


def _shard(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in ("types", *SHARD_KEYS) if content.get(key)}


def _lines(content: Mapping[str, Any]) -> bytes:
    """Compact JSON with a line for each entry of the second level, so that changes can be read."""
    sections = []
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            entries = (f"{_compact(name)}:{_compact(below)}" for name, below in sorted(value.items()))
            text = "{\n" + ",\n".join(entries) + "\n}"
        else:
            text = _compact(value)
        sections.append(f"{_compact(key)}:{text}")
    return ("{\n" + ",\n".join(sections) + "\n}\n").encode()


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
