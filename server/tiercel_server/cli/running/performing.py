"""A prepared run performed: its events shown, its end turned into an exit code."""

from __future__ import annotations

from tiercel_engine.inputs import InputError
from tiercel_engine.runtime import CheckError, run_flow
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.preparing import Prepared, notice_event
from tiercel_server.cli.running.views import View

GOOD_ENDS = frozenset({"SUCCESS", "WARNING"})
INTERRUPTED = 130


def perform(prepared: Prepared, view: View) -> int:
    """Run to the end; 0 for SUCCESS and WARNING, 1 for any other, 130 when left by a second Ctrl-C.

    Raises `Refused` for inputs and checks that do not let an execution begin.
    """
    try:
        for notice in prepared.notices:
            view.take(notice_event(notice))
        execution = run_flow(prepared.request, view.take)
    except InputError as error:
        problems = [f"  {line}" for problem in error.problems for line in problem.message.strip().splitlines()]
        raise Refused(f"The inputs of flow '{prepared.request.flow.id}' can't be used:", *problems) from error
    except CheckError as error:
        failed = [f"  {check.message}" for check in error.failed]
        raise Refused(f"Checks of flow '{prepared.request.flow.id}' do not let it run:", *failed) from error
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        view.close()
        if prepared.request.surroundings.history is not None:
            prepared.request.surroundings.history.close()
    return 0 if execution.state in GOOD_ENDS else 1
