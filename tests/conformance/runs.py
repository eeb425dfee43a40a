"""Run every case of a folder through our engine.

    python -m tests.conformance.runs CASES_DIR OUT_DIR --kestra-version V [--expected DIR] [--only NAME…]

Writes one record per case, in the form of the real engine's records. With `--expected DIR` the differences are listed.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio

from tests.conformance.compare import main as compare
from tests.conformance.run_support.case import read_case
from tests.conformance.run_support.http_server import serving
from tests.conformance.run_support.performing import perform_case
from tiercel_schemas.versions import KestraVersion


def run_cases(folders: Iterator[Path], out: Path, version: KestraVersion) -> None:
    """Run the cases one after another; a record is written as soon as its case has ended."""
    out.mkdir(parents=True, exist_ok=True)
    with serving() as http:
        for folder in folders:
            record = run_case(folder, version, http)
            text = json.dumps(record, ensure_ascii=False, indent=2, default=str)
            (out / f"{folder.name}.json").write_text(text + "\n", encoding="utf-8")


def run_case(folder: Path, version: KestraVersion, http: str) -> dict[str, Any]:
    """The record of one case; a fault of ours is recorded as `fault`."""
    try:
        return anyio.run(perform_case, read_case(folder), version, http)
    except Exception:  # noqa: BLE001  (one case must not end the others)
        traceback.print_exc()
        return {"case": folder.name, "fault": traceback.format_exc().splitlines()[-1]}


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.runs", description=__doc__)
    parser.add_argument("cases", type=Path, metavar="CASES_DIR")
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("--kestra-version", default="2.0", choices=[version.value for version in KestraVersion])
    parser.add_argument("--expected", type=Path, metavar="DIR", help="list what differs from these records")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="only these cases")
    given = parser.parse_args(arguments)
    folders = (
        path
        for path in sorted(given.cases.iterdir())
        if (path / "case.yaml").is_file() and (not given.only or path.name in given.only)
    )
    run_cases(folders, given.out, KestraVersion(given.kestra_version))
    if given.expected is None:
        return 0
    return compare([str(given.expected), str(given.out), *(given.only or [])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
