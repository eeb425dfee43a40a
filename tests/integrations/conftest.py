"""What tests of the hook, the action and the reports share: our files as others get them, and installed schemas."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(__file__).parent / "schemas"


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """What a command that must succeed prints."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment() | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clean_environment() -> dict[str, str]:
    """Our environment without what would tie a child to this interpreter, to a git repository or to a CI service."""
    prefixes = ("PYTHON", "GIT_", "GITHUB_", "CI_", "VIRTUAL_ENV", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository of our files as they are, less what is ignored: what pre-commit and GitHub would clone."""
    target = tmp_path_factory.mktemp("published")
    for name in run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    commit_all(target)
    return target


def commit_all(folder: Path) -> str:
    """Make a folder a git repository with one more commit, and give that commit's id."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run("git", *identity, "commit", "--quiet", "--no-verify", "--message", "State", cwd=folder)
    return run("git", "rev-parse", "HEAD", cwd=folder).strip()


@pytest.fixture(scope="session")
def schema_packages() -> Path:
    """The folder of installed packages that ship schemas (`schemas/package-lock.json`); installed once a checkout."""
    target = ROOT / ".tools" / "report-schemas"
    lock = (SCHEMAS / "package-lock.json").read_bytes()
    marker = target / "installed"
    if not marker.is_file() or marker.read_bytes() != lock:
        target.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(SCHEMAS / name, target / name)
        npm = shutil.which("npm")
        assert npm, "the tests need Node and npm"
        run(
            npm,
            "ci",
            "--legacy-peer-deps",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            cwd=target,
        )
        marker.write_bytes(lock)
    return target / "node_modules"
