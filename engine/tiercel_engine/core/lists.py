"""Lists of tasks: beginning a task, going on after one, from tasks to errors to finally to the end."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core import conclusion
from tiercel_engine.core.effects import Question, StartTask
from tiercel_engine.core.endings import allowed, finish_run, finish_running, skip, stronger
from tiercel_engine.core.events import Evaluated
from tiercel_engine.core.flowables import KINDS, Flowable
from tiercel_engine.core.flowables.base import CORE
from tiercel_engine.core.flowables.sequential import ROOT
from tiercel_engine.core.records import Attempt, Scope, Stage, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.truth import is_true
from tiercel_engine.core.wishes import Fixture
from tiercel_engine.core.work import Work
from tiercel_schemas.versions import KestraVersion

_WAITING = frozenset({State.CREATED, State.QUEUED})


def begin(work: Work, run: TaskRun) -> None:
    """Look whether a new task run may run at all."""
    if work.execution.breakpoints and _stops_before(work, run):
        work.set_state(run, State.BREAKPOINT)
        work.set_execution_state(State.BREAKPOINT)
        return
    if work.state in _WAITING and not _skips_running(work, run):
        work.set_execution_state(State.RUNNING)
    go_on(work, run)


def go_on(work: Work, run: TaskRun) -> None:
    """Put its fixture in a task's place, or look whether it runs."""
    task = work.task(run)
    if work.execution.fixtures and (fixture := _fixture_of(work, run)) is not None:
        work.ask("fixture", run, Question("outputs", dict(fixture.outputs), "typed"))
    elif task.run_if is None:
        enter(work, run)
    else:
        work.ask("runIf", run, Question("runIf", task.run_if))


def _stops_before(work: Work, run: TaskRun) -> bool:
    names = {(each.task_id, each.value) for each in work.execution.breakpoints}
    return (run.task_id, run.value) in names or (run.task_id, None) in names


def _fixture_of(work: Work, run: TaskRun) -> Fixture | None:
    own = [each for each in work.execution.fixtures if each.task_id == run.task_id]
    exact = next((each for each in own if each.value == run.value and not each.every), None)
    return exact or next((each for each in own if each.every), None)


def fixture_answered(work: Work, run: TaskRun, event: Evaluated) -> None:
    """End at once as the fixture says; its outputs must render."""
    fixture = _fixture_of(work, run)
    if fixture is None or event.error is not None:
        message = f"Failed to render the outputs of the fixture of task {run.task_id}. Cause: {event.error}"
        work.log("ERROR", message, run)
        finish_run(work, run, State.FAILED, message)
        return
    outputs = {name: value for name, value in event.values["outputs"].items() if value is not None}
    run = work.set_outputs(run, outputs)
    attempt = Attempt((StateChange(State.CREATED, run.start_date), StateChange(fixture.state, work.time)))
    finish_run(work, work.put(replace(run, attempts=(attempt,))), fixture.state)


def _skips_running(work: Work, run: TaskRun) -> bool:
    """2.0 lets an Exit that comes first end an execution that never was RUNNING."""
    return work.version is KestraVersion.V2_0 and work.task(run).type == CORE + "execution.Exit"


def run_if_answered(work: Work, run: TaskRun, event: Evaluated) -> None:
    """Run, skip or fail."""
    if event.error is not None:
        message = f"Failed to evaluate the runIf condition for task {run.task_id}. Cause: {event.error}"
        work.log("ERROR", message, run)
        finish_run(work, run, State.FAILED, message)
    elif is_true(event.values["runIf"]):
        enter(work, run)
    elif (shown := KINDS.get(work.task(run).type)) is not None and shown.shows_when_skipped():
        shown.skipped(work, run)
    else:
        skip(work, run)


def enter(work: Work, run: TaskRun) -> None:
    """Let the engine or a worker run it."""
    found = KINDS.get(work.task(run).type)
    if found is not None:
        found.enter(work, run)
    else:
        submit(work, run)


def submit(work: Work, run: TaskRun) -> None:
    """Hand a leaf task to a worker; in a WorkingDirectory, its own worker has it already."""
    directory = None
    parent = work.run(run.parent_id) if run.parent_id is not None else None
    if parent is not None and work.task(parent).type == CORE + "flow.WorkingDirectory":
        directory = parent.id
    if directory is None or run.attempts:
        work.set_state(run, State.SUBMITTED)
    work.busy += 1
    work.effects.append(StartTask(run.id, len(run.attempts), directory))


def ended(work: Work, run: TaskRun) -> None:
    """Note the end of a task run in the scope that it belongs to, and go on there."""
    if run.place is None:
        if run.twin:
            release(work)
            work.agenda.append(("advance", None))
        elif run.task_id in work.list_named(None, "afterExecution"):
            _next_after_execution(work, run)
        return
    if len(run.attempts) > 1 and gets_twin(work, run):
        if run.parent_id is None:
            work.change(held=(run.id,))
            work.create_run(run.task_id, None, None, value=run.value, iteration=run.iteration, twin=True)
            return
        if run.state is State.SUCCESS and _kind_of(work, run.parent_id).twins:
            work.create_run(run.task_id, run.parent_id, run.place, value=run.value, iteration=run.iteration, twin=True)
            return
    note_end(work, run)


def release(work: Work) -> None:
    """The second run of a task has failed once, or ended: what comes after the first run may begin."""
    held = work.execution.held
    work.change(held=())
    for run_id in held:
        note_end(work, work.run(run_id))


def begin_after_execution(work: Work) -> None:
    """A retry shows the end state for a moment, and that moment lets the tasks of afterExecution begin, once."""
    tasks = work.list_named(None, "afterExecution")
    if tasks and work.execution.after_seen is None:
        work.change(after_seen=work.state)
        work.create_run(tasks[0], None, None)


def _next_after_execution(work: Work, run: TaskRun) -> None:
    tasks = work.list_named(None, "afterExecution")
    following = tasks.index(run.task_id) + 1
    if following < len(tasks):
        work.create_run(tasks[following], None, None)


def gets_twin(work: Work, run: TaskRun) -> bool:
    """2.0 runs a task that was tried more than once a second time over, unless it stands first in its list."""
    if work.version is not KestraVersion.V2_0 or run.twin or len(run.attempts) < 2 or work.execution.killing:
        return False
    passed = {change.state for change in run.history}
    if work.execution.exit_state is not None or State.RETRYING not in passed or State.RESTARTED in passed:
        return False
    return position(work, run) > 0


def note_end(work: Work, run: TaskRun) -> None:
    """Count an end where the task run belongs, and go on there."""
    owner = run.parent_id
    scope = work.scope(owner)
    if run.place is scope.stage:
        scope = replace(scope, live=scope.live - 1)
    elif scope.strays:
        scope = replace(scope, strays=scope.strays - 1)
    if run.place is Stage.MAIN:
        scope = replace(
            scope,
            worst=stronger(scope.worst, run.state),
            failed=scope.failed or run.state in {State.FAILED, State.KILLED, State.CANCELLED},
        )
    work.set_scope(owner, scope)
    if run.place is Stage.MAIN and owner is not None:
        _kind_of(work, owner).child_ended(work, owner, run)
    advance(work, owner)


def _kind_of(work: Work, owner: str | None) -> Flowable:
    if owner is None:
        return ROOT
    found = KINDS[work.task(work.run(owner)).type]
    assert isinstance(found, Flowable)
    return found


def advance(work: Work, owner: str | None) -> None:
    """Start what may start in a flowable or the flow, stage after stage, and end it when all is done."""
    if owner is not None and (owner not in work.runs or work.run(owner).state.terminated):
        return
    while True:
        scope = work.scope(owner)
        if scope.stage is Stage.DONE:
            return
        if scope.stage is Stage.AFTER and not work.execution.concluded and not concluded(work):
            return
        if scope.stage is Stage.MAIN:
            if not _main(work, owner, scope):
                return
        elif not _side_list(work, owner, scope):
            return
        scope = work.scope(owner)
        if scope.stage is Stage.DONE:
            _close(work, owner, scope)
            return


def _main(work: Work, owner: str | None, scope: Scope) -> bool:
    """Work on the main list; True when the stage has changed."""
    kind = _kind_of(work, owner)
    if scope.stopped:
        if scope.live:
            return False
        _leave(work, owner, replace(scope, cursor=0), _after_stop(work, owner))
        return True
    if owner is not None and not work.listed(owner, scope):
        work.set_scope(owner, replace(scope, stage=Stage.DONE))
        return True
    if not kind.main_over(work, owner, scope):
        kind.start_children(work, owner, scope)
        scope = work.scope(owner)
        if scope.stopped or not kind.main_over(work, owner, scope):
            return False
    if owner is not None and not kind.main_done(work, owner, scope):
        return False
    scope = work.scope(owner)
    wants_errors = scope.worst is State.FAILED and work.list_named(owner, "errors")
    _leave(work, owner, scope, Stage.ERRORS if wants_errors else Stage.FINALLY)
    return True


def _after_stop(work: Work, owner: str | None) -> Stage:
    """A flowable left by Exit or a kill just ends; the flow itself may still run errors and finally."""
    if owner is not None:
        return Stage.DONE
    execution = work.execution
    if execution.killing or execution.violated or execution.exit_state is State.KILLED:
        return Stage.AFTER
    if execution.exit_state is State.FAILED and work.list_named(None, "errors"):
        return Stage.ERRORS
    return Stage.FINALLY


def _leave(work: Work, owner: str | None, scope: Scope, stage: Stage) -> None:
    strays = scope.strays + scope.live
    work.set_scope(owner, replace(scope, stage=stage, cursor=0, live=0, retrying=0, strays=strays))


def _side_list(work: Work, owner: str | None, scope: Scope) -> bool:
    """Work on errors, finally or afterExecution, where a failure stops nothing; True when the stage has changed."""
    tasks = work.listed(owner, scope)
    if scope.stage is Stage.AFTER and work.execution.after_seen is not None:
        tasks = ()
    if scope.stopped and scope.stage is not Stage.AFTER and work.execution.killing:
        tasks = ()
    if scope.live - scope.retrying == 0 and scope.cursor < len(tasks):
        work.set_scope(owner, replace(scope, cursor=scope.cursor + 1, live=scope.live + 1))
        iteration = None if owner is None else _kind_of(work, owner).turn(scope)
        work.create_run(tasks[scope.cursor], owner, scope.stage, iteration=iteration)
        return False
    if scope.live:
        return False
    if scope.stage is Stage.ERRORS:
        stage = Stage.FINALLY
    elif scope.stage is Stage.FINALLY:
        stage = Stage.AFTER if owner is None else Stage.DONE
    else:
        stage = Stage.DONE
    if stage is Stage.DONE and owner is not None and not _kind_of(work, owner).may_close(work, owner, scope):
        return False
    _leave(work, owner, scope, stage)
    return True


def _close(work: Work, owner: str | None, scope: Scope) -> None:
    if owner is not None:
        kind = _kind_of(work, owner)
        if scope.stopped and work.execution.killing:
            finish_running(work, work.run(owner), State.KILLED)
        else:
            kind.close(work, owner, scope)


def concluded(work: Work) -> bool:
    """The flow's tasks, errors and finally are over: say the end state; True when afterExecution may follow."""
    if any(run.twin and run.place is None and not run.state.terminated for run in work.runs.values()):
        return False
    return conclusion.conclude(work)


def position(work: Work, run: TaskRun) -> int:
    """Where a task stands in the list that it was started from, disabled ones not counted."""
    scope = work.scope(run.parent_id)
    names = {Stage.ERRORS: "errors", Stage.FINALLY: "finally", Stage.AFTER: "afterExecution"}
    tasks = work.list_named(run.parent_id, names.get(run.place or Stage.MAIN, scope.branch))
    return tasks.index(run.task_id) if run.task_id in tasks else 0


def finish_leaf(work: Work, run: TaskRun, state: State, message: str | None) -> None:
    """End a leaf task for good."""
    task = work.task(run)
    retry = task.retry
    if state is State.SUCCESS and retry is not None and retry.warning_on_retry and len(run.attempts) > 1:
        state = State.WARNING
    finish_run(work, run, allowed(task, state), message)
