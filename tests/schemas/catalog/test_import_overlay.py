"""Overlays on disk: read lazily, refused with words when they are not sound, harmless whatever stands in them."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_schemas.catalog import load_catalog, overlay_file
from tiercel_schemas.catalog.importing import ImportedSchema
from tiercel_schemas.catalog.overlay_facts import is_quick_pattern, sound_object
from tiercel_schemas.catalog.overlay_file import OverlayError, open_overlay, overlay_path, write_overlay
from tiercel_schemas.json_schema import type_schema, validate_flow
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.versions import KestraVersion

V2 = KestraVersion.V2_0
TASK = "io.kestra.core.models.tasks.Task"
TYPES = {
    "com.acme.A": {
        "kind": "task",
        "base": TASK,
        "props": {"x": {"t": "integer", "req": True}, "o": {"ref": "com.acme.O"}},
    },
    "com.acme.B": {"kind": "task", "base": TASK, "props": {}, "aliases": ["com.acme.Old"], "deprecated": True},
}
DEFS = {"com.acme.O": {"props": {"y": {"t": "string", "pat": "^a+$"}}}}
IMPORTED = ImportedSchema(TYPES, DEFS, {"com.acme.Base": ("com.acme.A",)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = overlay_path(tmp_path, V2)
    write_overlay(written, IMPORTED, V2, "2.0.3")
    return written


def forged(path: Path, lines: list[str], **index: Any) -> Path:
    """An overlay with other lines and a check that fits them."""
    first = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    body = "\n".join(lines)
    path.write_text(json.dumps({**first, "check": zlib.crc32(body.encode()), **index}) + "\n" + body, encoding="utf-8")
    return path


def test_what_is_written_is_read(path: Path) -> None:
    overlay = open_overlay(path, V2)
    catalog = load_catalog(V2, overlay)
    assert overlay.server == "2.0.3"
    found = catalog.plugin("com.acme.A")
    assert found is not None
    assert found.properties["x"].required
    assert catalog.definition(found.properties["o"].ref or "") is not None
    assert catalog.canonical("com.acme.Old") == "com.acme.B"
    assert catalog.names_of("com.acme.Base") == ("com.acme.A",)
    assert "com.acme.A" in type_schema(V2, "com.acme.A", catalog)["title"]


def test_the_same_overlay_gives_the_same_catalog(path: Path) -> None:
    overlay = open_overlay(path, V2)
    assert load_catalog(V2, overlay) is load_catalog(V2, overlay)
    assert load_catalog(V2) is load_catalog(V2, None)


def test_the_packaged_catalog_is_not_touched(path: Path) -> None:
    load_catalog(V2, open_overlay(path, V2)).plugin("com.acme.A")
    assert "com.acme.A" not in load_catalog(V2)
    assert load_catalog(V2).definition("overlay#com.acme.O") is None


def test_git_leaves_it_alone_unless_it_is_added(path: Path) -> None:
    assert (path.parent.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_line_ends_that_git_changed_are_no_change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_catalog(V2, open_overlay(path, V2)).plugin("com.acme.A") is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: "", "no imported schema"),
        (lambda text: "{}", "no imported schema"),
        (lambda text: "[" * 100_000, "no imported schema"),
        (lambda text: text.replace('"tiercel-schemas":1', '"tiercel-schemas":9'), "no imported schema"),
        (lambda text: text.replace('"kestra":"2.0"', '"kestra":"1.3"'), "for Kestra 1.3, not 2.0"),
        (lambda text: text[:-20], "was changed or cut off"),
        (lambda text: text.replace('"req":true', '"req":false'), "was changed or cut off"),
        (lambda text: text.replace('["task",1]', '["task",null]'), "was changed or cut off"),
        (lambda text: text.replace('"deprecated":["com.acme.B"]', '"deprecated":7', 1), "was changed or cut off"),
    ],
    ids=["empty", "other", "deep", "format", "version", "cut", "edited", "index", "flags"],
)
def test_what_is_no_sound_overlay_is_refused_with_words(change: Any, words: str, path: Path) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(OverlayError, match=words) as raised:
        open_overlay(path, V2)
    assert str(path) in str(raised.value)


def test_a_file_that_is_too_large_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay_file, "LARGEST", 10)
    with pytest.raises(OverlayError, match="too large"):
        open_overlay(path, V2)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(OverlayError, match="can't be read"):
        open_overlay(tmp_path / "none.jsonl", V2)


@pytest.mark.parametrize(
    "line",
    [
        "null",
        "7",
        "[]",
        '{"props": 3}',
        json.dumps({"base": TASK, "props": {"x": {"t": 1, "any": [1], "min": "a", "pat": "(a+)+$"}}}),
        "[" * 5000,
    ],
)
def test_a_line_of_another_shape_is_a_type_of_which_nothing_is_known(line: str, path: Path) -> None:
    catalog = load_catalog(V2, open_overlay(forged(path, [line, "{}", line]), V2))
    found = catalog.plugin("com.acme.A")
    assert found is not None
    text = "id: a\nnamespace: b\ntasks: [{id: t, type: com.acme.A, x: '" + "a" * 5000 + "!'}]\n"
    assert validate_flow(parse_source(text).documents[0].root, V2, catalog) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["props", "out", "t", "any", "items", "values", "ref", "base", "enum", "pat", "is", "min", "x"]
            ),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_line_holds_it_can_be_read(content: Any) -> None:
    overlay = overlay_file.Overlay(
        {"types": {"a.B": ["task", 0]}, "aliases": {}, "deprecated": [], "bases": {}, "defs": {}, "server": None},
        [
            json.dumps(
                {"kind": "task", "base": TASK, "props": {"p": content}, "metrics": content, "is": content}
            ).encode()
        ],
    )
    catalog = load_catalog(V2, overlay)
    found = catalog.plugin("a.B")
    assert found is not None
    text = "id: a\nnamespace: b\ntasks: [{id: t, type: a.B, p: 7}]\n"
    validate_flow(parse_source(text).documents[0].root, V2, catalog)


@pytest.mark.parametrize(
    ("pattern", "quick"),
    [
        ("^[a-zA-Z0-9][a-zA-Z0-9_-]*", True),
        (r"^[\p{Ll}][\p{L}0-9._-]*$", True),
        (r"^\d{4}-\d{2}$", True),
        ("^(a|b)?x+$", True),
        ("(a+)+$", False),
        ("(?:a|aa)*b", False),
        ("a*a*a*a*b", False),
        ("(a{1,9}){2,9}", False),
        ("[", False),
        ("a" * 400, False),
    ],
)
def test_patterns_that_could_take_long_are_left_out(pattern: str, quick: bool) -> None:
    assert is_quick_pattern(pattern) == quick
    raw = sound_object({"props": {"x": {"t": "string", "pat": pattern}}})
    assert ("pat" in raw["props"]["x"]) == quick
