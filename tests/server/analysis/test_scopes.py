from __future__ import annotations

import pytest

from tests.server.analysis.test_outline import FLOW, analysis
from tiercel_schemas.expressions import parse_template
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.cron import cron_fault
from tiercel_server.analysis.durations import seconds_of
from tiercel_server.analysis.infer import shape_of
from tiercel_server.analysis.input_values import scalar_fault
from tiercel_server.analysis.regexes import regex_fault
from tiercel_server.analysis.shapes import AnyShape, MapShape, describe_shape, member


def outputs_at(task: str) -> set[str]:
    flow = analysis(FLOW)
    symbol = flow.outline.task(task)
    assert symbol is not None
    shape = flow.scope_at((*symbol.path, "format")).outputs
    assert isinstance(shape, MapShape)
    return set(shape.keys)


def test_outputs_are_those_of_tasks_that_can_have_run() -> None:
    assert outputs_at("first") == set()
    assert outputs_at("yes_task") == {"first", "choice"}
    assert outputs_at("d2") == {
        "first",
        "choice",
        "yes_task",
        "no_task",
        "inner_error",
        "switch",
        "in_case",
        "in_default",
        "graph",
        "d1",
    }
    assert {"p1", "p2", "d3"} <= outputs_at("pause")
    assert "in_loop" not in outputs_at("failed")
    assert "failed" in outputs_at("after")


@pytest.mark.parametrize(
    ("path", "there", "absent"),
    [
        (("tasks", 0, "format"), {"inputs", "outputs", "taskrun", "item"}, {"response"}),
        (("inputs", 0, "defaults"), {"inputs", "vars"}, {"outputs", "taskrun", "item"}),
        (("checks", 0, "when"), {"inputs", "vars"}, {"outputs", "execution"}),
        (("outputs", 0, "value"), {"outputs", "execution"}, {"task", "item"}),
        (("triggers", 0, "key"), {"trigger", "response"}, {"item"}),
    ],
)
def test_each_place_has_its_roots(path: tuple[str | int, ...], there: set[str], absent: set[str]) -> None:
    roots = analysis(FLOW).scope_at(path).roots
    assert there <= roots.keys()
    assert not absent & roots.keys()


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("inputs.name", "string"),
        ("inputs.form.child", "integer"),
        ("inputs.form", "map"),
        ("vars.a.b", "integer"),
        ("vars.a", "map"),
        ("inputs.name | split(',')", "list"),
        ("inputs.name | length", "integer"),
        ("1 == 2", "boolean"),
        ("'a' ~ 1", "string"),
        ("[1]", "list"),
        ("now()", "string"),
        ("outputs.first.value", "any"),
        ("outputs.nothing.value", "any"),
        ("trigger.body.x", "any"),
        ("flow.id", "string"),
        ("1..3", "list"),
    ],
)
def test_shapes_of_expressions(expression: str, shape: str) -> None:
    flow = analysis(FLOW)
    node = parse_template("{{ " + expression + " }}", KestraVersion.V2_0).sole_expression
    assert node is not None
    symbol = flow.outline.task("pause")
    assert symbol is not None
    assert describe_shape(shape_of(node, flow.scope_at(symbol.path))) == shape


def test_unknown_is_anything_all_the_way_down() -> None:
    shape = AnyShape()
    assert member(member(shape, "a") or shape, 0) == shape


@pytest.mark.parametrize(
    ("version", "around", "judged"),
    [
        (KestraVersion.V1_3, "ForEach\n    values: [1]", False),
        # A loop that 2.0 does not know is told once; what comes of it is not judged too.
        (KestraVersion.V2_0, "ForEach\n    values: [1]", False),
        (KestraVersion.V2_0, "Sequential", True),
    ],
)
def test_outputs_inside_loops_of_1_3_are_not_judged(version: KestraVersion, around: str, judged: bool) -> None:
    text = (
        f"id: a\nnamespace: b\ntasks:\n  - id: e\n    type: io.kestra.plugin.core.flow.{around}\n"
        "    tasks:\n      - {id: x, type: io.kestra.plugin.core.debug.Return}\n"
        "  - {id: z, type: io.kestra.plugin.core.debug.Return}\n"
    )
    flow = analysis(text, version)
    last = flow.outline.task("z")
    assert last is not None
    shape = flow.scope_at(last.path).outputs
    assert isinstance(shape, MapShape)
    assert (shape.keys["x"] != AnyShape()) is judged


@pytest.mark.parametrize(
    ("type_name", "good", "bad"),
    [
        ("INT", ["1", "-5", "2147483647"], ["1.5", "x", "2147483648", ""]),
        ("FLOAT", ["1", "1.5", "1e3"], ["x", "1,5"]),
        ("DATE", ["2026-02-28"], ["2026-02-30", "28.2.2026"]),
        ("TIME", ["10:00", "10:00:01"], ["10", "noon"]),
        ("DATETIME", ["2026-01-02T03:04:05Z"], ["2026-01-02"]),
        ("DURATION", ["PT1H", "P1D", "PT0.5S"], ["1h", "P", "PT"]),
        ("EMAIL", ["a@b.c", ""], ["a b"]),
        ("URI", ["https://x", "s3://a/b"], ["x"]),
        ("JSON", ["{}", "1"], ["{"]),
        ("STRING", ["anything"], []),
        ("BOOL", ["true", "no"], []),
    ],
)
def test_literals_of_inputs(type_name: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if scalar_fault(text, type_name)] == []
    assert [text for text in bad if not scalar_fault(text, type_name)] == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1H", 3600), ("P1DT1M", 86460), ("PT0.5S", 0.5), ("-PT1S", -1), ("1h", None), ("PT", None), ("P", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_regular_expressions_of_java_are_let_be() -> None:
    assert all(regex_fault(text) is None for text in (r"^\p{L}+$", "[a-z&&[^b]]", "(?<name>x)", "a++", r"\d{2}"))
    assert all(regex_fault(text) for text in ("[", "(a", "a)", "*a"))


def test_cron_in_words() -> None:
    assert cron_fault("0 9 * * MON-FRI") is None
    assert cron_fault("* * * * * *") == (
        "it has 6 fields; there are 5: minute hour day month weekday (six need `withSeconds: true`)"
    )
    assert cron_fault("61 * * * *") == "minutes: 61 is not between 0 and 59"
