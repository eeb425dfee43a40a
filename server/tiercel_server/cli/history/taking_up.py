"""What restart, replay, resume, kill and a change of state have in common: options, surroundings, the view."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution
    from tiercel_engine.runtime import OnEvent, Surroundings
    from tiercel_engine.tasks.preflight import Notice
    from tiercel_schemas.model import Flow
    from tiercel_server.cli.history.story import Line
    from tiercel_server.cli.running.place import Place

_NAMED = 5
"""Places named in a notice."""

_OPTIONS: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
    click.option(
        "--runner", type=click.Choice(["auto", "process", "docker"]), help="Where script tasks run, as for tiercel run."
    ),
    click.option(
        "--max-parallel", type=click.IntRange(min=1), metavar="N", help="Tasks at work at the same time, at most."
    ),
    click.option(
        "--log-level",
        type=click.Choice(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]),
        default="INFO",
        show_default=True,
        help="The least level that --format text shows.",
    ),
)


def running_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a command that runs something here."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Way:
    """How to run and show, as the options say."""

    format_name: str
    runner: str | None
    max_parallel: int | None
    log_level: str

    def take_up_quietly(
        self, execution: Execution, place: Place, act: Callable[[Surroundings], Execution]
    ) -> Execution:
        """Do what needs neither tasks that can run here nor anybody who watches; raises `Refused`."""
        from tiercel_server.cli.running.performing import refusals_of
        from tiercel_server.cli.running.preparing import project_at, surround

        surroundings, _ = surround(execution.flow, place.root, project_at(place.project_file), None, None, tasks=())
        try:
            with refusals_of(execution.flow.id):
                return act(surroundings)
        finally:
            if surroundings.history is not None:
                surroundings.history.close()

    def take_up(
        self,
        execution: Execution,
        place: Place,
        act: Callable[[Surroundings, OnEvent], Execution],
        told: Iterable[Line] = (),
        flow: Flow | None = None,
    ) -> int:
        """Run what `act` does and show it to the end; the exit code. Raises `Refused`.

        `told` is what the history tells of an execution that goes on. `flow` is what runs, if not the execution's.
        """
        from tiercel_engine.runners import RunnerMode
        from tiercel_server.cli.running.performing import refusals_of, show_to_the_end
        from tiercel_server.cli.running.preparing import project_at, surround
        from tiercel_server.cli.running.views import view_for

        surroundings, notices = surround(
            flow or execution.flow,
            place.root,
            project_at(place.project_file),
            RunnerMode(self.runner) if self.runner is not None else None,
            self.max_parallel,
        )
        view = view_for(self.format_name, self.log_level)
        waiting = list(told)

        def run(on_event: OnEvent) -> Execution:
            def tell(event: Mapping[str, Any]) -> None:
                # Not before something happens: the engine may still refuse.
                if waiting:
                    view.recall(waiting)
                    waiting.clear()
                on_event(event)

            return act(surroundings, tell)

        with refusals_of((flow or execution.flow).id):
            return show_to_the_end(run, (*notices, *lost_values(execution)), surroundings.history, view)


@contextmanager
def no_longer(execution_id: str) -> Iterator[None]:
    """Turn what goes wrong when another process is asked into `Refused`."""
    from tiercel_engine.runtime import NotAtWorkError, RequestRefusedError
    from tiercel_server.cli.running.complaints import Refused

    try:
        yield
    except (NotAtWorkError, RequestRefusedError) as error:
        first, *more = str(error).strip().splitlines() or ["it refuses"]
        raise Refused(f"{first[:1].upper()}{first[1:]}.".replace("..", "."), *more) from error
    except TimeoutError as error:
        raise Refused(
            f"The process that runs execution {execution_id} does not answer.",
            "It may be stopped (Ctrl-Z), or busy. Its process can be ended with the means of the system.",
        ) from error


def lost_values(execution: Execution) -> Iterator[Notice]:
    """Say so when tasks that run again may read values that are secret, and so were not kept."""
    from tiercel_engine.runtime.jsonable import jsonable
    from tiercel_engine.secrets import MASK
    from tiercel_engine.tasks.preflight import Notice

    places = {
        "inputs": execution.inputs,
        "variables": execution.variables,
        **{f"the outputs of task '{run.task_id}'": run.outputs for run in execution.ordered_task_runs()},
    }
    lost = [name for name, values in places.items() if MASK in json.dumps(jsonable(values))]
    if lost:
        message = f"secrets are not kept in the history: tasks that run again see {MASK} in {', '.join(lost[:_NAMED])}"
        yield Notice("WARN", "secrets-not-kept", message)
