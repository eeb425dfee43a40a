"""Filters that write documents."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import json_text


@filter_unit("toJson", "json")
def to_json(value: Any, _arguments: Arguments, _run: Run) -> str:
    """Compact JSON."""
    return json_text(value)


@filter_unit("toIon")
def to_ion(value: Any, _arguments: Arguments, _run: Run) -> str:
    """Ion text."""
    from tiercel_engine.expressions.ion_text import ion_text

    return "null" if value is None else ion_text(value)


@filter_unit("yaml")
def to_yaml(value: Any, _arguments: Arguments, _run: Run) -> str:
    """YAML without a document mark, ending in a line break."""
    from tiercel_engine.expressions.yaml_text import yaml_text

    return "null" if value is None else yaml_text(value)
