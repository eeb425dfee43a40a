"""The rules of the house, held on the import graph."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "tiercel_schemas": ROOT / "schemas" / "tiercel_schemas",
    "tiercel_engine": ROOT / "engine" / "tiercel_engine",
    "tiercel_server": ROOT / "server" / "tiercel_server",
}
MAY_IMPORT = {
    "tiercel_schemas": {"tiercel_schemas"},
    "tiercel_engine": {"tiercel_schemas", "tiercel_engine"},
    "tiercel_server": {"tiercel_schemas", "tiercel_engine", "tiercel_server"},
}
PROTOCOL_HOME = "tiercel_server.lsp"
PROTOCOL_LIBRARIES = {"pygls", "lsprotocol"}
PURE = (
    "tiercel_schemas.model",
    "tiercel_schemas.source",
    "tiercel_schemas.expressions",
    "tiercel_engine.core",
    "tiercel_server.analysis",
    "tiercel_server.rules",
    "tiercel_server.features",
)
IMPURE_MODULES = {
    "anyio", "asyncio", "glob", "http", "httpx", "io", "multiprocessing", "os", "pathlib", "random", "secrets",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "exec", "eval", "compile", "__import__"}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}


@dataclass(frozen=True)
class Module:
    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    def imports(self) -> set[str]:
        """Every module named by an import anywhere in the file, lazy ones inside functions too."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parents = package.split(".")
                    base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
                found.add(base)
        return found


def _modules() -> list[Module]:
    modules = []
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = list(path.relative_to(folder.parent).with_suffix("").parts)
            if parts[-1] == "__init__":
                parts.pop()
            modules.append(Module(".".join(parts), path))
        assert any(module.name == package for module in modules), f"{package} is not where this test looks"
    return modules


MODULES = _modules()


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_arrows_point_one_way(module: Module) -> None:
    home = module.name.partition(".")[0]
    ours = {name.partition(".")[0] for name in module.imports()} & set(PACKAGES)
    assert ours <= MAY_IMPORT[home], f"{module.name} imports {sorted(ours - MAY_IMPORT[home])}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_protocol_is_known_in_one_place(module: Module) -> None:
    used = {name.partition(".")[0] for name in module.imports()} & PROTOCOL_LIBRARIES
    assert not used or _is_within(module.name, PROTOCOL_HOME), f"{module.name} imports {sorted(used)}"


PURE_MODULES = [module for module in MODULES if any(_is_within(module.name, package) for package in PURE)]


@pytest.mark.parametrize("module", PURE_MODULES, ids=lambda module: module.name)
def test_pure_packages_do_no_io(module: Module) -> None:
    used = {name.partition(".")[0] for name in module.imports()} & IMPURE_MODULES
    assert not used, f"{module.name} imports {sorted(used)}"
    called = {
        node.func.id for node in ast.walk(module.tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    } & IMPURE_CALLS
    assert not called, f"{module.name} calls {sorted(called)}"


SERVER_LAYERS = (("analysis",), ("workspace",), ("rules", "features"), ("lsp", "serving"), ("cli",))
CORE_MAY_IMPORT = ("tiercel_schemas", "tiercel_engine.core", "tiercel_engine.storage.layout")


def test_the_core_decides_alone() -> None:
    for module in MODULES:
        if _is_within(module.name, "tiercel_engine.core"):
            ours = {name for name in module.imports() if name.partition(".")[0] in PACKAGES}
            strange = {name for name in ours if not any(_is_within(name, home) for home in CORE_MAY_IMPORT)}
            assert not strange, f"{module.name} imports {sorted(strange)}"


def test_the_server_is_built_in_layers() -> None:
    level = {name: number for number, names in enumerate(SERVER_LAYERS) for name in names}
    for module in MODULES:
        home = module.name.split(".")[1:2]
        if not home or module.name.partition(".")[0] != "tiercel_server" or home[0] not in level:
            continue
        for name in module.imports():
            target = name.split(".")[1:2]
            if _is_within(name, "tiercel_server") and target and target[0] in level and target != home:
                assert level[target[0]] < level[home[0]], f"{module.name} imports {name}"


def test_pure_packages_are_where_this_test_looks() -> None:
    for package in PURE:
        assert any(_is_within(module.name, package) for module in PURE_MODULES), package


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_names_say_something(module: Module) -> None:
    assert not NAMELESS & set(module.name.split(".")), module.name


def _graph() -> dict[str, set[str]]:
    names = {module.name for module in MODULES}
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        at_import_time = set()
        for node in module.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                at_import_time.add(node.module)
                at_import_time.update(f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                at_import_time.update(alias.name for alias in node.names)
        graph[module.name] = at_import_time & names
    return graph


def test_modules_do_not_import_each_other_in_circles() -> None:
    graph = _graph()
    finished: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in finished:
            for target in sorted(graph[name]):
                # A package's __init__ that gathers its own modules is no circle among them.
                if not _is_within(target, name):
                    visit(target, (*trail, name))
            finished.add(name)

    for name in graph:
        visit(name, ())
