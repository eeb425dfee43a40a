"""Test flows with a cursor marked `‸`, read from case files.

A case file holds cases. Each begins with `== title`, then comes the text; a line `-- expect` ends it, and lines
`name: value` say what is expected. A line `<< NAME` stands for the text of `cases/flows/NAME.yaml`. `version: 1.3`
among the expectations sets the Kestra version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion
from tiercel_server.workspace import DocumentSnapshot

CASES = Path(__file__).with_name("cases")
CURSOR = "‸"


@dataclass(frozen=True)
class Case:
    title: str
    text: str
    expected: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.expected if key == name]

    def names(self, name: str) -> list[str]:
        return [each.strip() for value in self.values(name) for each in value.split(",") if each.strip()]

    @property
    def version(self) -> KestraVersion:
        found = self.values("version")
        return KestraVersion(found[0]) if found else DEFAULT_VERSION

    def opened(self, variant: str = "plain") -> tuple[DocumentSnapshot, int]:
        text = self.text
        if variant == "crlf":
            text = text.replace("\n", "\r\n")
        elif variant == "emoji":
            text = "# 🦅🎈 ünïcödé\n" + text
        offset = text.index(CURSOR)
        text = text.replace(CURSOR, "")
        assert CURSOR not in text
        return DocumentSnapshot("file:///case.yaml", text, kestra_version=self.version), offset


def read_cases(folder: str) -> list[Case]:
    found = [case for path in sorted((CASES / folder).glob("*.txt")) for case in _read(path)]
    assert found, f"no cases in {CASES / folder}"
    return found


def _read(path: Path) -> list[Case]:
    cases: list[Case] = []
    for block in path.read_text(encoding="utf-8").split("\n== ")[1:]:
        title, _, rest = block.partition("\n")
        text, separator, expectations = rest.partition("\n-- expect\n")
        assert separator, f"{path.name}: {title} expects nothing"
        lines = []
        for line in text.split("\n"):
            if line.startswith("<< "):
                included = CASES / "flows" / f"{line[3:].strip()}.yaml"
                lines += included.read_text(encoding="utf-8").rstrip("\n").split("\n")
            else:
                lines.append(line)
        pairs = []
        for line in expectations.splitlines():
            if line.strip():
                name, colon, value = line.partition(":")
                assert colon, f"{path.name}: {title}: {line!r}"
                pairs.append((name.strip(), value.strip()))
        assert pairs, f"{path.name}: {title} expects nothing"
        cases.append(Case(f"{path.stem}: {title}", "\n".join(lines), pairs))
    return cases
