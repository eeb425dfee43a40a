"""A question for an input of each type, on standard error so that standard output stays what it is.

Kept to plain lines: it works in every terminal, over ssh and with a screen reader.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tiercel_engine.inputs import input_complaint
from tiercel_schemas.model.inputs import InputType, Option
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.running.views.wording import safe

_HINTS = {
    InputType.INT: "a whole number",
    InputType.FLOAT: "a number",
    InputType.DATE: "YYYY-MM-DD",
    InputType.TIME: "HH:MM or HH:MM:SS",
    InputType.DATETIME: "such as 2026-01-31T10:00:00Z",
    InputType.DURATION: "such as PT1H30M or P2D",
    InputType.FILE: "a path",
    InputType.JSON: "JSON",
    InputType.YAML: "YAML",
    InputType.ION: "Ion",
    InputType.URI: "with its scheme",
    InputType.EMAIL: "an e-mail address",
    InputType.ARRAY: 'a JSON list, such as ["a", "b"]',
}


def ask(item: Any, version: KestraVersion) -> Any:
    """The raw value that a person gives for an input, asked again until it fits; raises click.Abort."""
    if item.description:
        click.echo(f"  {safe(' '.join(item.description.split()))}", err=True)
    while True:
        value = _asked(item)
        complaint = input_complaint(item, value, version)
        if complaint is None and item.type is InputType.FILE and not _is_there(value):
            complaint = f"There is no file {value}."
        if complaint is None:
            return value
        click.echo(f"  {safe(complaint)}", err=True)


def _asked(item: Any) -> Any:
    title = safe(item.display_name or item.id)
    suggested = item.prefill if not isinstance(item.prefill, str) or "{{" not in item.prefill else None
    if item.type in (InputType.BOOL, InputType.BOOLEAN):
        return click.confirm(title, default=suggested if isinstance(suggested, bool) else None, err=True)
    if item.type is InputType.SECRET:
        return click.prompt(title, hide_input=True, err=True)
    if item.type in (InputType.SELECT, InputType.ENUM, InputType.MULTISELECT):
        return _chosen(item, title)
    hint = _HINTS.get(item.type)
    default = suggested if suggested is None or isinstance(suggested, str) else json.dumps(suggested)
    return click.prompt(f"{title} ({hint})" if hint else title, default=default, err=True)


def _chosen(item: Any, title: str) -> Any:
    options = [each if isinstance(each, Option) else Option(value=each) for each in item.values or ()]
    for number, option in enumerate(options, 1):
        label = option.value if option.label in (None, option.value) else f"{option.label} ({option.value})"
        click.echo(f"  {number}) {safe(label)}", err=True)
    custom = getattr(item, "allow_custom_value", False)
    several = item.type is InputType.MULTISELECT
    how = "numbers or values, with commas between" if several else "a number or a value"
    if custom:
        how += ", or one of your own"
    text = click.prompt(f"{title} ({how})", err=True)
    if not several:
        return _option(text, options)
    return [_option(part, options) for part in text.split(",") if part.strip()]


def _option(text: str, options: list[Option]) -> str:
    """The value that a text means: a value, a label, or the number of one."""
    text = text.strip()
    for option in options:
        if text in (option.value, option.label):
            return option.value
    if text.isascii() and text.isdigit() and 0 < int(text) <= len(options):
        return options[int(text) - 1].value
    return text


def _is_there(value: Any) -> bool:
    text = str(value)
    return text.startswith(("kestra://", "nsfile://", "file://")) or Path(text).is_file()
