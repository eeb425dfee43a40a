"""outputs, files, the search by text, delete and purge: what executions leave, and how it goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiercel_server.cli.history.value_paths import UnknownPathError, value_at

from .conftest import Invoke

RETURN = "io.kestra.plugin.core.debug.Return"
WRITE = "io.kestra.plugin.core.storage.Write"
LOG = "io.kestra.plugin.core.log.Log"
FLOW = f"""id: leaves
namespace: a.b
inputs:
  - {{id: word, type: STRING, defaults: quiet}}
labels: {{team: Data_Crew}}
tasks:
  - {{id: give, type: {RETURN}, format: 'a text'}}
  - {{id: file, type: {WRITE}, content: 'content of {{{{ inputs.word }}}}', extension: .txt}}
  - id: each
    type: io.kestra.plugin.core.flow.Loop
    values: [x, y]
    tasks:
      - {{id: inner, type: {WRITE}, content: 'inner {{{{ item.value }}}}', extension: .csv}}
      - {{id: say, type: {LOG}, message: 'said {{{{ inputs.word }}}} 100%'}}
  - {{id: silent, type: {LOG}, message: nothing}}
outputs:
  - {{id: list, type: JSON, value: '[{{"name": "first"}}, "{{{{ outputs.give.value }}}}"]'}}
"""
VALUES = {"task": {"body": {"items": [{"a b": 1}, None]}, "x.y": "dotted", "empty": {}}, "other": {"n": 0}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("task.body.items[0]['a b']", 1),
        ('task.body.items[0]["a b"]', 1),
        ("task.body.items.1", None),
        ("task['x.y']", "dotted"),
        ("other.n", 0),
        ("task.empty", {}),
        ("", VALUES),
    ],
)
def test_a_path_leads_to_a_value(path: str, value: Any) -> None:
    assert value_at(VALUES, path) == value


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("tsk", "no 'tsk' in the outputs. Did you mean 'task'? It holds: task, other."),
        ("task.body.item", "no 'item' in 'task.body'. Did you mean 'items'?"),
        ("task.body.items[7]", "no '7' in 'task.body.items': it is a list of 2"),
        ("other.n.x", "no 'x' in 'other.n': it is no map and no list"),
        ("task.empty.x", "It holds: nothing."),
        ("task[", "is no path"),
        ("task..x", "is no path"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ends(path: str, told: str) -> None:
    with pytest.raises(UnknownPathError) as caught:
        value_at(VALUES, path)
    assert told in str(caught.value)


def test_outputs_are_shown_as_a_tree_as_json_and_one_by_one(
    tiercel: Invoke, run: Callable[..., dict[str, Any]]
) -> None:
    run(FLOW)
    shown = tiercel("executions", "outputs", "last").stdout
    assert shown.startswith("a.b.leaves\n└── list\n    ├── [0]\n    │   └── name = first\n    └── [1] = a text\ngive\n")
    assert "silent" not in shown
    everything = json.loads(tiercel("executions", "outputs", "last", "--format", "json").stdout)
    assert everything["outputs"] == {"list": [{"name": "first"}, "a text"]}
    assert list(everything["tasks"]) == ["give", "file", "each"]
    for arguments, printed in {
        ("give.value",): "a text\n",
        ("each.iterationCount",): "2\n",
        ("list[0].name", "--declared"): "first\n",
        ("list[0]", "--declared", "--format", "json"): '{"name": "first"}\n',
        ("give.value", "--format", "json"): '"a text"\n',
    }.items():
        assert tiercel("executions", "outputs", "last", *arguments).stdout == printed
    for path, told in {
        "list": "add --declared",
        "silent": "Task 'silent' put nothing out.",
        "outputs.give": "Begin with the id of a task",
        "giv.value": "Did you mean 'give'?",
    }.items():
        refused = tiercel("executions", "outputs", "last", path)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert told in refused.stderr


def test_files_are_listed_printed_and_saved_but_never_from_outside(
    tiercel: Invoke, run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    execution = run(FLOW)
    listed = json.loads(tiercel("executions", "files", "last", "--format", "json").stdout)
    assert [file["size"] for file in listed] == [16, 7, 7]
    first = listed[0]
    assert first["uri"].startswith(f"kestra:///a/b/leaves/executions/{execution['id']}/tasks/file/")
    assert len({file["path"].split("/")[0] for file in listed}) == 3
    for name in (first["path"], first["uri"], first["path"].rpartition("/")[2]):
        assert tiercel("executions", "files", "last", name).stdout == "content of quiet"
    (tmp_path / "target").mkdir()
    assert tiercel("executions", "files", "last", first["path"], "--output", "target").exit_code == 0
    assert [path.read_text() for path in (tmp_path / "target").iterdir()] == ["content of quiet"]
    Path("there").write_text("mine", encoding="utf-8")
    refused = tiercel("executions", "files", "last", first["path"], "--output", "there")
    assert (refused.exit_code, Path("there").read_text("utf-8")) == (2, "mine")
    assert tiercel("executions", "files", "last", first["path"], "--output", "there", "--force").exit_code == 0
    assert Path("there").read_text("utf-8") == "content of quiet"
    for name in ("../../../../../flow.yaml", "/etc/hostname", "kestra:///../executions.db", "flow.yaml", "tasks"):
        outside = tiercel("executions", "files", "last", name)
        assert (outside.exit_code, outside.stdout) == (2, "")
        assert "has no file" in outside.stderr
    assert tiercel("executions", "files", "last", "--output", "x").exit_code == 2
    nowhere = tiercel("executions", "files", "last", first["path"], "--output", "no/such/folder/x")
    assert (nowhere.exit_code, "can't be written" in nowhere.stderr) == (2, True)


def test_a_link_out_of_storage_is_not_followed(
    tiercel: Invoke, run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    execution = run(FLOW)
    folder = tmp_path / ".tiercel/storage/a/b/leaves/executions" / execution["id"]
    (folder / "sly.txt").symlink_to(tmp_path / "flow.yaml")
    result = tiercel("executions", "files", "last", "sly.txt")
    assert result.exit_code == 2
    assert "id: leaves" not in result.output


def found(tiercel: Invoke, *arguments: str) -> list[str]:
    result = tiercel("executions", "list", "--format", "jsonl", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def test_executions_are_searched_by_text(tiercel: Invoke, run: Callable[..., dict[str, Any]]) -> None:
    one = run(FLOW, "--input", "word=LOUD")["id"]
    two = run(FLOW.replace("id: leaves", "id: trees").replace("Data_Crew", "ops"))["id"]
    for text, ids in {
        "said loud": [one],
        "SAID": [two, one],
        "a.b.tree": [two],
        "data_crew": [one],
        "data.crew": [],
        "100%": [two, one],
        "1%0": [],
        "_": [one],
        one[3:9]: [one],
        "taskRunId": [],
    }.items():
        assert found(tiercel, "--text", text) == ids, text
    assert found(tiercel, "--text", "said", "--flow", "trees", "--limit", "1") == [two]


def test_delete_takes_all_of_an_execution_and_nothing_else(
    tiercel: Invoke, run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    kept, gone = run(FLOW)["id"], run(FLOW)["id"]
    refused = tiercel("executions", "delete", gone)
    assert (refused.exit_code, "Add --yes" in refused.stderr) == (2, True)
    assert found(tiercel) == [gone, kept]
    assert tiercel("executions", "delete", gone[:10], "--yes").stdout == "Deleted 1 execution.\n"
    assert found(tiercel) == [kept]
    for name in ("logs", "show", "files"):
        assert tiercel("executions", name, gone).exit_code == 2
    assert len(json.loads(tiercel("executions", "files", kept, "--format", "json").stdout)) == 3
    folders = {path.name for path in (tmp_path / ".tiercel/storage/a/b/leaves/executions").iterdir()}
    assert gone not in folders
    assert kept in folders
    assert len(folders) == 3


def test_an_iteration_is_not_deleted_alone(tiercel: Invoke, run: Callable[..., dict[str, Any]]) -> None:
    run(FLOW)
    entries = json.loads(tiercel("executions", "logs", "last", "--task", "say", "--format", "json").stdout)
    refused = tiercel("executions", "delete", entries[0]["executionId"], "--yes")
    assert (refused.exit_code, "is an iteration of a Loop" in refused.stderr) == (2, True)


def test_purge_deletes_what_matches(tiercel: Invoke, run: Callable[..., dict[str, Any]]) -> None:
    one, two = run(FLOW)["id"], run(FLOW.replace("id: leaves", "id: trees"))["id"]
    for arguments in ([], ["--all", "--flow", "trees"], ["--flow", "trees"], ["--until", "soon"]):
        assert tiercel("executions", "purge", *arguments).exit_code == 2
    assert found(tiercel) == [two, one]
    dry = tiercel("executions", "purge", "--flow", "trees", "--dry-run")
    assert (two in dry.stdout, one in dry.stdout) == (True, False)
    assert tiercel("executions", "purge", "--until", "1h", "--yes").stderr == "No execution matches.\n"
    assert tiercel("executions", "purge", "--flow", "trees", "--yes").stdout == "Deleted 1 execution.\n"
    assert found(tiercel) == [one]
    assert tiercel("executions", "purge", "--all", "--yes").exit_code == 0
    assert found(tiercel) == []
