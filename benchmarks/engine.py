"""The engine: `python -m benchmarks.engine [--count N] [--executions N]`.

Overhead per task run for flows of one kind of work each, with the history written as `tiercel run` writes it; many
executions at once; the time from the command to the first task; memory. Beside them what the machine allows: starting a
process, and one commit of the history. `REAL` are the recorded figures of the real engine on a machine of this size.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio

from tiercel_engine.runtime import Engine, RunRequest, Surroundings, run_flow
from tiercel_engine.store import History
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model import Flow, read_flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

REAL = {"in sequence": 140.0, "in Parallel": 148.0, "iterations of a Loop": 18.0, "command to first task": 10_000.0}
"""Milliseconds of the real engine, of `../shared/oracle/README.md`: 200 of each, and a whole start."""
RETURN = "io.kestra.plugin.core.debug.Return"


def _leaf(number: int) -> dict[str, Any]:
    return {"id": f"t{number}", "type": RETURN, "format": "v"}


def _flow(*tasks: Mapping[str, Any]) -> Flow:
    return read_flow({"id": "bench", "namespace": "a.b", "tasks": list(tasks)}, KestraVersion.V2_0)


def shapes(count: int) -> dict[str, Flow]:
    """The flows, each with `count` task runs or iterations."""
    core = "io.kestra.plugin.core.flow."
    leaves = [_leaf(number) for number in range(count)]
    values = list(range(count))
    return {
        "in sequence": _flow(*leaves),
        "in Parallel": _flow({"id": "p", "type": core + "Parallel", "tasks": leaves}),
        "iterations of a Loop": _flow(
            {"id": "l", "type": core + "Loop", "values": values, "concurrencyLimit": 0, "tasks": [_leaf(0)]}
        ),
    }


def around(folder: Path) -> Surroundings:
    """What `tiercel run` would lend to a run below a folder."""
    services = local_services(folder / "state", Project(), folder, {})
    return Surroundings(services, history=History(folder / "executions.db", services.masker.data))


def one(flow: Flow) -> Callable[[Surroundings], Any]:
    """Runs one execution of a flow."""
    return lambda surroundings: run_flow(RunRequest(flow, surroundings))


def seconds_of(act: Callable[[Surroundings], Any]) -> float:
    """How long something takes, with a history of its own."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = around(Path(folder))
        start = time.perf_counter()
        act(surroundings)
        taken = time.perf_counter() - start
        if surroundings.history is not None:
            surroundings.history.close()
    return taken


def at_once(flow: Flow, number: int) -> Callable[[Surroundings], None]:
    """Runs so many executions of a flow at the same time."""

    async def main(surroundings: Surroundings) -> None:
        async with Engine(surroundings) as engine:
            names = [engine.start(flow) for _ in range(number)]
            for name in names:
                await engine.wait(name)

    return lambda surroundings: anyio.run(main, surroundings)


def first_task(runs: int) -> float:
    """Milliseconds from the command to the line that says that the first task runs, the median."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "one.yaml")
        path.write_text(json.dumps(_flow(_leaf(0)).source), "utf-8")
        command = [str(Path(sys.executable).with_name("tiercel")), "run", str(path), "--format", "jsonl"]
        for _ in range(runs + 1):
            start = time.perf_counter()
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
                assert child.stdout is not None
                for line in child.stdout:
                    event = json.loads(line)
                    if event["event"] == "taskrun.state" and event["state"] == "RUNNING":
                        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:]) * 1000


def limits() -> dict[str, float]:
    """Milliseconds of what a machine can't do without: a process, a commit."""
    start = time.perf_counter()
    for _ in range(20):
        subprocess.run(["/bin/sh", "-c", ":"], check=True)
    spawn = (time.perf_counter() - start) / 20
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder, "x.db"), isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("CREATE TABLE t (a TEXT)")
        start = time.perf_counter()
        for number in range(500):
            db.execute("INSERT INTO t VALUES (?)", (str(number),))
        commit = (time.perf_counter() - start) / 500
        db.close()
    return {"starting a process": spawn * 1000, "a commit": commit * 1000}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="task runs of each flow")
    parser.add_argument("--executions", type=int, default=200, help="executions at once, of 5 tasks each")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; the median counts")
    given = parser.parse_args()
    rows = ["| work | ms each | real engine | ratio |", "|---|---|---|---|"]
    for name, flow in shapes(given.count).items():
        times = [seconds_of(one(flow)) for _ in range(given.runs)]
        each = statistics.median(times) / given.count * 1000
        rows.append(f"| {given.count} {name} | {each:.2f} | {REAL[name]:.0f} | 1/{REAL[name] / each:.0f} |")
    five = _flow(*(_leaf(number) for number in range(5)))
    crowd = statistics.median(seconds_of(at_once(five, given.executions)) for _ in range(given.runs))
    rows.append(
        f"| {given.executions} executions at once, a task run | {crowd / given.executions / 5 * 1000:.2f} | | |"
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = first_task(given.runs)
    name = "command to first task"
    rows.append(f"| {name} | {start:.0f} | {REAL[name]:.0f} | 1/{REAL[name] / start:.0f} |")
    rows += [f"| {name}, for comparison | {each:.3f} | | |" for name, each in limits().items()]
    print("\n".join(rows))
    print(f"\nPeak of memory of all that: {memory:.0f} MiB.")


if __name__ == "__main__":
    main()
