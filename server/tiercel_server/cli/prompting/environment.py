"""Inputs from variables of the environment: `TIERCEL_INPUT_DB_HOST` is the input `db.host` or `db-host`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tiercel_schemas.model import Flow
from tiercel_schemas.model.inputs import FormInput

PREFIX = "TIERCEL_INPUT_"


def variable_of(input_id: str) -> str:
    """The variable that stands for an input."""
    return PREFIX + re.sub(r"[^A-Za-z0-9]", "_", input_id).upper()


def inputs_in(environment: Mapping[str, str], flow: Flow) -> dict[str, str]:
    """The texts that the environment has for inputs of a flow, by id."""
    found = {name: variable_of(name) for name in _ids(flow.inputs)}
    return {name: environment[variable] for name, variable in found.items() if variable in environment}


def _ids(declared: tuple[Any, ...]) -> Iterator[str]:
    for item in declared:
        if isinstance(item, FormInput):
            yield from (f"{item.id}.{child.id}" for child in item.inputs)
        else:
            yield item.id
