"""Events of a run, folded into findings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_schemas.diagnostics import Severity
from tiercel_server.features.run_report import RunReport
from tiercel_server.workspace import DocumentSnapshot

FLOW = """\
id: f
namespace: n
tasks:
  - id: one
    type: io.kestra.plugin.core.log.Log
    message: m
  - id: two
    type: io.kestra.plugin.core.log.Log
    message: m
"""
OUTLINE = DocumentSnapshot("file:///f.yaml", FLOW).flows[0].outline


class Stream:
    """Writes events as docs/events.md has them; a second passes between any two."""

    def __init__(self) -> None:
        self.report = RunReport()
        self.seconds = 0

    def add(self, event: str, execution: str | None = "e", **keys: Any) -> Stream:
        self.seconds += 1
        time = f"2026-01-02T03:{self.seconds // 60:02}:{self.seconds % 60:02}.000000Z"
        self.report.add({"event": event, "time": time, "executionId": execution, **keys})
        return self

    def created(self, execution: str = "e", flow: str = "f", **keys: Any) -> Stream:
        return self.add("execution.created", execution, namespace="n", flowId=flow, **keys)

    def task(self, run: str, task: str, *states: str, execution: str = "e", **last: Any) -> Stream:
        self.add("taskrun.created", execution, taskRunId=run, taskId=task)
        for number, state in enumerate(states):
            keys = last if number == len(states) - 1 else {}
            self.add("taskrun.state", execution, taskRunId=run, taskId=task, state=state, **keys)
        return self

    def log(self, run: str | None, level: str, message: str) -> Stream:
        keys = {"taskRunId": run, "taskId": "x"} if run is not None else {}
        return self.add("log", level=level, message=message, **keys)

    def finished(self, state: str) -> Stream:
        return self.add("execution.state", state=state).add("execution.finished", state=state, execution={})

    def found(self, *, ended: bool = True) -> dict[str, tuple[str, Severity, str]]:
        """Findings by the text that they are on."""
        return {
            FLOW[each.span.start : each.span.end]: (each.code, each.severity, each.message)
            for each in self.report.diagnostics(OUTLINE, ended=ended)
        }


def test_success() -> None:
    found = Stream().created().task("1", "one", "RUNNING", "SUCCESS").task("2", "two", "SKIPPED").finished("SUCCESS")
    assert found.found() == {
        "f": ("run-success", Severity.HINT, "SUCCESS in 6.0 s"),
        "one": ("run-success", Severity.HINT, "Success in 1.0 s"),
        "two": ("run-skipped", Severity.HINT, "Skipped"),
    }
    assert found.report.state == "SUCCESS"
    assert found.report.finished_tasks == {"one", "two"}


def test_failure_tells_the_log_and_then_the_reason() -> None:
    stream = Stream().created().task("1", "one", "RUNNING").log("1", "INFO", "fine").log("1", "ERROR", "no such file")
    stream.log("1", "ERROR", "a.b.TaskException: exit 1").log("1", "ERROR", "exit 1")
    stream.add("taskrun.state", taskRunId="1", taskId="one", state="FAILED", message="exit 1").finished("FAILED")
    found = stream.found()
    assert found["one"] == ("run-failed", Severity.ERROR, "Failed: no such file\nexit 1")
    assert found["f"][:2] == ("run-failed", Severity.HINT)


def test_a_failure_of_the_flow_itself_is_on_its_id() -> None:
    stream = Stream().created().task("1", "one", "RUNNING", "SUCCESS").log(None, "ERROR", "outputs can't be rendered")
    assert stream.finished("FAILED").found()["f"][1:] == (
        Severity.ERROR, "FAILED in 5.0 s: outputs can't be rendered",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "code", "severity"),
    [
        ("WARNING", "run-warning", Severity.WARNING),
        ("KILLED", "run-cancelled", Severity.WARNING),
        ("CANCELLED", "run-cancelled", Severity.WARNING),
        ("FAILED", "run-failed", Severity.ERROR),
    ],
)
def test_other_ends(state: str, code: str, severity: Severity) -> None:
    found = Stream().created().task("1", "one", "RUNNING", state).finished(state).found()
    assert found["one"][:2] == (code, severity)


def test_the_worst_of_many_runs_counts() -> None:
    stream = Stream().created()
    stream.task("1", "one", "RUNNING", "SUCCESS").task("2", "one", "RUNNING", "FAILED", message="broke")
    assert stream.found()["one"] == ("run-failed", Severity.ERROR, "Failed in 1 of 2 runs: broke")


def test_attempts_are_counted() -> None:
    stream = Stream().created()
    stream.task("1", "one", "RUNNING", "RETRYING", "CREATED", "RUNNING", "SUCCESS", attempt=2)
    assert stream.found()["one"][2].endswith(", 3 attempts")


def test_loops_count_and_subflows_do_not() -> None:
    stream = Stream().created().created("loop", kind="LOOP", parentId="e").created("sub", flow="other")
    stream.task("1", "one", "RUNNING", "SUCCESS", execution="loop").task("2", "two", "FAILED", execution="sub")
    assert set(stream.found()) == {"f", "one"}


def test_a_run_under_way_and_one_that_was_cut_off() -> None:
    stream = Stream().created().add("execution.state", state="RUNNING").task("1", "one", "RUNNING")
    assert stream.found(ended=False) == {"one": ("run-running", Severity.INFORMATION, "Running")}
    assert stream.report.running_tasks == ("one",)
    assert {code for code, _, _ in stream.found().values()} == {"run-cancelled"}


def test_task_runs_that_were_taken_back_are_gone() -> None:
    stream = Stream().created().task("1", "one", "FAILED").add("taskrun.removed", taskRunId="1", taskId="one")
    assert "one" not in stream.found()


def test_notices_stand_on_their_task() -> None:
    stream = Stream().add("notice", None, level="ERROR", taskId="two", message="not here")
    stream.add("notice", None, level="INFO", message="simulated")
    assert stream.found() == {
        "two": ("run-notice", Severity.ERROR, "not here"),
        "f": ("run-notice", Severity.HINT, "simulated"),
    }


_VALUES = st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.sampled_from(["e", "1", "one", "RUNNING", "FAILED"])
)
_KINDS = [f"execution.{kind}" for kind in ("created", "state", "finished")] + ["log", "notice", "__init__"]
_KINDS += [f"taskrun.{kind}" for kind in ("created", "state", "removed", "outputs")]
_KEYS = ["time", "executionId", "taskRunId", "taskId", "state", "message", "level", "flowId"]
_EVENTS = st.fixed_dictionaries(
    {"event": st.one_of(st.sampled_from(_KINDS), _VALUES)}, optional=dict.fromkeys(_KEYS, _VALUES)
)


@given(st.lists(_EVENTS, max_size=20), st.booleans())
def test_any_events_are_taken(events: list[dict[str, Any]], ended: bool) -> None:
    report = RunReport()
    for event in events:
        report.add(event)
    for each in report.diagnostics(OUTLINE, ended=ended):
        assert FLOW[each.span.start : each.span.end]
