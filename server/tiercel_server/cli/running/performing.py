"""A prepared run performed: its events shown, its end turned into an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tiercel_engine.core.records import Execution
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, OnEvent, run_flow
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
    request = prepared.request
    try:
        return show_to_the_end(
            lambda on_event: run_flow(request, on_event), prepared.notices, request.surroundings.history, view
        )
    except InputError as error:
        raise Refused(f"The inputs of flow '{request.flow.id}' can't be used:", *input_complaints(error)) from error
    except CheckError as error:
        failed = [f"  {check.message}" for check in error.failed]
        raise Refused(f"Checks of flow '{request.flow.id}' do not let it run:", *failed) from error


def show_to_the_end(
    run: Callable[[OnEvent], Execution], notices: Iterable[Notice], history: History | None, view: View
) -> int:
    """Show what `run` tells and give the exit code of its end; closes the view and the history in any case."""
    try:
        for notice in notices:
            view.take(notice_event(notice))
        execution = run(view.take)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        view.close()
        if history is not None:
            history.close()
    return 0 if execution.state in GOOD_ENDS else 1
