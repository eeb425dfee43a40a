"""The language server in a workspace of thousands of flows: `python -m benchmarks.workspace [--flows N]`.

Flows are generated, each calling two others, some waiting for others. Measured: how long the index takes in the
background, how quick an edit's diagnostics, completion and hover are meanwhile and afterwards, how quick definition,
references, symbols and renames over the whole are, and memory of the server with its children.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.language_client import LanguageServerProcess
from tiercel_server.lsp.diagnosing import PAUSE

FLOWS = 5_000
ROUNDS = 60
_ALL = {"includeDeclaration": True}
_Times = dict[str, list[float]]


def flow_text(number: int, flows: int) -> str:
    """A flow of about fifty lines, as people write them."""
    callee, other, awaited = (number * 7 + 1) % flows, (number * 13 + 5) % flows, (number * 3 + 2) % flows
    tasks = "".join(
        f"""\
  - id: step_{step}
    type: io.kestra.plugin.core.debug.Return
    format: "{{{{ inputs.day }}}} {{{{ vars.region }}}} {{{{ {_before(step)} }}}}"
"""
        for step in range(6)
    )
    trigger = f"""\
triggers:
  - id: after
    type: io.kestra.plugin.core.trigger.Flow
    inputs:
      day: "{{{{ trigger.outputs.total }}}}"
    dependsOn:
      - {{namespace: company.team{awaited % 40}, flowId: flow_{awaited}}}
"""
    return f"""\
id: flow_{number}
namespace: company.team{number % 40}
description: The flow number {number}.
labels:
  owner: team-{number % 9}
inputs:
  - id: day
    type: STRING
    defaults: today
  - id: limit
    type: INT
    defaults: 10
variables:
  region: eu
tasks:
{tasks}\
  - id: call_one
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team{callee % 40}
    flowId: flow_{callee}
    inputs:
      day: "{{{{ inputs.day }}}}"
  - id: call_two
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team{other % 40}
    flowId: flow_{other}
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: |
      {{{{ outputs.call_one.outputs.total }}}}
      {{{{ outputs.call_two.outputs.total }}}}
outputs:
  - id: total
    type: STRING
    value: "{{{{ outputs.step_5.value }}}}"
{trigger if number % 5 == 0 else ""}"""


def _before(step: int) -> str:
    return f"outputs.step_{step - 1}.value" if step else "flow.id"


class Workspace:
    """A server with a generated workspace, and one of its flows open."""

    def __init__(self, folder: Path, flows: int) -> None:
        self.folder, self.flows = folder, flows
        for number in range(flows):
            path = self._path(number)
            path.parent.mkdir(exist_ok=True)
            path.write_text(flow_text(number, flows), encoding="utf-8")
        self.text = flow_text(0, flows)
        self.uri = self._path(0).as_uri()
        self.version = 1
        self.server = LanguageServerProcess([sys.executable, "-m", "tiercel_server", "lsp"], {})

    def _path(self, number: int) -> Path:
        return self.folder / f"team{number % 40}" / f"flow_{number}.yaml"

    def open(self) -> None:
        """Begin."""
        self.server.start(self.folder)
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": self.text}
        self.server.notify("textDocument/didOpen", {"textDocument": document})
        self.server.diagnostics(lambda found: isinstance(found, list))

    def position(self, part: str, shift: int = 1) -> dict[str, int]:
        """Where a part of the text stands."""
        before = self.text[: self.text.index(part) + shift]
        return {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}

    def ask(self, method: str, part: str, **more: Any) -> Any:
        """Ask about a place."""
        params = {"textDocument": {"uri": self.uri}, "position": self.position(part), **more}
        return self.server.request(f"textDocument/{method}", params)

    def edit(self) -> None:
        """One edit, waited for until its diagnostics come."""
        self.version += 1
        broken = self.version % 2 == 0
        text = self.text.replace("\ntasks:", "\nnonsense: 1\ntasks:", 1) if broken else self.text
        document = {"uri": self.uri, "version": self.version}
        self.server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        self.server.diagnostics(lambda found: any("nonsense" in each["message"] for each in found) == broken)

    def is_indexed(self) -> bool:
        """Whether all files are known."""
        status = self.server.request("workspace/executeCommand", {"command": "tiercel.status", "arguments": []})
        return bool(status["index"]["flows"] >= self.flows)

    def symbols(self, query: str) -> Any:
        """Look for names."""
        return self.server.request("workspace/symbol", {"query": query})


def measured(times: _Times, name: str, work: Callable[[], Any]) -> Any:
    """Do something and write down how long it took."""
    began = time.perf_counter()
    result = work()
    times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return result


def typing(workspace: Workspace, times: _Times, when: str) -> None:
    """What a key press asks for."""
    ran, waited = workspace.server.scheduling()
    measured(times, f"edit {when}", workspace.edit)
    ran_then, waited_then = workspace.server.scheduling()
    own = times[f"edit {when}"][-1] - PAUSE * 1000 - (waited_then - waited)
    times.setdefault(f"edit {when}, own time", []).append(max(0.0, own))
    times.setdefault(f"edit {when}, CPU of the server", []).append(ran_then - ran)
    if workspace.version % 2:
        measured(times, f"completion {when}", lambda: workspace.ask("completion", "inputs.day", context=None))
        measured(times, f"hover {when}", lambda: workspace.ask("hover", "inputs.day"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The language server in a large workspace.")
    parser.add_argument("--flows", type=int, default=FLOWS)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), options.flows)
        try:
            figures = _measure(workspace)
        finally:
            workspace.server.stop()
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<34}{value}")


def _measure(workspace: Workspace) -> dict[str, Any]:
    times: _Times = {}
    began = time.perf_counter()
    workspace.open()
    opened = time.perf_counter() - began
    peak = 0
    while not workspace.is_indexed():
        typing(workspace, times, "meanwhile")
        peak = max(peak, workspace.server.memory())
        time.sleep(0.05)
    indexed = time.perf_counter() - began
    for _ in range(ROUNDS):
        typing(workspace, times, "afterwards")
    for _ in range(ROUNDS // 2):
        measured(times, "definition in another file", lambda: workspace.ask("definition", "flow_1\n"))
        measured(
            times,
            "references of an output",
            lambda: workspace.ask("references", "total", context=_ALL),
        )
        measured(times, "rename of an input", lambda: workspace.ask("rename", "day", newName="date"))
        measured(times, "workspace symbols", lambda: workspace.symbols("flow_49"))
        measured(times, "semantic tokens", lambda: workspace.ask("semanticTokens/full", "id"))
    for _ in range(3):
        measured(
            times,
            "references of a namespace",
            lambda: workspace.ask("references", "company.team0", context=_ALL),
        )
        measured(
            times, "rename of a namespace", lambda: workspace.ask("rename", "company.team0", newName="company.crew")
        )
    found: dict[str, Any] = {
        "flows": workspace.flows,
        "first diagnostics (s)": round(opened, 2),
        "index complete (s)": round(indexed, 2),
        "pause in every edit (ms)": round(PAUSE * 1000),
        "memory meanwhile, with child (MB)": round(peak / 2**20),
        "memory afterwards (MB)": round(workspace.server.memory() / 2**20),
    }
    for name, taken in times.items():
        ordered = sorted(taken)
        found[f"{name} (ms)"] = (
            f"p50 {ordered[len(ordered) // 2]:.1f}  p95 {ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]:.1f}"
            f"  of {len(ordered)}"
        )
    return found


if __name__ == "__main__":
    main()
