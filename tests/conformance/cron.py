"""Cron dates against what Kestra itself answers.

python -m tests.conformance.cron [CASES_DIR]           prints agreement and differences with expected.json
python -m tests.conformance.cron CASES.json OUT.json   writes what expected.json would hold for these cases
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tiercel_engine.triggers.cron import CronError, parse_cron, parse_zone

DATA = Path(__file__).parent / "data" / "cron"
Record = dict[str, Any]


def load(directory: Path) -> list[tuple[Record, Record]]:
    """Each case with what is expected of it."""
    expected = {record["id"]: record for record in _read(directory / "expected.json")}
    return [(case, expected[case["id"]]) for case in _read(directory / "cases.json")]


def answer(case: Record) -> Record:
    """What we say to a case, in the form of a record."""
    try:
        cron = parse_cron(case["cron"], with_seconds=case.get("withSeconds", False))
    except CronError as error:
        return {"id": case["id"], "error": str(error)}
    zone = parse_zone(case.get("timezone", "UTC"))
    start = datetime.fromisoformat(case["from"])
    dates: list[datetime] = []
    moment: datetime | None = start
    while moment is not None and len(dates) < case["count"]:
        moment = cron.next_after(moment, zone)
        dates.extend([moment] if moment else [])
    previous = cron.previous_before(start, zone)
    return {
        "id": case["id"],
        "next": [java_text(date) for date in dates],
        "previous": [java_text(previous)] if previous else [],
    }


def java_text(moment: datetime) -> str:
    """A moment as Java prints it with its offset: no seconds where they are nought, `Z` for no offset."""
    if moment.utcoffset() == timedelta():
        moment = moment.astimezone(UTC)
    text = moment.isoformat(timespec="seconds" if moment.second else "minutes")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def main(arguments: list[str]) -> int:
    """Compare a directory of cases, or answer a file of cases into another; 1 when something differs."""
    if len(arguments) > 1:
        answers = [answer(case) for case in _read(Path(arguments[0]))]
        Path(arguments[1]).write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    cases = load(Path(arguments[0]) if arguments else DATA)
    differing = [(case, record, ours) for case, record in cases if (ours := answer(case)) != record]
    for case, record, ours in differing:
        print(json.dumps(case), f"  expected {json.dumps(record)}", f"  got      {json.dumps(ours)}", sep="\n")
    print(f"{len(cases) - len(differing)} of {len(cases)} cases agree")
    return 1 if differing else 0


def _read(path: Path) -> list[Record]:
    records: list[Record] = json.loads(path.read_text(encoding="utf-8"))
    return records


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
