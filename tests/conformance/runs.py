"""Run every case of a folder through our engine.

    python -m tests.conformance.runs CASES_DIR OUT_DIR --kestra-version V [--expected DIR] [--only NAME…]

Writes one record per case, in the form of the real engine's records. With `--expected DIR` the differences are listed.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

import anyio

from tests.conformance.compare import main as compare
from tests.conformance.run_support.case import read_case
from tests.conformance.run_support.http_server import serving
from tests.conformance.run_support.performing import perform_case
from tiercel_schemas.versions import KestraVersion

JOBS = 6
"""Cases at work at the same time: most of them wait for timers most of the time."""


def run_cases(folders: Iterable[Path], out: Path, version: KestraVersion, jobs: int = JOBS) -> None:
    """Run the cases; a record is written as soon as its case has ended."""
    out.mkdir(parents=True, exist_ok=True)
    with serving() as http:
        anyio.run(_run_all, list(folders), out, version, http, jobs)


async def _run_all(folders: list[Path], out: Path, version: KestraVersion, http: str, jobs: int) -> None:
    limiter = anyio.CapacityLimiter(jobs)

    async def run(folder: Path) -> None:
        async with limiter:
            await _run_one(folder, out, version, http)

    async with anyio.create_task_group() as group:
        for folder in folders:
            group.start_soon(run, folder)


async def _run_one(folder: Path, out: Path, version: KestraVersion, http: str) -> None:
    try:
        record = await perform_case(read_case(folder), version, http)
    except Exception as error:  # noqa: BLE001  (one case must not end the others)
        traceback.print_exception(error)
        record = {"case": folder.name, "fault": repr(error)}
    text = json.dumps(record, ensure_ascii=False, indent=2, default=str)
    await anyio.Path(out / f"{folder.name}.json").write_text(text + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.runs", description=__doc__)
    parser.add_argument("cases", type=Path, metavar="CASES_DIR")
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("--kestra-version", default="2.0", choices=[version.value for version in KestraVersion])
    parser.add_argument("--expected", type=Path, metavar="DIR", help="list what differs from these records")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="only these cases")
    parser.add_argument("--jobs", type=int, default=JOBS, metavar="N", help="cases at work at the same time")
    given = parser.parse_args(arguments)
    folders = (
        path
        for path in sorted(given.cases.iterdir())
        if (path / "case.yaml").is_file() and (not given.only or path.name in given.only)
    )
    run_cases(folders, given.out, KestraVersion(given.kestra_version), given.jobs)
    if given.expected is None:
        return 0
    return compare([str(given.expected), str(given.out), *(given.only or [])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
