"""What the command line of `tiercel test` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiercel_engine.runners import RunnerMode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.testing.session import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """The options, read."""

    paths: tuple[str, ...]
    format_name: str
    output_file: Path | None
    filters: tuple[str, ...]
    lists: bool
    settings: Settings
    shows_coverage: bool
    coverage_html: Path | None
    watches: bool
    workspace: Path | None
    stdin_name: str
    version: KestraVersion | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Asked:
        """The options as click gives them."""
        return cls(
            given["paths"],
            given["format_name"],
            given["output_file"],
            given["filters"],
            given["lists"],
            Settings(
                given["jobs"],
                given["timeout"] or None,
                given["fail_fast"],
                given["update_snapshots"],
                given["keep"],
                RunnerMode(given["runner"]) if given["runner"] is not None else None,
            ),
            given["coverage"],
            given["coverage_html"],
            given["watch"],
            given["workspace"],
            given["stdin_filename"] or "<stdin>",
            KestraVersion(given["kestra_version"]) if given["kestra_version"] is not None else None,
        )
