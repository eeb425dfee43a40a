"""Keeps triggers going: dates are run when they are due, polls are repeated, ends let triggers go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import anyio

from tiercel_engine.expressions import RenderError
from tiercel_engine.runtime.ids import new_id
from tiercel_engine.store.history import History
from tiercel_engine.tasks.api import TaskFailure
from tiercel_engine.triggers.beginning import Occasion, begun_in_any_case, dated, failed_event
from tiercel_engine.triggers.keeping import KeptListening
from tiercel_engine.triggers.polling import Kind, Sighting, find_polling_kind
from tiercel_engine.triggers.polling.looking import Look, look
from tiercel_engine.triggers.records import Key, TriggerState
from tiercel_engine.triggers.schedule import DATES, SCHEDULE, Schedule, ScheduleError, read_schedule
from tiercel_engine.triggers.schedule.planning import Due, begun, due
from tiercel_engine.triggers.schedule.variables import bare_variables, schedule_variables
from tiercel_engine.triggers.seeing import Sight, sight_of
from tiercel_engine.triggers.states import TriggerStates
from tiercel_schemas.model import Flow
from tiercel_schemas.model.durations import parse_duration
from tiercel_schemas.model.trigger import Trigger

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine

_LONGEST_SLEEP = 30.0
_PAUSE = 0.05
_AT_ONCE = 50
"""Executions of one trigger that are started in one step, where it may run beside itself."""
_MINUTE = timedelta(minutes=1)
Say = Callable[..., None]
"""Takes a level, a message, and what belongs to it by name."""


def _silent(_level: str, _message: str, **_fields: Any) -> None:
    """For those who don't listen."""


class TriggerService:
    """The triggers of some flows, with an engine that runs what they start.

    `step` does all that is due at the engine's clock and says when to look again; `run` does that for ever. Events of
    the engine are to be given to `take`. `zone` is that of schedules that name none.
    """

    def __init__(
        self,
        engine: Engine,
        history: History,
        flows: Callable[[], Iterable[Flow]],
        zone: tzinfo = UTC,
        say: Say = _silent,
    ) -> None:
        self._engine = engine
        self._history = history
        self._flows = flows
        self._zone = zone
        self._say = say
        self._store = TriggerStates(history)
        self.states: dict[Key, TriggerState] = self._store.all()
        self._taken_up: dict[Key, tuple[Flow, Schedule]] = {}
        self._polling: set[Key] = set()
        self._bell = anyio.Event()
        self._complained: set[tuple[Key, str]] = set()
        engine.listening = KeptListening(self._store, self.states)

    # -- for the engine

    def listening(self) -> list[Flow]:
        """The flows whose Flow triggers hear, without triggers that have been disabled since."""
        return [self._without_disabled(flow) for flow in self._flows()]

    def take(self, event: Mapping[str, Any]) -> None:
        """An event of the engine's stream: an end may stop a trigger, or let one go on."""
        if event["event"] != "execution.finished":
            return
        shape = event.get("execution") or {}
        cause = shape.get("trigger")
        if cause is not None:
            self._stop_after((shape["namespace"], shape["flowId"], cause["id"]), str(event.get("state")))
        self.look_again()

    def look_again(self) -> None:
        """Let `run` step now: flows have changed, or an execution has ended."""
        self._bell.set()

    # -- for people

    def state(self, key: Key) -> TriggerState:
        """Where a trigger stands."""
        return self.states.get(key, TriggerState())

    def change(self, key: Key, **changes: Any) -> TriggerState:
        """Put a state right by hand, lastingly."""
        state = replace(self.state(key), **changes)
        self._put(key, state)
        self._store.commit()
        self.look_again()
        return state

    # -- time

    async def run(self) -> None:
        """Do what is due, whenever it is."""
        while True:
            self._bell = anyio.Event()
            following = self.step()
            patience = _LONGEST_SLEEP
            if following is not None:
                patience = min(max((following - self._now()).total_seconds(), 0.01), _LONGEST_SLEEP)
            with anyio.move_on_after(patience):
                await self._bell.wait()
            # Many executions end at once: one look does for all.
            await anyio.sleep(_PAUSE)

    def step(self) -> datetime | None:
        """Do all that is due; when something is due next, None when only an end or a change can bring that."""
        wakes: list[datetime] = []
        for flow in self._flows():
            if flow.disabled or flow.draft:
                continue
            for trigger in flow.triggers:
                key = (flow.namespace, flow.id, trigger.id)
                if trigger.disabled or self.state(key).disabled:
                    continue
                wake = self._step_of(key, flow, trigger)
                if wake is not None:
                    wakes.append(wake)
        self._store.commit()
        return min(wakes, default=None)

    def _step_of(self, key: Key, flow: Flow, trigger: Trigger) -> datetime | None:
        if trigger.type in {SCHEDULE, DATES}:
            return self._scheduled(key, flow, trigger)
        kind = find_polling_kind(trigger.type)
        return self._polled(key, flow, trigger, kind) if kind is not None else None

    def _now(self) -> datetime:
        return self._engine.surroundings.clock()

    # -- schedules

    def _scheduled(self, key: Key, flow: Flow, trigger: Trigger) -> datetime | None:
        sight = sight_of(flow, self._engine.surroundings)
        schedule = self._schedule(key, flow, trigger, sight)
        if schedule is None:
            return None

        def holds(date: datetime) -> bool:
            return self._admits(key, trigger, sight, bare_variables(date.astimezone(schedule.zone)))

        known = self.states.get(key)
        if known is None or known.written != schedule.written or key not in self._taken_up:
            self._put(key, begun(schedule, known, self._now(), holds))
        self._taken_up[key] = (flow, schedule)
        for _ in range(_AT_ONCE):
            if self._waits(key, trigger):
                return None
            state, found = due(schedule, self.state(key), self._now(), holds)
            self._put(key, state)
            if found is None:
                return state.next
            self._run_date(key, flow, trigger, schedule, found)
        return self._now()

    def _schedule(self, key: Key, flow: Flow, trigger: Trigger, sight: Sight) -> Schedule | None:
        known = self._taken_up.get(key)
        if known is not None and known[0] is flow:
            return known[1]
        try:
            return read_schedule(trigger, sight.render, self._zone)
        except (ScheduleError, RenderError) as error:
            self._complain(key, f"the schedule can't be read: {error}")
            return None

    def _admits(self, key: Key, trigger: Trigger, sight: Sight, variables: Mapping[str, Any]) -> bool:
        try:
            return sight.admits(trigger, variables)
        except (RenderError, ValueError) as error:
            if _flag(trigger, "failOnTriggerError"):
                return True
            self._complain(key, f"a condition can't be evaluated: {error}")
            return False

    def _run_date(self, key: Key, flow: Flow, trigger: Trigger, schedule: Schedule, found: Due) -> None:
        variables = schedule_variables(schedule, found.date)
        filling = found.backfill
        occasion = Occasion(
            flow,
            trigger,
            variables,
            inputs=filling.inputs if filling is not None else {},
            labels=filling.labels if filling is not None else {},
        )
        surroundings, now = self._engine.surroundings, self._engine.now()
        try:
            sight_of(flow, surroundings).admits(trigger, bare_variables(found.date.astimezone(schedule.zone)))
            event = begun_in_any_case(occasion, surroundings, now)
        except (RenderError, ValueError) as error:
            event = failed_event(occasion, surroundings, now, str(error))
        # Both are written together: neither is a date run twice, nor is one lost.
        self._put(key, replace(found.state, execution_id=occasion.execution_id))
        self._engine.begin(dated(event, found.date.astimezone(UTC)))

    # -- polls

    def _polled(self, key: Key, flow: Flow, trigger: Trigger, kind: Kind) -> datetime | None:
        state = self.state(key)
        if key in self._polling or self._waits(key, trigger):
            return None
        if state.next is not None and state.next > self._now():
            return state.next
        self._polling.add(key)
        self._engine.group.start_soon(self._look, key, flow, trigger, kind)
        return None

    async def _look(self, key: Key, flow: Flow, trigger: Trigger, kind: Kind) -> None:
        wanted = Look(flow, trigger, kind, self.state(key).seen, new_id())
        surroundings = self._engine.surroundings
        sighting, fault = Sighting(None, wanted.seen), None
        try:
            sighting = await look(
                wanted, surroundings, lambda level, text: self._say(level, text, trigger=".".join(key))
            )
        except (TaskFailure, RenderError) as error:
            fault = error.message
        except Exception as error:  # noqa: BLE001  (whatever a task throws is the trigger's failure)
            fault = f"{type(error).__name__}: {error}"
        finally:
            self._polling.discard(key)
        state = replace(self.state(key), next=self._now() + self._interval(key, trigger), seen=sighting.seen)
        self._put(key, state)
        if fault is not None:
            self._say("WARN", "a trigger could not look", trigger=".".join(key), fault=fault)
        self._begin_sighted(key, wanted, sighting, fault)
        self._store.commit()
        self.look_again()

    def _begin_sighted(self, key: Key, wanted: Look, sighting: Sighting, fault: str | None) -> None:
        trigger, surroundings = wanted.trigger, self._engine.surroundings
        variables = sighting.variables or {}
        occasion = Occasion(wanted.flow, trigger, variables, seen=variables, execution_id=wanted.execution_id)
        fails = fault is not None and _flag(trigger, "failOnTriggerError")
        if fails:
            event = failed_event(occasion, surroundings, self._engine.now(), str(fault))
        elif sighting.variables is None or not self._admits(
            key, trigger, sight_of(wanted.flow, surroundings), variables
        ):
            return
        else:
            event = begun_in_any_case(occasion, surroundings, self._engine.now())
        self._put(key, replace(self.state(key), execution_id=occasion.execution_id, last=self._now()))
        self._engine.begin(event)

    def _interval(self, key: Key, trigger: Trigger) -> timedelta:
        written = trigger.properties.get("interval")
        try:
            return max(parse_duration(str(written)), timedelta(seconds=1)) if written is not None else _MINUTE
        except (ValueError, OverflowError) as error:
            self._complain(key, f"the interval can't be read: {error}")
            return _MINUTE

    # -- states

    def _waits(self, key: Key, trigger: Trigger) -> bool:
        """Whether the trigger has to wait for the execution that it started last."""
        state = self.state(key)
        if state.execution_id is None:
            return False
        summary = self._history.summary(state.execution_id)
        if summary is None or summary.finished:
            self._put(key, replace(state, execution_id=None))
            if summary is not None:
                self._stop_after(key, summary.state)
            return self.state(key).disabled
        return not _flag(trigger, "allowConcurrent")

    def _stop_after(self, key: Key, end: str) -> None:
        flow = next((flow for flow in self._flows() if (flow.namespace, flow.id) == key[:2]), None)
        trigger = next((each for each in flow.triggers if each.id == key[2]), None) if flow is not None else None
        if trigger is not None and end in (trigger.properties.get("stopAfter") or ()) and not self.state(key).disabled:
            self._put(key, replace(self.state(key), disabled=True))
            self._store.commit()
            self._say("INFO", "a trigger has stopped, as its `stopAfter` says", trigger=".".join(key), state=end)

    def _put(self, key: Key, state: TriggerState) -> None:
        if self.states.get(key) != state:
            self.states[key] = state
            self._store.put(key, state)

    def _without_disabled(self, flow: Flow) -> Flow:
        gone = {each.id for each in flow.triggers if self.state((flow.namespace, flow.id, each.id)).disabled}
        if not gone:
            return flow
        kept = tuple(each for each in flow.triggers if each.id not in gone)
        return flow.model_copy(update={"triggers": kept})

    def _complain(self, key: Key, text: str) -> None:
        if (key, text) not in self._complained:
            self._complained.add((key, text))
            self._say("WARN", text, trigger=".".join(key))


def _flag(trigger: Trigger, name: str) -> bool:
    return str(trigger.properties.get(name, False)).lower() == "true"
