"""The files that `docs/ci.md` shows are what their services take, and their commands work.

A YAML block whose first line is a comment names the file that it shows. `tests/test_docs.py` runs the rest of the page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.integrations.conftest import ROOT, clean_environment, run

_BLOCK = re.compile(r"^```yaml\n# (?P<name>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = [
    pytest.param(match["name"], match["body"], id=f"{number}-{match['name']}")
    for number, match in enumerate(_BLOCK.finditer((ROOT / "docs" / "ci.md").read_text(encoding="utf-8")))
]
SCHEMAS = {
    ".github/workflows/flows.yml": "vendor.github-workflows",
    ".github/workflows/review.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def everywhere(value: Any) -> list[Any]:
    """A value and all that is in it."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(deep for each in inner for deep in everywhere(each))]


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_a_file_keeps_to_its_schema(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    file.write_text(text, encoding="utf-8")
    if name == ".pre-commit-config.yaml":
        run(sys.executable, "-m", "pre_commit", "validate-config", file, cwd=tmp_path)
    else:
        run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name], file, cwd=tmp_path)


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_what_is_used_of_ours_exists(name: str, text: str) -> None:
    inputs = loaded((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    hooks = {each["id"] for each in loaded((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    for each in everywhere(loaded(text)):
        if isinstance(each, dict) and str(each.get("uses", "")).startswith("OWNER/tiercel@"):
            assert each.get("with", {}).keys() <= inputs.keys()
        if isinstance(each, dict) and str(each.get("repo", "")).endswith("OWNER/tiercel"):
            assert {hook["id"] for hook in each["hooks"]} <= hooks


def test_the_page_lists_the_inputs_of_the_action() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    table = page.partition("| input |")[2].partition("\n\n")[0]
    inputs = loaded((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE) == list(inputs)


@pytest.mark.skipif(os.name == "nt", reason="stands in for reviewdog by a script")
@pytest.mark.parametrize(("name", "text"), [each for each in SHOWN if "tiercel check" in str(each.values[1])])
def test_its_commands_work(name: str, text: str, tmp_path: Path) -> None:
    flows, commands = tmp_path / "flows", tmp_path / "commands"
    shutil.copytree(ROOT / "examples", flows, ignore=shutil.ignore_patterns(".tiercel"))
    commands.mkdir()
    # What reads the report at the other end of a pipe must get JSON.
    (commands / "reviewdog").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m json.tool\n", encoding="utf-8")
    (commands / "reviewdog").chmod(0o755)
    path = os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]])
    lines = [each for each in everywhere(loaded(text)) if isinstance(each, str) and each.startswith("tiercel check")]
    assert lines
    for line in lines:
        script = ["bash", "-eo", "pipefail", "-c", line]
        done = subprocess.run(
            script,
            cwd=flows,
            env=clean_environment() | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}"
