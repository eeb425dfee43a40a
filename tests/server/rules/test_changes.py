"""Every row of what Kestra 2.0 removed or renamed has its finding, and a fix where one name took another's place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.checking.fixing import mend
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

ROWS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("changes.yaml").read_text(encoding="utf-8"))
HEAD = "id: old\nnamespace: company.team\n"
TASKS = "tasks:\n  - {id: say, type: io.kestra.plugin.core.log.Log, message: Hello}\n"
MARK = " #!"


def flow(row: dict[str, Any]) -> tuple[str, int]:
    """The flow of a row, and the line (from 0) that is at fault."""
    text = HEAD + row["text"] + "\n" + ("" if row["text"].startswith("tasks:") else TASKS)
    lines = text.split("\n")
    (number,) = (index for index, line in enumerate(lines) if line.endswith(MARK))
    return "\n".join(line.removesuffix(MARK) for line in lines), number


def snapshot_of(text: str, version: KestraVersion = KestraVersion.V2_0) -> DocumentSnapshot:
    return DocumentSnapshot("old.yaml", text, kestra_version=version)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_it_is_told_on_its_line(row: dict[str, Any]) -> None:
    text, number = flow(row)
    snapshot = snapshot_of(text)
    found = [each for each in diagnose(snapshot) if snapshot.text.line_at(each.span.start) == number]
    assert any(each.code == row["code"] and row.get("says", "") in each.message for each in found), found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_it_is_mended_where_one_name_took_the_place_of_another(row: dict[str, Any]) -> None:
    text, number = flow(row)

    def is_told(finding: Diagnostic) -> bool:
        return finding.code == str(row["code"])

    mended = mend(snapshot_of(text), lambda fix: fix.safe, is_told).snapshot
    expected = text.split("\n")
    if "becomes" in row:
        expected[number] = row["becomes"]
        left = [each for each in diagnose(mended) if each.code == row["code"]]
        assert not [each for each in left if mended.text.line_at(each.span.start) == number]
    assert mended.text.text.split("\n") == expected


@pytest.mark.parametrize("row", [row for row in ROWS if row.get("keeps", True)], ids=lambda row: row["row"])
def test_1_3_still_takes_it(row: dict[str, Any]) -> None:
    snapshot = snapshot_of(flow(row)[0], KestraVersion.V1_3)
    assert not [each for each in diagnose(snapshot) if each.severity is Severity.ERROR]


def test_no_two_rows_are_alike() -> None:
    names = [row["row"] for row in ROWS]
    assert len(set(names)) == len(names)
