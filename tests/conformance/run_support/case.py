"""A case folder, read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Action:
    """What somebody does to an execution once it is in a state."""

    when: str
    do: str
    after_ms: int = 0
    to: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """One execution to start, `after_ms` after the one before."""

    inputs: dict[str, Any]
    labels: dict[str, str]
    after_ms: int | None = None


@dataclass(frozen=True)
class Case:
    """A case: its flows' texts by file name in the order of loading, and what to do with them."""

    name: str
    folder: Path
    main: str | None
    namespace: str
    flows: dict[str, str]
    starts: list[Start]
    actions: list[Action]
    kv: dict[str, Any]
    kv_after: list[str]
    files: dict[str, Path]
    timeout_s: float
    settle_ms: int
    watch: bool


def read_case(folder: Path) -> Case:
    """Read `case.yaml` and what stands beside it."""
    settings = yaml.safe_load((folder / "case.yaml").read_text("utf-8"))
    starts = [
        Start(
            _inputs(run.get("inputs", settings.get("inputs")), folder),
            {key: str(value) for key, value in (run.get("labels", settings.get("labels")) or {}).items()},
            run.get("after_ms"),
        )
        for run in settings.get("runs") or [{}]
    ]
    actions = [
        Action(
            action["when"],
            action["do"],
            action.get("after_ms", 0),
            action.get("to"),
            _inputs(action.get("inputs"), folder),
        )
        for action in settings.get("actions") or []
    ]
    flows = sorted(path for path in folder.glob("*.yaml") if path.name != "case.yaml")
    flows.sort(key=lambda path: path.name.startswith("flow"))
    files = folder / "files"
    return Case(
        name=folder.name,
        folder=folder,
        main=settings.get("main"),
        namespace=settings.get("namespace", "oracle"),
        flows={path.name: path.read_text("utf-8") for path in flows},
        starts=starts,
        actions=actions,
        kv=settings.get("kv") or {},
        kv_after=settings.get("kv_after") or [],
        files={path.relative_to(files).as_posix(): path for path in sorted(files.rglob("*")) if path.is_file()},
        timeout_s=settings.get("timeout_s", 20),
        settle_ms=settings.get("settle_ms", 0),
        watch=bool(settings.get("watch")),
    )


def _inputs(given: Any, folder: Path) -> dict[str, Any]:
    return {
        name: folder / value["$file"] if isinstance(value, dict) and "$file" in value else value
        for name, value in (given or {}).items()
    }
