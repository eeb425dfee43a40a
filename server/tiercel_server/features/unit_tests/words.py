"""What the keys of a suite mean, in a line each."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[tuple[str, ...], str] = {
    ("id",): "The suite's name within its namespace.",
    ("namespace",): "The namespace of the flow that is tested.",
    ("flowId",): "The flow that is tested.",
    ("description",): "What the suite is about.",
    ("disabled",): "Whether none of the cases runs.",
    ("deleted",): "Kept by Kestra.",
    ("testCases",): "The cases: an execution of the flow each.",
    ("testCases", "id"): "The case's name within the suite.",
    ("testCases", "type"): "Always `io.kestra.core.tests.flow.UnitTest`.",
    ("testCases", "disabled"): "Whether the case is skipped.",
    ("testCases", "description"): "What the case is about.",
    ("testCases", "fixtures"): "What the flow is given, and what stands in for its tasks.",
    ("testCases", "assertions"): "What must hold once the execution has ended.",
    ("testCases", "expectedState"): "The state that the execution must end in; `SUCCESS` where nothing is said.",
    ("testCases", "fixtures", "inputs"): "Values of the flow's inputs.",
    ("testCases", "fixtures", "files"): "Files with their text; `{{ files['name'] }}` is the URI of one.",
    ("testCases", "fixtures", "tasks"): "Tasks that don't run, with the ends and outputs that they have instead.",
    ("testCases", "fixtures", "trigger"): "What the execution believes to have started it.",
    ("testCases", "fixtures", "tasks", "id"): "The task, wherever it stands in the flow.",
    ("testCases", "fixtures", "tasks", "value"): "Only the run for this value of a loop (1.3).",
    ("testCases", "fixtures", "tasks", "state"): "The state that the task ends in; `SUCCESS` where nothing is said.",
    ("testCases", "fixtures", "tasks", "outputs"): "The task's outputs; expressions in them see the execution.",
    ("testCases", "fixtures", "tasks", "description"): "Why the task is replaced.",
    ("testCases", "fixtures", "tasks", "assets"): "Assets of the enterprise edition; nothing here.",
    ("testCases", "fixtures", "trigger", "id"): "The trigger.",
    ("testCases", "fixtures", "trigger", "type"): "The trigger's type.",
    ("testCases", "fixtures", "trigger", "variables"): "What expressions see as `trigger`.",
    ("testCases", "assertions", "value"): "What is looked at, mostly an expression; its text is compared.",
    ("testCases", "assertions", "taskId"): "The task that this is about; for reports only.",
    ("testCases", "assertions", "description"): "What this is about.",
    ("testCases", "assertions", "errorMessage"): "What is said where it does not hold.",
    ("testCases", "assertions", "isNull"): "Whether the value must be null (`true`) or must not be (`false`).",
    ("testCases", "assertions", "isNotNull"): "Whether the value must not be null (`true`) or must be (`false`).",
    ("testCases", "assertions", "equalTo"): 'The value\'s text must be this one: `200` equals `"200"`.',
    ("testCases", "assertions", "notEqualTo"): "The value's text must be another one.",
    ("testCases", "assertions", "startsWith"): "The value's text must begin so.",
    ("testCases", "assertions", "endsWith"): "The value's text must end so.",
    ("testCases", "assertions", "contains"): "The value's text must hold this.",
    ("testCases", "assertions", "greaterThan"): "The value must be a greater number.",
    ("testCases", "assertions", "greaterThanOrEqualTo"): "The value must be this number or a greater one.",
    ("testCases", "assertions", "lessThan"): "The value must be a lesser number.",
    ("testCases", "assertions", "lessThanOrEqualTo"): "The value must be this number or a lesser one.",
    ("testCases", "assertions", "in"): "The value's text must be one of these.",
    ("testCases", "assertions", "notIn"): "The value's text must be none of these.",
}


def word_for(path: tuple[str | int, ...]) -> str:
    """A line about the key at a path of a suite, "" where there is nothing to tell."""
    return WORDS.get(tuple(step for step in path if isinstance(step, str)), "")
