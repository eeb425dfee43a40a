"""LoopUntil: the body again and again, until a condition holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tiercel_engine.core.effects import Question, StartTimer
from tiercel_engine.core.endings import start_running
from tiercel_engine.core.events import Evaluated, TimerFired
from tiercel_engine.core.flowables.base import Flowable, kind
from tiercel_engine.core.records import Scope, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.truth import is_true
from tiercel_engine.core.work import Work
from tiercel_schemas.model import flowables as model
from tiercel_schemas.versions import KestraVersion


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often the body has run, the current turn included."""

    count: int = 1
    met: bool = False


@kind("flow.LoopUntil")
class LoopUntil(Flowable):
    """Pauses between turns; earlier turns leave no task runs."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Run the body the first time."""
        run = work.set_outputs(start_running(work, run), {"iterationCount": 1})
        self.open(work, run, Scope(data=Rounds()))

    def create_child(self, work: Work, owner: str | None, task_id: str) -> None:
        """Children carry the number of the turn."""
        rounds: Rounds = work.scope(owner).data
        work.create_run(task_id, owner, Stage.MAIN, iteration=rounds.count - 1)

    def turn(self, scope: Scope) -> int | None:
        """That of the turn which they end."""
        rounds: Rounds = scope.data
        return rounds.count - 1

    def main_done(self, work: Work, owner: str, scope: Scope) -> bool:
        """Ask for the condition, unless the body has failed or the loop is done."""
        rounds: Rounds = scope.data
        if rounds.met or scope.failed:
            return True
        run = work.run(owner)
        task = work.task(run)
        assert isinstance(task, model.LoopUntil)
        work.ask(
            "condition",
            run,
            Question("condition", task.condition),
            Question("failOnMaxReached", task.fail_on_max_reached, "typed"),
        )
        return False

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """End, or wait for the next turn."""
        if event.error is not None:
            self.break_off(work, run, event.error)
            return
        scope = work.scope(run.id)
        rounds: Rounds = scope.data
        limit = None if is_true(event.values["condition"]) else self._limit_reached(work, run, rounds)
        if is_true(event.values["condition"]) or limit is not None:
            worst = scope.worst
            if limit is not None:
                work.log("WARN", limit, run, 1)
                if str(event.values["failOnMaxReached"]).lower() == "true":
                    worst = State.FAILED
            work.set_scope(run.id, replace(scope, worst=worst, data=replace(rounds, met=True)))
            work.agenda.append(("advance", run.id))
            return
        task = work.task(run)
        assert isinstance(task, model.LoopUntil)
        work.set_state(run, State.PAUSED)
        date = work.time + task.check_frequency.interval
        work.effects.append(StartTimer("until", run.id, date, rounds.count))

    def _limit_reached(self, work: Work, run: TaskRun, rounds: Rounds) -> str | None:
        """Which limit is reached; 2.0 allows one turn more than `maxIterations` says, 1.3 counts one more."""
        task = work.task(run)
        assert isinstance(task, model.LoopUntil)
        frequency = task.check_frequency
        most = frequency.max_iterations
        if most is not None:
            if work.version is KestraVersion.V1_3 and rounds.count + 1 > most:
                work.set_outputs(run, {"iterationCount": rounds.count + 1})
                return "Max iterations reached"
            if work.version is KestraVersion.V2_0 and rounds.count > most:
                return "Max iterations reached"
        if frequency.max_duration is not None and work.time - run.start_date > frequency.max_duration:
            return "Max duration reached"
        return None

    def timed(self, work: Work, run: TaskRun, event: TimerFired) -> None:
        """Begin the next turn."""
        rounds: Rounds = work.scope(run.id).data
        if run.state is not State.PAUSED or event.round != rounds.count:
            return
        if work.state is State.PAUSED:
            work.set_execution_state(State.RUNNING)
        _forget_children(work, run)
        run = work.put(replace(work.run(run.id), iteration=rounds.count))
        run = work.set_state(run, State.RUNNING)
        run = work.set_outputs(run, {"iterationCount": rounds.count + 1})
        self.open(work, run, Scope(data=Rounds(rounds.count + 1)))


def _forget_children(work: Work, run: TaskRun) -> None:
    below = {run.id}
    for child in sorted(work.runs.values(), key=lambda child: child.number):
        if child.parent_id in below:
            below.add(child.id)
            work.drop(child)
