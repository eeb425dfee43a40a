"""Every example in the documentation is executed.

In `README.md`, `docs/` and `editors/`, by the language of the fence:

- `console`: lines after `$ ` (and `> `, which go on) are run by bash in a copy of the repository's `examples/`; what
  follows must be what they print (both streams). `…` stands for any text, and a line of `…` alone for any lines. A
  block whose command ends with another code than 0 says so in its info string: `console exit=1`.
- `yaml`: parses; a project file has no wrong setting; when it is a flow, `tiercel check` has nothing against it
  (`yaml 1.3` for the other line, `yaml bad` where the text shows a mistake: then there must be an error). Those of
  `docs/tasks` that say `run` are also run, by `test_task_docs.py`.
- `json`: parses.
- `sh`: a set-up command; those of the README are run by `test_packaging.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tiercel_schemas.model.project import read_project

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "editors").rglob("*.md"))
    if path.parent != ROOT / "docs" / "rules"  # Generated; tests/server/rules/test_examples.py runs their examples.
)
_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL)
_KNOWN = {"console", "yaml", "json", "jsonc", "sh", "lua", "toml", "elisp", "text", ""}


@dataclass(frozen=True)
class Block:
    """A fenced example."""

    document: Path
    line: int
    info: str
    body: str

    @property
    def language(self) -> str:
        return self.info.split()[0] if self.info.split() else ""

    @property
    def name(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def _blocks() -> list[Block]:
    blocks = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for match in _FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            blocks.append(Block(document, line, match["info"].strip(), match["body"]))
    return blocks


BLOCKS = _blocks()


def _of(language: str) -> list[object]:
    return [pytest.param(block, id=block.name) for block in BLOCKS if block.language == language]


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns(".tiercel"))
    return folder


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def _pattern(expected: str) -> re.Pattern[str]:
    lines = []
    for line in expected.strip("\n").split("\n"):
        lines.append(r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*?") + r"[ ]*\n")
    return re.compile("".join(lines))


@pytest.mark.parametrize("block", _of("console"))
def test_a_console_prints_what_the_page_shows(block: Block, examples: Path) -> None:
    expected_code = int(match[1]) if (match := re.search(r"exit=(\d+)", block.info)) else 0
    parts = re.split(r"^\$ (.*(?:\n> .*)*)\n", block.body, flags=re.MULTILINE)
    assert parts[0].strip() == "", "output before the first command"
    for prompted, expected in zip(parts[1::2], parts[2::2], strict=True):
        command = prompted.replace("\n> ", "\n")
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=examples,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
        if expected.strip():
            assert _pattern(expected).fullmatch(printed), f"$ {command}\n{printed}\n--- the page shows ---\n{expected}"
        assert done.returncode == expected_code, f"$ {command}\n{printed}"


@pytest.mark.parametrize("block", _of("yaml"))
def test_yaml_is_right(block: Block, tmp_path: Path) -> None:
    documents = list(YAML(typ="safe", pure=True).load_all(block.body))
    for document in documents:
        if isinstance(document, dict) and "kestra-version" in document:
            read_project(document)
    is_flow = any(
        isinstance(document, dict) and {"id", "namespace", "tasks"} <= set(document) for document in documents
    )
    if not is_flow:
        return
    flow = tmp_path / "flow.yaml"
    flow.write_text(block.body, encoding="utf-8")
    version = "1.3" if "1.3" in block.info.split() else "2.0"
    done = subprocess.run(
        [sys.executable, "-m", "tiercel_server", "check", "--kestra-version", version, str(flow)],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == (1 if "bad" in block.info.split() else 0), done.stdout + done.stderr


def test_json_parses() -> None:
    for block in BLOCKS:
        if block.language == "json":
            json.loads(block.body)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert not missing


def test_every_fence_says_what_it_is() -> None:
    unknown = {block.name: block.language for block in BLOCKS if block.language not in _KNOWN}
    assert not unknown
