"""A file of findings that are known and accepted: only what is new is reported."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

from tiercel_server.cli.checking.report import ReportedFinding

_VERSION = 1
Mark = tuple[str, str, str, str]


class BaselineError(Exception):
    """A baseline that can't be read; the message says why."""


def read_baseline(path: Path) -> Counter[Mark]:
    """The findings of a baseline, each as often as it was found.

    Raises:
        BaselineError: if the file can't be read or is no baseline.
    """
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            raise BaselineError(f"'{path}' is a baseline of another version of Tiercel: write it anew.")
        entries = data["findings"]
        return Counter({(e["path"], e["code"], e["message"], e["line"]): int(e["count"]) for e in entries})
    except OSError as error:
        raise BaselineError(f"The baseline '{path}' can't be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise BaselineError(f"'{path}' is no baseline: `--write-baseline` makes one.") from None


def write_baseline(path: Path, findings: Iterable[ReportedFinding]) -> int:
    """Keep these findings in a file; returns how many there are."""
    marks = Counter(_mark(each) for each in findings)
    entries = [
        {"path": mark[0], "code": mark[1], "message": mark[2], "line": mark[3], "count": count}
        for mark, count in sorted(marks.items())
    ]
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
    return marks.total()


def new_findings(findings: Iterable[ReportedFinding], known: Counter[Mark]) -> list[ReportedFinding]:
    """The findings that a baseline does not hold; one that is there twice is new when it is found three times."""
    left = Counter(known)
    new = []
    for each in findings:
        mark = _mark(each)
        if left[mark] > 0:
            left[mark] -= 1
        else:
            new.append(each)
    return new


def _mark(finding: ReportedFinding) -> Mark:
    """What stays the same when lines are set in above."""
    return PurePath(finding.path).as_posix(), finding.code, finding.message, finding.source_line.strip()
