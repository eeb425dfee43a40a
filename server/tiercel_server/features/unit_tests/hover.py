"""What a hover tells in a suite of unit tests."""

from __future__ import annotations

from tiercel_schemas.source.locate import path_at
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.unit_tests import SuiteDocument
from tiercel_server.features.hover import Hover
from tiercel_server.features.unit_tests.words import word_for


def hover_suite(suite: SuiteDocument, tested: FlowAnalysis | None, offset: int) -> Hover | None:
    """What there is to tell about a key, or about the task or the input that a suite names."""
    place = path_at(suite.root, offset)
    if place is None or not isinstance(place.node, ScalarNode):
        return None
    steps = tuple(step for step in place.path if isinstance(step, str))
    about = _named(steps, place.role, place.node.value, tested)
    if about is not None:
        return Hover(place.node.span, about)
    word = word_for(place.path)
    if place.role == "key" and word:
        return Hover(place.node.span, f"**{steps[-1]}**\n\n{word}")
    return None


def _named(steps: tuple[str, ...], role: str, text: str, tested: FlowAnalysis | None) -> str | None:
    if tested is None:
        return None
    outline = tested.outline
    if role != "key" and steps in {("testCases", "fixtures", "tasks", "id"), ("testCases", "assertions", "taskId")}:
        task = next((each for each in outline.tasks if each.id == text), None)
        return f"**{text}** · task\n\n`{task.type}`" if task is not None else None
    if role == "key" and steps[:-1] == ("testCases", "fixtures", "inputs"):
        found = next((each for each in outline.inputs if each.id == text), None)
        return f"**{text}** · input\n\n`{found.type}`" if found is not None else None
    if role != "key" and steps == ("flowId",):
        tasks, inputs = len(outline.tasks), len(outline.inputs)
        return (
            f"**{text}** · flow\n\n{tasks} task{'s' if tasks != 1 else ''}, {inputs} input{'s' if inputs != 1 else ''}"
        )
    return None
