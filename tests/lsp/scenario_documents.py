"""The documents of a scenario: their texts, places in them, and edits as the protocol tells them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

CURSOR, BEGIN, END = "‸", "«", "»"


@dataclass
class Document:
    """An open document as the client has it, or a file."""

    uri: str
    text: str
    encoding: str
    version: int = 1

    def offset(self, marked: str) -> int:
        """Where the cursor of a marked part is."""
        assert CURSOR in marked, f"no cursor in {marked!r}"
        return self._begin(marked.replace(CURSOR, "")) + marked.index(CURSOR)

    def position(self, marked: str) -> dict[str, int]:
        """The same, as the protocol has it."""
        return self.place(self.offset(marked))

    def range(self, marked: str) -> dict[str, Any]:
        """What is selected in a marked part; a cursor is an empty range."""
        if CURSOR in marked:
            place = self.position(marked)
            return {"start": place, "end": place}
        begin = self._begin(marked.replace(BEGIN, "").replace(END, ""))
        start = begin + marked.index(BEGIN)
        end = begin + marked.replace(BEGIN, "").index(END)
        return {"start": self.place(start), "end": self.place(end)}

    def place(self, offset: int) -> dict[str, int]:
        """An offset as line and column."""
        before = self.text[:offset]
        line = before.rpartition("\n")[2]
        return {"line": before.count("\n"), "character": self._units(line)}

    def part(self, range_: dict[str, Any]) -> str:
        """The text of a range."""
        return self.text[self.index(range_["start"]) : self.index(range_["end"])]

    def index(self, position: dict[str, int]) -> int:
        """The offset of a position."""
        lines = self.text.split("\n")
        start = sum(len(line) + 1 for line in lines[: position["line"]])
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        column = 0
        while column < len(line) and self._units(line[:column]) < position["character"]:
            column += 1
        assert self._units(line[:column]) == min(position["character"], self._units(line)), "inside a character"
        return min(start + column, len(self.text))

    def edited(self, edits: list[dict[str, Any]]) -> str:
        """The text after edits that all count in the text as it is."""
        text = self.text
        spans = [(self.index(each["range"]["start"]), self.index(each["range"]["end"]), each) for each in edits]
        for start, end, each in sorted(spans, key=lambda span: (span[0], span[1]), reverse=True):
            text = text[:start] + each["newText"] + text[end:]
        return text

    def _units(self, text: str) -> int:
        if self.encoding == "utf-8":
            return len(text.encode())
        return len(text) if self.encoding == "utf-32" else len(text.encode("utf-16-le")) // 2

    def _begin(self, part: str) -> int:
        found = self.text.count(part)
        assert found == 1, f"{part!r} stands {found} times in the text"
        return self.text.index(part)


def from_disk(uri: str, encoding: str) -> Document:
    """A file that is not open."""
    from tiercel_server.workspace.session import path_of

    path = path_of(uri)
    return Document(uri, Path(path).read_bytes().decode() if path is not None and path.is_file() else "", encoding)
