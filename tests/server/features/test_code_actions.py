"""Code actions, case by case: the text after them, to the letter, with either kind of line ends."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion
from tiercel_server.features.code_actions import ActionPlace, CodeAction, apply_edits, code_actions
from tiercel_server.lsp.rule_facts import known_fixes, rule_facts, silencers
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

FOLDER = Path(__file__).with_name("cases") / "code_actions"
_PART = re.compile(r"^-- (do|becomes|lacks|file .*)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    title: str
    text: str
    parts: dict[str, str]
    version: KestraVersion


def read_cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n== ")[1:]:
            title, _, rest = block.partition("\n")
            text, *more = _PART.split(rest)
            version = re.match(r"version: (.*)\n", text)
            parts = {
                name: part.removeprefix("\n").rstrip("\n") + "\n"
                for name, part in zip(more[::2], more[1::2], strict=True)
            }
            assert parts, f"{path.name}: {title} expects nothing"
            text = text.removeprefix(version[0]) if version else text
            kestra = KestraVersion(version[1]) if version else DEFAULT_VERSION
            found.append(Case(f"{path.stem}: {title}", text.rstrip("\n") + "\n", parts, kestra))
    assert found
    return found


def asked(case: Case, line_end: str) -> tuple[DocumentSnapshot, list[CodeAction]]:
    text = case.text.replace("\n", line_end)
    start = text.index("«") if "«" in text else text.index("‸")
    text = text.replace("«", "").replace("‸", "")
    end = text.index("»") if "»" in text else start
    text = text.replace("»", "")
    snapshot = DocumentSnapshot("file:///w/case.yaml", text, kestra_version=case.version)
    findings = diagnose(snapshot)
    line = snapshot.text.line_at(start)
    here = [each for each in findings if snapshot.text.line_at(each.span.start) == line]
    codes = frozenset(rule_facts())
    place = ActionPlace(snapshot, Span(start, end), here, known_fixes(snapshot, findings), silencers(snapshot), codes)
    return snapshot, list(code_actions(place))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.title)
def test_code_action(case: Case, line_end: str) -> None:
    snapshot, actions = asked(case, line_end)
    titles = [action.title for action in actions]
    if "lacks" in case.parts:
        assert case.parts["lacks"].strip() not in titles
        return
    title = case.parts["do"].strip()
    assert title in titles
    change = next(action for action in actions if action.title == title).change()
    assert change is not None
    after = apply_edits(snapshot.text.text, change.edits)
    assert after.replace(line_end, "\n") == case.parts["becomes"]
    assert line_end == "\n" or "\n" not in after.replace("\r\n", "")
    files = {name.removeprefix("file "): part for name, part in case.parts.items() if name.startswith("file ")}
    assert {file.name: file.text.replace(line_end, "\n") for file in change.files} == files


CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "flows"


def comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the repository")
@pytest.mark.parametrize("part", range(8))
def test_every_rewriting_of_real_flows_stays_readable_and_keeps_comments(part: int) -> None:
    changed = 0
    for path in sorted(CORPUS.glob("*.yaml"))[part::8]:
        snapshot = DocumentSnapshot(str(path), path.read_text(encoding="utf-8"))
        for flow in snapshot.flows:
            for task in flow.outline.tasks[:4]:
                place = ActionPlace(snapshot, Span(task.name_span.start, task.name_span.start))
                for action in code_actions(place):
                    change = action.change()
                    if change is None:
                        continue
                    changed += 1
                    after = apply_edits(snapshot.text.text, change.edits)
                    texts = [after, *(file.text for file in change.files)]
                    for text in texts:
                        again = DocumentSnapshot(str(path), text)
                        assert not again.source.problems or snapshot.source.problems, (path.name, action.title)
                        assert again.flows, (path.name, action.title)
                    kept = comments("\n".join(texts))
                    assert not comments(snapshot.text.text) - kept, (path.name, action.title)
    assert changed > 20
