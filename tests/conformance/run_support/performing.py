"""One case performed by the real engine."""

import base64
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.abc

from tests.conformance.run_support.case import Action, Case, Start
from tests.conformance.run_support.loading import Loaded, load
from tests.conformance.run_support.placeholders import Placeholders
from tests.conformance.run_support.record import RecordWriter, children_in_order
from tests.conformance.run_support.recording import RecordedExecution, Recording
from tiercel_engine.core.states import State
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, Engine, Surroundings
from tiercel_engine.tasks.services import LocalServices, local_services
from tiercel_schemas.model import Flow
from tiercel_schemas.model.inputs import InputType
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

ENVIRONMENT = {"SECRET_ORACLE_SECRET": base64.b64encode(b"s3cr3t-value").decode()}
GLOBALS = {"oracleglobal": "global-value", "camel-key": "camel-value", "snake-key": "snake-value"}
WORKING = re.compile(re.escape(tempfile.gettempdir()) + r"/(?:tiercel-|tmp)[A-Za-z0-9_]+(?:/[^\s'\"\]]*)?")


class Unmasked:
    """Records show what tasks output, secrets included: only logs are masked in them."""

    def __init__(self, masker: Any) -> None:
        self._masker = masker

    def add(self, *secrets: str) -> None:
        """Learn secrets."""
        self._masker.add(*secrets)

    def text(self, text: str) -> str:
        """A text without secrets."""
        return self._masker.text(text)

    def data(self, line: dict[str, Any]) -> dict[str, Any]:
        """A line of the event stream: only log entries are masked."""
        return self._masker.data(line) if isinstance(line, dict) and line.get("event") == "log" else line


async def perform_case(case: Case, version: KestraVersion, http: str) -> dict[str, Any]:
    """Run a case; its record."""
    loaded = load(case.flows, version)
    record: dict[str, Any] = {"case": case.name}
    if loaded.errors:
        record["flowErrors"] = loaded.errors
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        services = _services(case, Path(folder))
        surroundings = Surroundings(
            services,
            find_flow=loaded.find,
            listening=lambda: tuple(loaded.flows.values()),
            knows_namespace=lambda name: any(space == name for space, _ in loaded.flows),
            globals={"oraclehttp": http, **GLOBALS},
            envs={"oracle_env": "env-value"},
        )
        main = loaded.main(case.main) if case.main is not None else None
        if case.main is None:
            record["runs"] = []
        elif main is None:
            record["runs"] = [{"error": "flow not loaded"}]
        elif main.disabled:
            record["runs"] = [{"note": "flow is disabled; the server refuses to start it"} for _ in case.starts]
        else:
            record["runs"] = await _Session(case, loaded, surroundings, http).run(main)
        if case.kv_after:
            record["kvAfter"] = {
                key: entry.value if (entry := services.kv.get(case.namespace, key)) else None for key in case.kv_after
            }
    return record


def _services(case: Case, folder: Path) -> LocalServices:
    services = local_services(folder / ".tiercel", Project(), folder, ENVIRONMENT)
    for key, value in case.kv.items():
        services.kv.set(case.namespace, key, value)
    for name, path in case.files.items():
        services.files.write(case.namespace, name, path)
    return replace(services, masker=Unmasked(services.masker))


class _Session:
    def __init__(self, case: Case, loaded: Loaded, surroundings: Surroundings, http: str) -> None:
        self._case = case
        self._loaded = loaded
        self._surroundings = surroundings
        self._http = http
        self._recording = Recording()
        self._pending: dict[str, list[Action]] = {}
        self._acting = 0
        self._changed = anyio.Event()

    async def run(self, main: Flow) -> list[dict[str, Any]]:
        roots: list[str | dict[str, Any]] = []
        timed_out = True
        with anyio.move_on_after(self._case.timeout_s):
            async with Engine(self._surroundings, self._take) as engine:
                self._engine = engine
                for start in self._case.starts:
                    roots.append(await self._start(main, start))
                for root in roots:
                    if isinstance(root, str):
                        await self._ended(root)
                await engine.wait_all()
                timed_out = False
        return [self._record(root, timed_out) if isinstance(root, str) else root for root in roots]

    async def _start(self, main: Flow, start: Start) -> str | dict[str, Any]:
        if start.after_ms is not None:
            await anyio.sleep(start.after_ms / 1000)
        else:
            await self._engine.wait_all()
        try:
            execution_id = self._engine.start(main, start.inputs, start.labels)
        except InputError as error:
            return {"inputError": {"class": "InputOutputValidationException", "message": str(error)}}
        except CheckError as error:
            failed = [{"message": check.message, "behavior": check.behavior} for check in error.failed]
            return {"failedChecks": failed}
        self._pending[execution_id] = list(self._case.actions)
        self._act_on(execution_id, self._engine.lives[execution_id].execution.state.value)
        return execution_id

    async def _ended(self, execution_id: str) -> None:
        while True:
            execution = await self._engine.wait(execution_id)
            if self._acting:
                self._changed = anyio.Event()
                await self._changed.wait()
                continue
            if execution.state.terminated:
                return

    def _take(self, event: Any) -> None:
        self._recording.take(dict(event))
        if event["event"] == "execution.state" and event["executionId"] in self._pending:
            self._act_on(event["executionId"], event["state"])

    def _act_on(self, execution_id: str, state: str) -> None:
        pending = self._pending.get(execution_id, [])
        action = next((each for each in pending if each.when == state), None)
        if action is not None:
            pending.remove(action)
            self._acting += 1
            self._engine.group.start_soon(self._act, execution_id, action)

    async def _act(self, execution_id: str, action: Action) -> None:
        await anyio.sleep(action.after_ms / 1000)
        try:
            if action.do == "kill":
                self._engine.kill(execution_id)
            elif action.do == "restart":
                self._engine.restart(execution_id)
            elif action.do == "resume":
                self._engine.resume(execution_id, action.inputs, State(action.to or "SUCCESS"))
            else:
                raise ValueError(f"unknown action {action.do}")
        finally:
            self._acting -= 1
            self._changed.set()

    def _record(self, root_id: str, timed_out: bool) -> dict[str, Any]:
        executions = self._recording.executions
        root = executions[root_id]
        story = [root, *(each for each in executions.values() if each is not root and self._belongs(each, root))]
        names = Placeholders(story, self._http, WORKING)
        writer = RecordWriter(names, self._surroundings.services.storage, self._secret_inputs())
        record: dict[str, Any] = {"execution": writer.execution(root)}
        children = [writer.execution(each) for each in children_in_order(root, story)]
        if children:
            record["children"] = children
        if timed_out:
            record["timedOut"] = True
        return record

    def _belongs(self, execution: RecordedExecution, root: RecordedExecution) -> bool:
        return execution.correlation == root.correlation

    def _secret_inputs(self) -> set[str]:
        return {
            item.id for flow in self._loaded.flows.values() for item in flow.inputs if item.type is InputType.SECRET
        }
