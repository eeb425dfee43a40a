"""One case of a suite, from its start to its result."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import anyio.to_thread

from tiercel_engine.core.records import Execution
from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, Engine, RunRequest, Surroundings
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.storage import StorageError
from tiercel_engine.storage.kv import KvError
from tiercel_engine.unit_tests.assertions import judge_assertion
from tiercel_engine.unit_tests.coverage import Coverage, CoverageOf
from tiercel_engine.unit_tests.fixtures import given, inputs_of, put_extras, put_files, stand_ins, trigger_of
from tiercel_engine.unit_tests.results import (
    SNAPSHOT_OPERATOR,
    STATE_OPERATOR,
    AssertionResult,
    CaseResult,
    TestError,
    case_state,
)
from tiercel_schemas.model import Flow
from tiercel_schemas.model.unit_test import UnitTest
from tiercel_schemas.model.unit_test_extras import NO_EXTRAS, Extras

TEST_LABEL = "system.test"
_TOLD_LEVELS = frozenset({"WARN", "ERROR"})
_MOST_LOGS = 20


@dataclass(frozen=True, slots=True)
class CaseRun:
    """A case ready to run. `surroundings` must be its own: its storage, pairs and secrets are nobody else's."""

    case: UnitTest
    flow: Flow
    surroundings: Surroundings
    extras: Extras = NO_EXTRAS
    snapshots: Mapping[str, Any] = field(default_factory=dict)
    """The values that were kept before, by name."""
    timeout: float | None = None
    """Seconds after which the case is given up."""


@dataclass(frozen=True, slots=True)
class CaseEnd:
    """What a case came to. `snapshots` are the values of now; empty where the case did not get so far."""

    result: CaseResult
    coverage: Coverage
    snapshots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Told:
    coverage: CoverageOf
    logs: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def take(self, event: Mapping[str, Any]) -> None:
        self.coverage.take(event)
        if event["event"] == "log" and event["level"] in _TOLD_LEVELS and len(self.logs) < _MOST_LOGS:
            task = f"{event['taskId']}: " if "taskId" in event else ""
            self.logs.append(f"{event['level']} {task}{event['message']}")
        if event["event"] == "taskrun.state" and event["state"] == "FAILED" and "message" in event:
            self.reasons.append(f"task {event['taskId']} failed: {event['message']}")


@dataclass(frozen=True, slots=True)
class _Verdict:
    assertions: tuple[AssertionResult, ...] = ()
    errors: tuple[TestError, ...] = ()
    execution_id: str | None = None
    snapshots: Mapping[str, Any] = field(default_factory=dict)


async def run_case(run: CaseRun) -> CaseEnd:
    """Run a case and judge it; never raises for what a flow or a suite says."""
    started = time.monotonic()
    told = _Told(CoverageOf(run.flow, stand_ins(run.case)))
    verdict = _Verdict(
        errors=(TestError(f"the execution did not end within {run.timeout:g} seconds"),) if run.timeout else ()
    )
    with anyio.move_on_after(run.timeout):
        verdict = await _verdict(run, told)
    mask = run.surroundings.services.masker.data
    result = CaseResult(
        run.case.id,
        case_state(verdict.assertions, verdict.errors),
        verdict.execution_id,
        tuple(_masked(each, mask) for each in verdict.assertions),
        tuple(TestError(mask(each.message), mask(each.details), each.place) for each in verdict.errors),
        mask(jsonable(given(run.case).model_dump(by_alias=True, exclude_defaults=True))),
        time.monotonic() - started,
        tuple(told.logs),
    )
    return CaseEnd(result, told.coverage.result(), mask(dict(verdict.snapshots)))


async def _verdict(run: CaseRun, told: _Told) -> _Verdict:
    case, flow, services = run.case, run.flow, run.surroundings.services
    try:
        put_extras(run.extras, flow.namespace, services)
        files = put_files(case, flow, services)
        inputs = inputs_of(case, flow, files, services)
    except (KvError, StorageError, RenderError, OSError) as error:
        return _Verdict(errors=(TestError("the fixtures can't be put in place", str(error), ("fixtures",)),))
    surroundings = replace(run.surroundings, files=files)
    request = RunRequest(flow, surroundings, inputs, {TEST_LABEL: "true"}, trigger_of(case), fixtures=stand_ins(case))
    async with Engine(surroundings, told.take) as engine:
        try:
            first = engine.start_request(request)
        except InputError as error:
            place = ("fixtures", "inputs", error.problems[0].input_id)
            return _Verdict(errors=(TestError("the flow refuses its inputs", str(error), place),))
        except CheckError as error:
            return _Verdict(errors=(TestError("checks of the flow do not let it run", str(error), ()),))
        await engine.wait(first)
        await engine.wait_all()
        live = engine.lives[engine.newest(first)]
        context = engine.context_of(live)
        return await anyio.to_thread.run_sync(_judged, run, live.execution, live.renderer, context, told)


def _judged(
    run: CaseRun, execution: Execution, renderer: Renderer, context: Mapping[str, Any], told: _Told
) -> _Verdict:
    state = execution.state.value
    if state != run.case.expected_state:
        # What the assertions are about was not made: they would only repeat that.
        return _Verdict((_wrong_state(run.case, state, told),), (), execution.id)
    results: list[AssertionResult] = []
    errors: list[TestError] = []
    for number, assertion in enumerate(run.case.assertions):
        judged = judge_assertion(number, assertion, renderer, context)
        results += judged.results
        errors += judged.errors
    snapshots: dict[str, Any] = {}
    for name, template in run.extras.snapshots.items():
        try:
            value = snapshots[name] = jsonable(renderer.render_typed(template, context))
        except RenderError as error:
            errors.append(TestError(f"could not evaluate snapshot '{name}'", str(error), ("snapshots", name)))
            continue
        results.append(_compared(run, name, value))
    return _Verdict(tuple(results), tuple(errors), execution.id, snapshots)


def _wrong_state(case: UnitTest, state: str, told: _Told) -> AssertionResult:
    message = f"expected the execution to end in {case.expected_state} but it ended in {state}"
    why = told.reasons or [line for line in told.logs if line.startswith("ERROR")]
    if why:
        message += "\n" + "\n".join(dict.fromkeys(why[:5]))
    return AssertionResult(STATE_OPERATOR, case.expected_state, state, False, ("expectedState",), message)  # noqa: FBT003


def _compared(run: CaseRun, name: str, value: Any) -> AssertionResult:
    place, actual = ("snapshots", name), _json(value)
    if name not in run.snapshots:
        message = f"there is no snapshot '{name}' yet: --update-snapshots keeps the value of now"
        return AssertionResult(SNAPSHOT_OPERATOR, "", actual, False, place, message)  # noqa: FBT003
    expected = _json(run.snapshots[name])
    message = f"expected the value of snapshot '{name}' to be as it was kept"
    return AssertionResult(SNAPSHOT_OPERATOR, expected, actual, expected == actual, place, message)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


def _masked(result: AssertionResult, mask: Any) -> AssertionResult:
    return replace(
        result,
        expected=mask(result.expected),
        actual=mask(result.actual),
        message=mask(result.message),
        description=mask(result.description),
    )
