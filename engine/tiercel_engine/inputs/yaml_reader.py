"""YAML texts of inputs: read as flows are read, with complaints in the words of Kestra's reader."""

from __future__ import annotations

from typing import Any


class NotYaml(ValueError):  # noqa: N818
    """A text that is no YAML; its text is the complaint, with the place."""


def parse_yaml(text: str) -> Any:
    """The value of the first document; raises `NotYaml`."""
    import yaml

    from tiercel_schemas.source.parser import parse_source
    from tiercel_schemas.source.values import plain_value

    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        raise NotYaml(_complaint(error)) from error
    except yaml.YAMLError as error:
        raise NotYaml(str(error)) from error
    documents = parse_source(text).documents
    if not documents or documents[0].root is None:
        return None
    return plain_value(documents[0].root)


def _complaint(error: Any) -> str:
    lines = []
    if error.context is not None:
        lines.append(str(error.context))
        if error.context_mark is not None:
            lines.append(_place(error.context_mark))
    lines.append(str(error.problem))
    mark = error.problem_mark
    if mark is None:
        return "\n".join(lines)
    lines.append(_place(mark))
    return "\n".join(lines) + f"\n\n at [Source: (StringReader); line: {mark.line + 1}, column: {mark.column + 1}]"


def _place(mark: Any) -> str:
    snippet = mark.get_snippet()
    return f" in 'reader', line {mark.line + 1}, column {mark.column + 1}:\n{snippet}"
