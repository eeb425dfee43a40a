"""Inputs and labels as the command line gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.inputs import InputError
from tiercel_server.cli.running.complaints import Refused


def given_inputs(pairs: Iterable[str], file: Path | None) -> dict[str, Any]:
    """The values of `--inputs-file` with those of `--input` above them; raises `Refused`."""
    values = _read_file(file) if file is not None else {}
    for pair in pairs:
        _must_be_text("--input", pair)
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise Refused(f"'--input {pair}' is no NAME=VALUE.", "Example: --input city=Vienna")
        values[name] = text
    return values


def given_labels(pairs: Iterable[str]) -> dict[str, str]:
    """The labels of `--label`; raises `Refused`."""
    labels = {}
    for pair in pairs:
        _must_be_text("--label", pair)
        key, separator, value = pair.partition("=")
        if not separator or not key or not value:
            raise Refused(f"'--label {pair}' is no KEY=VALUE.", "Example: --label team=data")
        if key.startswith("system."):
            raise Refused(f"Labels that begin with 'system.' are set by Kestra itself: '{key}'.")
        labels[key] = value
    return labels


def input_complaints(error: InputError) -> list[str]:
    """What is wrong with inputs, a line or more each; every one names its input."""
    lines = []
    for problem in error.problems:
        first, *more = problem.message.strip().splitlines() or [problem.kind]
        names_it = f"`{problem.input_id}`" in first or first.endswith(f":{problem.input_id}")
        lines += [
            f"  {first}" if names_it else f"  Input `{problem.input_id}`: {first}",
            *(f"    {line}" for line in more),
        ]
    return lines


def _must_be_text(option: str, argument: str) -> None:
    """Refuse what the shell gave as bytes that are no UTF-8: no store and no JSON could keep it."""
    if not argument.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in argument):
        shown = argument.encode("utf-8", "backslashreplace").decode("utf-8")
        shown = re.sub(r"\\udc([0-9a-f]{2})", r"\\x\1", shown)
        raise Refused(f"'{option} {shown}' is not UTF-8 text.", "Give a FILE input for other data.")


def _read_file(path: Path) -> dict[str, Any]:
    from tiercel_engine.expressions.yaml_reading import YamlError
    from tiercel_engine.expressions.yaml_unfolding import read_unfolded

    try:
        # JSON is YAML as well, so one reader serves both.
        value = read_unfolded(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Refused(f"There is no inputs file {path}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"0x{error.object[error.start]:02x}"
        raise Refused(
            f"The inputs file {path} is not UTF-8: byte {byte} in line {line}.", "Save it as UTF-8."
        ) from error
    except OSError as error:
        raise Refused(f"The inputs file {path} can't be read: {error.strerror or error}.") from error
    except YamlError as error:
        raise Refused(f"The inputs file {path} is neither YAML nor JSON:", *str(error).splitlines()) from error
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refused(f"The inputs file {path} must hold a map of input names to values.")
    return {str(name): inner for name, inner in value.items()}
