"""A prepared run performed: its events shown, its end turned into an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tiercel_engine.core.records import Execution
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, NotPossibleError, OnEvent, UnknownExecutionError, run_flow
from tiercel_engine.store import History
from tiercel_engine.tasks.preflight import Notice
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.given_inputs import input_complaints
from tiercel_server.cli.running.preparing import Prepared, notice_event
from tiercel_server.cli.running.progress import GOOD_ENDS
from tiercel_server.cli.running.views import View

INTERRUPTED = 130


def perform(prepared: Prepared, view: View) -> int:
    """Run to the end; 0 for SUCCESS and WARNING, 1 for any other, 130 when left by a second Ctrl-C.

    Raises `Refused` for inputs and checks that do not let an execution begin.
    """
    return exit_code(performed(prepared, view))


def performed(prepared: Prepared, view: View) -> Execution | None:
    """The execution that has ended, None when it was left; raises `Refused` as `perform`."""
    request = prepared.request
    history = request.surroundings.history
    with refusals_of(request.flow.id):
        return shown_to_the_end(lambda on_event: run_flow(request, on_event), prepared.notices, history, view)


@contextmanager
def refusals_of(flow_id: str) -> Iterator[None]:
    """Turn what keeps the engine from beginning into `Refused`."""
    try:
        yield
    except InputError as error:
        raise Refused(f"The inputs of flow '{flow_id}' can't be used:", *input_complaints(error)) from error
    except CheckError as error:
        failed = [f"  {check.message}" for check in error.failed]
        raise Refused(f"Checks of flow '{flow_id}' do not let it run:", *failed) from error
    except (NotPossibleError, UnknownExecutionError) as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error


def show_to_the_end(
    run: Callable[[OnEvent], Execution], notices: Iterable[Notice], history: History | None, view: View
) -> int:
    """Show what `run` tells and give the exit code of its end; closes the view and the history in any case."""
    return exit_code(shown_to_the_end(run, notices, history, view))


def shown_to_the_end(
    run: Callable[[OnEvent], Execution], notices: Iterable[Notice], history: History | None, view: View
) -> Execution | None:
    """As `show_to_the_end`, with the execution itself; None when it was left."""
    words = Words(view)
    try:
        for notice in notices:
            view.take(notice_event(notice))
        return run(words.take)
    except KeyboardInterrupt:
        return None
    finally:
        view.close()
        if history is not None:
            history.close()


def exit_code(execution: Execution | None) -> int:
    """What a command that has shown an execution ends with."""
    if execution is None:
        return INTERRUPTED
    return 0 if execution.state in GOOD_ENDS else 1


class Words:
    """Passes events on, and says a word to whoever waits when a kill is being heeded or a resume is awaited."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._main: str | None = None

    def take(self, event: Mapping[str, Any]) -> None:
        """Pass one on."""
        if event["event"] == "execution.created" and self._main is None:
            self._main = event["executionId"]
        self._view.take(event)
        if event["event"] == "execution.state" and event["executionId"] == self._main:
            word = _WORDS.get(event["state"])
            if word is not None:
                self._view.say(word.format(id=self._main))


_WORDS: Mapping[str, str] = {
    "KILLING": "Killing what runs … press Ctrl-C again to leave at once.",
    "PAUSED": "Paused: `tiercel executions resume {id}` lets it go on.",
    "BREAKPOINT": "At a breakpoint: `tiercel executions resume {id}` lets it go on.",
}
