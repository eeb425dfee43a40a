"""Runs the steps of a composite action as GitHub's runner does, as far as ours needs it; refuses what it doesn't know.

The rules are those of GitHub's documentation: `shell: bash` is `bash --noprofile --norc -eo pipefail FILE`, a step gets
its `env` and the runner's variables, appends `name=value` lines to `GITHUB_OUTPUT`, and a failed step ends the action.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.integrations.conftest import clean_environment

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_STEP_KEYS = {"name", "id", "shell", "env", "run", "working-directory"}


@dataclass(frozen=True)
class ActionRun:
    """What a run of an action left behind. `log` holds both streams, as the runner's log does."""

    failed: bool
    log: str
    outputs: dict[str, str]

    @property
    def commands(self) -> list[str]:
        """The lines that the runner would carry out: workflow commands outside of a pause."""
        carried_out: list[str] = []
        pause = None
        for line in self.log.split("\n"):
            text = line.strip()
            if pause is not None:
                pause = None if text == f"::{pause}::" else pause
            elif text.startswith("::stop-commands::"):
                pause = text.removeprefix("::stop-commands::")
            elif text.startswith("::"):
                carried_out.append(text)
        return carried_out


@dataclass
class Runner:
    """A job's machine: a checked-out repository, the folder of the action, and a place for temporary files."""

    action: Path
    workspace: Path
    temporary: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def uses(self, **inputs: str) -> ActionRun:
        """Run the action; `_` in names of inputs stands for `-`."""
        definition = YAML(typ="safe", pure=True).load((self.action / "action.yml").read_text(encoding="utf-8"))
        assert definition["runs"]["using"] == "composite"
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= definition["inputs"].keys(), "an input that the action does not have"
        values = {f"inputs.{name}": str(each.get("default", "")) for name, each in definition["inputs"].items()}
        values |= {f"inputs.{name}": value for name, value in given.items()}
        log, failed = "", False
        for number, step in enumerate(definition["runs"]["steps"]):
            code, printed, outputs = self._step(step, values, number)
            log += printed
            values |= {f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items()}
            if code != 0:
                failed = True
                break
        outputs = {name: _filled(each["value"], values) for name, each in definition["outputs"].items()}
        return ActionRun(failed, log, outputs)

    def _step(self, step: dict[str, Any], values: Mapping[str, str], number: int) -> tuple[int, str, dict[str, str]]:
        assert step.keys() <= _STEP_KEYS, f"this runner does not know {step.keys() - _STEP_KEYS}"
        assert step["shell"] == "bash"
        self.temporary.mkdir(parents=True, exist_ok=True)
        script, output = self.temporary / f"step-{number}.sh", self.temporary / f"output-{number}"
        script.write_text(_filled(step["run"], values), encoding="utf-8")
        output.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / _filled(step.get("working-directory", "."), values),
            env={
                **clean_environment(),
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(self.action),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.temporary),
                **self.environment,
                **{name: _filled(str(value), values) for name, value in step.get("env", {}).items()},
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=250,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        return done.returncode, done.stdout, dict(line.split("=", 1) for line in lines)


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("steps."):
            return values.get(name, "")
        return values[name]

    return _EXPRESSION.sub(value, text)
