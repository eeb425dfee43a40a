"""The packaged data on disk: an index for each version, a shard for each plugin artifact, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tiercel_schemas.versions import KestraVersion

_DATA = Path(__file__).with_name("data")


@cache
def read_index(version: KestraVersion) -> Mapping[str, Any]:
    """The index of a version."""
    return _read(f"{version.value}/index")


@cache
def read_shard(name: str) -> Mapping[str, Any]:
    """A shard by the name that the index gives it."""
    return _read(name)


def _read(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((_DATA / f"{name}.json").read_bytes())
    return loaded
