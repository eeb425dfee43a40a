"""Remakes all that is generated: `python -m tools.generate [--check] [GENERATOR...]`.

Without names every generator runs. With `--check` nothing is written: the exit code is 1 when a file on disk
differs from what would be generated. Exit code 2: a generator is unknown or its source is not there.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import cast

from tools import generators

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not as its generator makes it."""

    path: Path
    problem: str


def generator_names() -> list[str]:
    """Every generator, in the order they run."""
    return sorted(module.name for module in pkgutil.iter_modules(generators.__path__))


def load(name: str) -> ModuleType:
    """The module of a generator."""
    return importlib.import_module(f"{generators.__name__}.{name}")


def differences(root: Path, wanted: Mapping[Path, bytes], owned: Sequence[Path]) -> list[Difference]:
    """What on disk is missing, stale or left over."""
    found: list[Difference] = []
    for path, content in sorted(wanted.items()):
        target = root / path
        if not target.is_file():
            found.append(Difference(path, "is missing"))
        elif target.read_bytes() != content:
            found.append(Difference(path, "is out of date"))
    found.extend(Difference(path, "is left over") for path in _leftovers(root, wanted, owned))
    return found


def apply(root: Path, wanted: Mapping[Path, bytes], changes: Sequence[Difference]) -> None:
    """Writes and removes what `differences` found."""
    for change in changes:
        target = root / change.path
        if change.path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(wanted[change.path])
        else:
            target.unlink()


def _leftovers(root: Path, wanted: Mapping[Path, bytes], owned: Sequence[Path]) -> list[Path]:
    files = (path for folder in owned for path in (root / folder).rglob("*") if path.is_file())
    return sorted(path.relative_to(root) for path in files if path.relative_to(root) not in wanted)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the generators; the exit code as the module says."""
    names = generator_names()
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description="Remakes generated files.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when something differs")
    parser.add_argument("generators", nargs="*", metavar="GENERATOR", help=f"of {', '.join(names)}; default: all")
    options = parser.parse_args(arguments)
    chosen = cast("list[str]", options.generators) or names
    if unknown := [name for name in chosen if name not in names]:
        parser.error(f"no generator named {', '.join(unknown)}; there are {', '.join(names)}")
    code = 0
    for name in chosen:
        module = load(name)
        try:
            wanted: Mapping[Path, bytes] = module.generate(ROOT)
        except generators.SourceMissingError as error:
            print(f"{name}: {error}", file=sys.stderr)
            code = 2
            continue
        changes = differences(ROOT, wanted, getattr(module, "OWNED", ()))
        if options.check:
            for change in changes:
                print(f"{name}: {change.path} {change.problem}", file=sys.stderr)
            code = max(code, int(bool(changes)))
        else:
            apply(ROOT, wanted, changes)
            print(f"{name}: {len(wanted)} files, {len(changes)} changed")
    if code == 1:
        print("run `python -m tools.generate` and commit what changes", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
