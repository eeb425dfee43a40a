"""Files that `tiercel eval` reads, with an answer for each that can't be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


def read_text(path: Path) -> str:
    """The text of a file. Raises click.UsageError with what to do."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise click.UsageError(f"there is no file '{path}'") from None
    except IsADirectoryError:
        raise click.UsageError(f"'{path}' is a folder, not a file") from None
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"'{path}' is not UTF-8 text (byte {error.start}); save it in UTF-8 and try again"
        ) from None
    except OSError as error:
        raise click.UsageError(f"'{path}' can't be read: {error.strerror or error}") from None


def read_json_file(path: Path) -> Any:
    """The JSON value of a file. Raises click.UsageError."""
    try:
        return json.loads(read_text(path).removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise click.UsageError(f"'{path}' is no JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise click.UsageError(f"'{path}' is nested too deeply") from None


def read_context(path: Path) -> dict[str, Any]:
    """The variables of a JSON or YAML file. Raises click.UsageError."""
    if path.suffix.lower() in (".yaml", ".yml"):
        from tiercel_engine.expressions.yaml_reading import YamlError
        from tiercel_engine.expressions.yaml_unfolding import read_unfolded

        try:
            value = read_unfolded(read_text(path).removeprefix("\ufeff"))
        except YamlError as error:
            raise click.UsageError(f"'{path}' is no YAML: {error}") from None
    else:
        value = read_json_file(path)
    if not isinstance(value, dict):
        raise click.UsageError(f'\'{path}\' must hold a map of variables, such as {{"inputs": {{"n": 1}}}}')
    return value
