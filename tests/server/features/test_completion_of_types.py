"""Types are found by any part of their names, the likeliest first, and no client's filter drops what was found."""

from __future__ import annotations

import pytest

from tiercel_schemas.versions import KestraVersion
from tiercel_server.features.completion import complete
from tiercel_server.features.completion.items import CompletionItem
from tiercel_server.lsp.convert import Positions, completion_item
from tiercel_server.workspace import DocumentSnapshot

HEAD = "id: a\nnamespace: b\ntasks:\n"
PLUGINS = "io.kestra.plugin."


def _offered(line: str, version: KestraVersion = KestraVersion.V2_0) -> tuple[CompletionItem, ...]:
    text = HEAD + line
    found = complete(DocumentSnapshot("file:///a.yaml", text, kestra_version=version), len(text))
    assert found.incomplete, "more typing finds other types"
    return found.items


def _types(line: str, version: KestraVersion = KestraVersion.V2_0) -> list[str]:
    return [item.about[1].removeprefix(PLUGINS) for item in _offered(line, version) if item.about[:1] == ("type",)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("python", ["scripts.python.Script", "scripts.python.Commands"]),
        ("Py", ["scripts.python.Script", "scripts.python.Commands"]),
        ("shell", ["scripts.shell.Commands", "scripts.shell.Script"]),
        ("http", ["core.http.Request", "core.http.Download"]),
        ("core.h", ["core.http.Request", "core.http.Download"]),
        ("log", ["core.log.Log"]),
        ("p", ["core.flow.Parallel", "core.flow.Pause"]),
        ("", ["core.log.Log", "core.debug.Return", "core.http.Request", "scripts.shell.Commands"]),
    ],
)
@pytest.mark.parametrize("before", ["  - id: x\n    type: ", "  - "])
def test_the_likeliest_come_first(before: str, typed: str, first: list[str]) -> None:
    assert _types(before + typed)[: len(first)] == first


def test_common_types_come_before_all_others() -> None:
    offered = _types("  - id: x\n    type: ")
    for name in (
        "core.flow.If",
        "core.flow.Parallel",
        "core.flow.Subflow",
        "core.flow.Loop",
        "scripts.python.Commands",
    ):
        assert offered.index(name) < offered.index("core.kv.Get")


def test_what_a_version_has_not_is_not_common_there() -> None:
    assert "core.flow.Loop" not in _types("  - id: x\n    type: ", KestraVersion.V1_3)
    assert "core.flow.ForEach" in _types("  - id: x\n    type: ", KestraVersion.V1_3)


@pytest.mark.parametrize("before", ["  - id: x\n    type: ", "  - "])
@pytest.mark.parametrize("typed", ["python", "Py", "HTTP", "shell", "core.log", "io.kestra.plugin.core.h", "sqlquery"])
def test_filter_texts_begin_with_what_is_typed(before: str, typed: str) -> None:
    items = [item for item in _offered(before + typed) if item.about[:1] == ("type",)]
    assert items
    assert [item.filter for item in items if not item.filter.startswith(typed)] == []


def test_filter_texts_go_on_as_the_name_does() -> None:
    texts = [item.filter for item in _offered("  - id: x\n    type: script") if item.label.endswith("python.Script")]
    assert texts
    assert all(text.startswith(("script io.kestra.", "scripts.python")) for text in texts)


def test_letters_count_only_where_nothing_else_fits() -> None:
    assert all("pyt" in name.lower() for name in _types("  - id: x\n    type: pyt"))
    assert "core.flow.WorkingDirectory" in _types("  - id: x\n    type: wrkdir")


@pytest.mark.parametrize("version", list(KestraVersion))
@pytest.mark.parametrize("typed", ["Bash", "io.kestra.core.tasks.", "python"])
def test_names_of_another_age_are_never_offered(typed: str, version: KestraVersion) -> None:
    text = f"{HEAD}  - id: x\n    type: {typed}"
    found = complete(DocumentSnapshot("file:///a.yaml", text, kestra_version=version), len(text))
    assert [item.label for item in found.items if item.label.startswith("io.kestra.core.tasks.")] == []


def test_equal_labels_are_told_apart() -> None:
    items = [item for item in _offered("  - Load") if item.label == "Load"]
    assert len(items) > 1
    assert len({item.note for item in items}) == len(items)
    assert all(item.note for item in items)


def test_the_order_reaches_the_client_as_sort_texts() -> None:
    text = HEAD + "  - id: x\n    type: python"
    snapshot = DocumentSnapshot("file:///a.yaml", text)
    positions = Positions(snapshot.text, "utf-16")
    items = complete(snapshot, len(text)).items
    sent = [completion_item(item, index, snapshot.name, positions, snippets=True) for index, item in enumerate(items)]
    assert len(sent) > 2
    assert sorted(sent, key=lambda item: item.sort_text or "") == sent
    assert [item.filter_text for item in sent] == [item.filter for item in items]
