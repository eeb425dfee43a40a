"""The distribution: what the wheel holds, and that each way of installing it gives a command that works."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FLOW = ROOT / "examples" / "hello.yaml"


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files under version control alone, as a fresh clone has them."""
    target = tmp_path_factory.mktemp("source")
    for name in _run("git", "ls-files", "-z", cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", target, source, cwd=target)
    (path,) = target.glob("tiercel-*.whl")
    return path


def _environment(folder: Path, *, sees_our_dependencies: bool) -> Path:
    """A new virtual environment; our dependencies may be borrowed so that only the package itself is installed."""
    venv.create(folder, with_pip=True)
    if sees_our_dependencies:
        scheme = sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)})
        (Path(scheme) / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / ("Scripts" if os.name == "nt" else "bin")


def _assert_works(commands: Path, tmp_path: Path) -> None:
    tiercel = commands / "tiercel"
    assert _run(tiercel, "--version", cwd=tmp_path).startswith("tiercel ")
    flow = tmp_path / "hello.yaml"
    shutil.copy(FLOW, flow)
    assert _run(tiercel, "check", "--format", "json", flow, cwd=tmp_path).strip() == "[]"
    assert '"SUCCESS"' in _run(tiercel, "run", "--format", "json", flow, cwd=tmp_path)


def test_every_import_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for name, needs in project["optional-dependencies"].items() if name != "dev" for each in needs]
    wanted = [*project["dependencies"], *extras]
    declared = {canonicalize_name(re.split(r"[<>=!~; \[]", each)[0]) for each in wanted}
    distributions = packages_distributions()
    missing: dict[str, str] = {}
    for package in ("schemas", "engine", "server"):
        for path in (ROOT / package).rglob("*.py"):
            for name in _imported(path):
                known = {canonicalize_name(each) for each in distributions.get(name, [])}
                if name not in sys.stdlib_module_names and not name.startswith("tiercel_") and not known & declared:
                    missing[name] = str(path.relative_to(ROOT))
    # Packages that come with a declared one, and whose names it exposes.
    assert set(missing) <= {"pydantic_core", "botocore"}, missing


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_the_wheel_holds_the_packages_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {"tiercel_schemas", "tiercel_engine", "tiercel_server"} == {top for top in tops if "dist-info" not in top}
    for package in ("tiercel_schemas", "tiercel_engine", "tiercel_server"):
        assert f"{package}/py.typed" in names
    assert any(name.startswith("tiercel_schemas/catalog/data/2.0/") for name in names)
    assert any(name.startswith("tiercel_schemas/catalog/data/1.3/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_a_wheel_with_nothing_but_its_declared_dependencies(wheel: Path, tmp_path: Path) -> None:
    commands = _environment(tmp_path / "env", sees_our_dependencies=False)
    _run(commands / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    _assert_works(commands, tmp_path)


@pytest.mark.parametrize("options", [["."], ["--editable", "."]], ids=["plain", "editable"])
def test_an_install_from_the_source(source: Path, tmp_path: Path, options: list[str]) -> None:
    commands = _environment(tmp_path / "env", sees_our_dependencies=True)
    _run(
        commands / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--ignore-installed", *options, cwd=source
    )
    _assert_works(commands, tmp_path)
