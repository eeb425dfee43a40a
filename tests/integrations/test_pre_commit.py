"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in an example repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.integrations.conftest import ROOT, clean_environment, commit_all, run

GOOD = "id: good\nnamespace: company.team\ntasks:\n  - {id: say, type: io.kestra.plugin.core.log.Log, message: hi}\n"
BAD = GOOD.replace("message: hi", 'message: "{{ inputs.nmae }}"').replace("id: good", "id: bad")
COMPOSE = "services:\n  web: {image: nginx}\n"


def pre_commit(*arguments: str, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=cwd,
        env=clean_environment() | {"PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=280,
    )


def test_the_manifest_is_one_of_pre_commit(tmp_path: Path) -> None:
    done = pre_commit("validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), cwd=tmp_path, home=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def project(tmp_path: Path, published: Path) -> Path:
    """A repository that has flows and other YAML, with both hooks."""
    project = tmp_path / "project"
    hooks = [{"id": "tiercel-check", "args": ["--kestra-version", "2.0"]}, {"id": "tiercel-check-files"}]
    revision = run("git", "rev-parse", "HEAD", cwd=published).strip()
    config = {"repos": [{"repo": str(published), "rev": revision, "hooks": hooks}]}
    (project / "team" / "flows").mkdir(parents=True)
    (project / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    (project / "team" / "flows" / "good.yaml").write_text(GOOD, encoding="utf-8")
    with (project / ".pre-commit-config.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(config, file)
    commit_all(project)
    return project


def test_the_hooks_stop_a_commit_with_a_mistake_and_let_others_pass(project: Path, tmp_path: Path) -> None:
    """One test for all that needs the hooks' environment, for building that takes its time."""
    home = tmp_path / "home"
    everything = pre_commit("run", "--all-files", cwd=project, home=home)
    assert everything.returncode == 0, everything.stdout
    assert everything.stdout.count("Passed") == 2

    identity = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "test@example.com")
    identity |= dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Test")

    def commit() -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        return subprocess.run(
            ["git", "commit", "--quiet", "--message", "Change"],
            cwd=project,
            env=clean_environment() | identity | {"PRE_COMMIT_HOME": str(home), "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=100,
        )

    installed = pre_commit("install", cwd=project, home=home)
    assert installed.returncode == 0, installed.stdout

    (project / "team" / "flows" / "bad.yaml").write_text(BAD, encoding="utf-8")
    run("git", "add", "--all", cwd=project)
    refused = commit()
    assert refused.returncode == 1, refused.stdout
    place = f"{Path('team/flows/bad.yaml')}:4:{BAD.splitlines()[3].index('nmae') + 1}"
    assert refused.stdout.count(f"{place}: error[unknown-input]") == 2, refused.stdout

    (project / "team" / "flows" / "bad.yaml").write_text(GOOD.replace("id: good", "id: bad"), encoding="utf-8")
    run("git", "add", "--all", cwd=project)
    taken = commit()
    assert taken.returncode == 0, taken.stdout
    assert run("git", "status", "--porcelain", cwd=project) == ""

    (project / "notes.txt").write_text("no YAML", encoding="utf-8")
    run("git", "add", "--all", cwd=project)
    skipped = commit()
    assert (skipped.returncode, skipped.stdout.count("Skipped")) == (0, 2), skipped.stdout

    # YAML that is no flow is no mistake.
    (project / "compose.yaml").write_text(COMPOSE + "volumes: {}\n", encoding="utf-8")
    run("git", "add", "--all", cwd=project)
    other = commit()
    assert (other.returncode, other.stdout.count("Passed")) == (0, 2), other.stdout
