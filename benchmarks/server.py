"""Figures of the language server, beside yaml-language-server with our own schema: `python -m benchmarks.server`.

Cold start to the first diagnostics, an edit to its diagnostics, completion, memory; on the longest flow of the corpus,
in a workspace of the corpus. Of an edit also what the server's threads worked (CPU), and its own time: what was waited
for, without the pause and without what threads stood in the queue for a core that others had, at least their work.
For the other server: `npm install --prefix .tools yaml-language-server`; without it only ours is, which is said.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.language_client import LanguageServerProcess
from tiercel_server.lsp.diagnosing import PAUSE

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "flows"
OTHER = ROOT / ".tools" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
STARTS = 5
EDITS = 60
COMPLETIONS = 200
SETTLING = 3.0
"""Seconds in which a server may read the workspace."""


@dataclass(frozen=True)
class Contender:
    """A server to measure."""

    name: str
    command: Sequence[str]
    settings: dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """Times in milliseconds, memory in bytes."""

    name: str
    start: list[float]
    edits: list[float]
    worked: list[float]
    own: list[float]
    completions: list[float]
    memory: int

    def as_json(self) -> dict[str, Any]:
        """The figures for machines."""
        return {
            "name": self.name,
            "start_ms": round(statistics.median(self.start)),
            "edit_ms": {"p50": _percentile(self.edits, 50), "p95": _percentile(self.edits, 95)},
            "edit_cpu_ms": {"p50": _percentile(self.worked, 50), "p95": _percentile(self.worked, 95)},
            "edit_own_ms": {"p50": _percentile(self.own, 50), "p95": _percentile(self.own, 95)},
            "completion_ms": {"p50": _percentile(self.completions, 50), "p95": _percentile(self.completions, 95)},
            "memory_mb": round(self.memory / 2**20),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Figures of the language server.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    path = max(CORPUS.glob("*.yaml"), key=lambda each: (each.stat().st_size, each.name))
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        schema = workspace / "schema.json"
        schema.write_bytes(
            subprocess.run(_tiercel("schema", "--kestra-version", "1.3"), capture_output=True, check=True).stdout
        )
        for other in CORPUS.glob("*.yaml"):
            if other != path:
                shutil.copy(other, workspace)
        (workspace / "flow.yaml").write_text(text, encoding="utf-8")
        found = [_measure(contender, workspace, text) for contender in _contenders(schema)]
    if options.json:
        print(json.dumps({"flow": path.name, "lines": text.count("\n"), "servers": [each.as_json() for each in found]}))
        return
    print(f"{path.name}: {text.count(chr(10))} lines; pause of Tiercel before it looks: {PAUSE * 1000:.0f} ms\n")
    columns = ("start", "edit p50", "edit p95", "CPU p95", "own p50", "own p95", "compl p50", "compl p95", "memory")
    print(f"{'server':<22}" + "".join(f"{each:>11}" for each in columns))
    for each in (figures.as_json() for figures in found):
        times = (
            each["start_ms"],
            *(each[kind][rank] for kind, rank in _SHOWN),
        )
        print(f"{each['name']:<22}" + "".join(f"{time_:>8} ms" for time_ in times) + f"{each['memory_mb']:>8} MB")


_SHOWN = (
    ("edit_ms", "p50"), ("edit_ms", "p95"), ("edit_cpu_ms", "p95"), ("edit_own_ms", "p50"), ("edit_own_ms", "p95"),
    ("completion_ms", "p50"), ("completion_ms", "p95"),
)  # fmt: skip


def _contenders(schema: Path) -> list[Contender]:
    ours = Contender("tiercel", _tiercel("lsp"), {"tiercel": {"kestraVersion": "1.3"}})
    node = shutil.which("node")
    if node is None or not OTHER.is_file():
        print("yaml-language-server is not measured: it is not in .tools/ (see this file).", file=sys.stderr)
        return [ours]
    yaml = {
        "schemas": {schema.as_uri(): "flow.yaml"}, "schemaStore": {"enable": False}, "validate": True,
        "completion": True, "hover": True,
    }  # fmt: skip
    return [ours, Contender("yaml-language-server", [node, str(OTHER), "--stdio"], {"yaml": yaml})]


def _tiercel(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tiercel_server", *arguments]


def _measure(contender: Contender, workspace: Path, text: str) -> Figures:
    starts = [_start(contender, workspace, text) for _ in range(STARTS)]
    server = LanguageServerProcess(contender.command, contender.settings)
    try:
        server.start(workspace)
        _open(server, workspace, text)
        # What is wrong is where both see it: a property that no task has.
        broken = text.replace("\ntasks:", "\nnonsense: 1\ntasks:", 1)
        server.diagnostics(lambda found: not _has_nonsense(found))
        time.sleep(SETTLING)
        pause = PAUSE * 1000 if contender.name == "tiercel" else 0.0
        edits, worked, own = [], [], []
        for number in range(1, EDITS + 1):
            ran, waited = server.scheduling()
            taken = _edit(server, workspace, broken if number % 2 else text, number + 2)
            ran_then, waited_then = server.scheduling()
            edits.append(taken)
            worked.append(ran_then - ran)
            own.append(max(worked[-1], taken - pause - (waited_then - waited)))
        completions = _completions(server, workspace, text)
        return Figures(contender.name, starts, edits, worked, own, completions, server.memory())
    finally:
        server.stop()


def _start(contender: Contender, workspace: Path, text: str) -> float:
    began = time.perf_counter()
    server = LanguageServerProcess(contender.command, contender.settings)
    try:
        server.start(workspace)
        _open(server, workspace, text.replace("\ntasks:", "\nnonsense: 1\ntasks:", 1))
        server.diagnostics(_has_nonsense)
        return (time.perf_counter() - began) * 1000
    finally:
        server.stop()


def _uri(workspace: Path) -> str:
    return (workspace / "flow.yaml").as_uri()


def _open(server: LanguageServerProcess, workspace: Path, text: str) -> None:
    document = {"uri": _uri(workspace), "languageId": "yaml", "version": 1, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": document})


def _has_nonsense(found: list[dict[str, Any]]) -> bool:
    return any("nonsense" in each["message"] for each in found)


def _edit(server: LanguageServerProcess, workspace: Path, text: str, version: int) -> float:
    changed = {"textDocument": {"uri": _uri(workspace), "version": version}, "contentChanges": [{"text": text}]}
    wanted = "\nnonsense: 1" in text
    began = time.perf_counter()
    server.notify("textDocument/didChange", changed)
    server.diagnostics(lambda found: _has_nonsense(found) == wanted)
    return (time.perf_counter() - began) * 1000


def _completions(server: LanguageServerProcess, workspace: Path, text: str) -> list[float]:
    chance, lines, times = random.Random(1), text.split("\n"), []
    for _ in range(COMPLETIONS):
        line = chance.randrange(len(lines))
        position = {"line": line, "character": chance.randrange(len(lines[line]) + 1)}
        began = time.perf_counter()
        server.request("textDocument/completion", {"textDocument": {"uri": _uri(workspace)}, "position": position})
        times.append((time.perf_counter() - began) * 1000)
    return times


def _percentile(times: list[float], percent: int) -> float:
    return round(sorted(times)[min(len(times) - 1, len(times) * percent // 100)], 1)


if __name__ == "__main__":
    main()
