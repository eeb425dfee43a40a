"""`tiercel graph`: its formats, and pictures in which nothing lies over anything else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings

from tests.server.random_flows import flow_texts
from tiercel_server.cli.commands.graph import command
from tiercel_server.cli.graphs import formats, render
from tiercel_server.cli.graphs.drawing.boxes import Box, Drawing
from tiercel_server.cli.graphs.drawing.metrics import shortened, text_width
from tiercel_server.cli.graphs.drawing.placement import place
from tiercel_server.features.graph import FlowPlace, Graph, flow_graph
from tiercel_server.workspace.snapshot import DocumentSnapshot

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = [each for each in sorted((ROOT / "examples").glob("*.yaml")) if each.name != "expectations.yaml"]  # A suite.
CORPUS = sorted((ROOT.parent / "shared" / "corpus" / "flows").glob("*.yaml"))
SVG = "{http://www.w3.org/2000/svg}"
ROUNDED = 0.5


def graph_of(text: str) -> Graph:
    return flow_graph(FlowPlace("flow.yaml", DocumentSnapshot("flow.yaml", text).flows[0]))


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), input=stdin)


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x + ROUNDED
        or other.x + other.width <= one.x + ROUNDED
        or one.y + one.height <= other.y + ROUNDED
        or other.y + other.height <= one.y + ROUNDED
    )


def check_boxes(graph: Graph, drawing: Drawing) -> None:
    boxes = {box.node.id: box for box in drawing.boxes}
    assert set(boxes) == set(graph.by_id)
    for nodes in graph.held.values():
        for one, other in combinations(nodes, 2):
            assert apart(boxes[one.id], boxes[other.id]), (one.id, other.id)
    for box in boxes.values():
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
        assert all(text_width(line.text, line.size) <= box.width for line in box.lines)
        if box.node.cluster is not None:
            around = boxes[box.node.cluster]
            assert around.x < box.x
            assert box.x + box.width < around.x + around.width
            assert around.y + around.header < box.y
            assert box.y + box.height < around.y + around.height


def check_lines(graph: Graph, drawing: Drawing) -> None:
    """Lines end at their boxes, and pass no box of their own level but these."""
    boxes = {box.node.id: box for box in drawing.boxes}
    for line in drawing.lines:
        target = boxes[line.edge.target]
        assert (
            abs(line.points[-1].y - target.y) < ROUNDED or abs(line.points[-1].y - target.y - target.height) < ROUNDED
        )
        assert target.x <= line.points[-1].x <= target.x + target.width
        ends = {line.edge.source, line.edge.target}
        for node in graph.held[graph.by_id[line.edge.target].cluster]:
            box = boxes[node.id]
            inner = [p for p in line.points if box.x < p.x < box.x + box.width and box.y < p.y < box.y + box.height]
            assert node.id in ends or not inner


@settings(max_examples=60, deadline=None)
@given(flow_texts())
def test_boxes_never_lie_over_one_another(made: tuple[str, int]) -> None:
    graph = graph_of(made[0])
    drawing = place(graph)
    check_boxes(graph, drawing)
    check_lines(graph, drawing)


@settings(max_examples=25, deadline=None)
@given(flow_texts())
def test_every_format_tells_every_task(made: tuple[str, int]) -> None:
    graph = graph_of(made[0])
    for name in formats():
        text = "\n".join(render(name, graph))
        for node in graph.nodes:
            assert (node.name.replace("_", "_") in text) or "…" in text
    ET.fromstring("\n".join(render("svg", graph)))


@pytest.mark.skipif(not CORPUS, reason="the corpus is not beside the repository")
def test_real_flows_are_drawn_without_overlaps() -> None:
    for path in CORPUS:
        for flow in DocumentSnapshot(path.name, path.read_text(encoding="utf-8")).flows:
            graph = flow_graph(FlowPlace(path.name, flow))
            drawing = place(graph)
            check_boxes(graph, drawing)
            check_lines(graph, drawing)
            ET.fromstring("\n".join(render("svg", graph)))


def test_the_svg_names_what_it_shows_and_can_be_dark() -> None:
    result = run(str(ROOT / "examples" / "decisions.yaml"), "--format", "svg")
    assert result.exit_code == 0
    root = ET.fromstring(result.stdout)
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "examples.decisions"
    groups = {group.get("data-id"): group for group in root.iter(f"{SVG}g") if group.get("data-id")}
    assert {"any_rows", "size", "say_large"} <= set(groups)
    assert "prefers-color-scheme:dark" in result.stdout
    labels = [text.text for group in root.iter(f"{SVG}g") if "label" in group.get("class", "") for text in group.iter()]
    assert {"then", "else", "large", "small"} <= set(labels)


def test_arrows_end_with_a_step_that_tells_their_direction() -> None:
    for path in EXAMPLES:
        root = ET.fromstring(run(str(path), "--format", "svg").stdout)
        for way in root.iter(f"{SVG}path"):
            steps = re.findall(r"([-\d.]+) ([-\d.]+)(?= [LC]|$)", way.get("d", ""))
            assert "edge" not in way.get("class", "") or steps[-1] != steps[-2], way.attrib


def test_text_is_cut_where_it_is_too_wide() -> None:
    assert shortened("short", 13, 100) == "short"
    cut = shortened("a very long name of a task indeed", 13, 100)
    assert cut.endswith("…")
    assert text_width(cut, 13) <= 100


def test_names_of_a_flow_do_no_harm_to_a_format() -> None:
    evil = 'id: evil\nnamespace: a.b\ntasks:\n  - id: "end]\\"<b>&\\e[31m\\x01|`%"\n    type: x.y.Z\n'
    graph = graph_of(evil)
    ET.fromstring("\n".join(render("svg", graph)))
    assert "\x1b[31m" not in "\n".join(render("text", graph))
    mermaid = "\n".join(render("mermaid", graph))
    assert "<b>" not in mermaid
    assert '""' not in mermaid
    json.loads("\n".join(render("json", graph)))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_graphviz_reads_the_dot_format(path: Path) -> None:
    done = subprocess.run(
        ["dot", "-Tplain"], input=run(str(path), "--format", "dot").stdout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("graph")


def test_json_counts_from_one(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(
        "id: a\nnamespace: b.c\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n"
    )
    told = json.loads(run(str(path), "--format", "json").stdout)
    assert told["title"] == "b.c.a"
    assert told["nodes"][0]["range"]["line"] == 4
    assert told["nodes"][0]["selectionRange"] == {"line": 4, "column": 9, "end_line": 4, "end_column": 10}


def test_a_folder_shows_which_flow_starts_which(tmp_path: Path) -> None:
    for name in ("subflow-parent", "subflow-child"):
        shutil.copy(ROOT / "examples" / f"{name}.yaml", tmp_path)
    told = json.loads(run(str(tmp_path), "--format", "json").stdout)
    assert told["edges"] == [
        {
            "source": "examples.subflow-parent",
            "target": "examples.subflow-child",
            "kind": "subflow",
            "label": "calls",
        }
    ]
    deep = json.loads(run(str(tmp_path / "subflow-parent.yaml"), "--format", "json", "--depth", "1").stdout)
    assert "first/square" in [node["id"] for node in deep["nodes"]]


def test_the_ending_of_the_file_says_the_format(tmp_path: Path) -> None:
    for ending, begin in {"svg": "<svg", "mmd": "flowchart", "gv": "digraph", "json": "{", "txt": "examples."}.items():
        written = tmp_path / f"graph.{ending}"
        assert run(str(EXAMPLES[0]), "-o", str(written)).exit_code == 0
        assert written.read_text(encoding="utf-8").startswith(begin)


@pytest.mark.parametrize("arguments", [("nowhere.yaml",), ("-", "--flow", "other"), ("-", "--format", "gif")])
def test_misuse_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, stdin=EXAMPLES[0].read_text(encoding="utf-8"))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_an_empty_folder_is_misuse(tmp_path: Path) -> None:
    assert run(str(tmp_path)).exit_code == 2


def test_the_picture_of_the_page_is_what_the_command_draws() -> None:
    shown = (ROOT / "docs" / "images" / "graph.svg").read_text(encoding="utf-8")
    assert run(str(ROOT / "examples" / "decisions.yaml"), "--format", "svg").stdout == shown


def test_a_flow_with_far_too_many_lines_is_drawn_all_the_same() -> None:
    """Lines over many rows would each need a place in every row between: these are bounded."""
    count = 60
    tasks = "".join(
        f"      - task: {{id: t{i}, type: io.kestra.plugin.core.log.Log, message: x}}\n"
        f"        dependsOn: [{', '.join(f't{j}' for j in range(count) if j != i)}]\n"
        for i in range(count)
    )
    head = "id: a\nnamespace: b.c\ntasks:\n  - id: d\n    type: io.kestra.plugin.core.flow.Dag\n    tasks:\n"
    graph = graph_of(head + tasks)
    drawing = place(graph)
    check_boxes(graph, drawing)
    assert len(drawing.lines) == count * (count - 1) + 1
    assert sum(len(line.points) for line in drawing.lines) < 4 * len(drawing.lines) + 2 * 3_000 + 4
