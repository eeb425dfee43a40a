"""The recorded run cases as two files a version: `python -m tests.conformance.run_data CASES_DIR EXPECTED_DIR NAME`.

A line of `runs-V-cases.jsonl` is a case with the text of its files, one of `runs-V-expected.jsonl` its record without
what is not compared. Folders of more than a thousand small files become four that are read at once.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.conformance.compare import comparable

DATA = Path(__file__).parent / "data"


def pack(cases: Path, expected: Path, name: str) -> None:
    """Write the two files of a version."""
    folders = [path for path in sorted(cases.iterdir()) if (path / "case.yaml").is_file()]
    _write(DATA / f"{name}-cases.jsonl", [_packed(folder) for folder in folders])
    records = [json.loads((expected / f"{folder.name}.json").read_text("utf-8")) for folder in folders]
    _write(DATA / f"{name}-expected.jsonl", [comparable(record) for record in records])


def unpack_cases(name: str, target: Path) -> list[Path]:
    """The cases as folders again, in `target`."""
    folders = []
    for case in _read(DATA / f"{name}-cases.jsonl"):
        folder = target / case["case"]
        for path, text in case["files"].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8", newline="")
        folders.append(folder)
    return folders


def expected_records(name: str) -> dict[str, Any]:
    """The comparable records by case."""
    return {record["case"]: record for record in _read(DATA / f"{name}-expected.jsonl")}


def _packed(folder: Path) -> dict[str, Any]:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {"case": folder.name, "files": files}


def _write(path: Path, entries: list[Any]) -> None:
    lines = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
