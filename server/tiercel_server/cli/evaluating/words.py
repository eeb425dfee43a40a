"""Errors and parts of a template shown to people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions import RenderError
from tiercel_engine.expressions.reporting import typed_report
from tiercel_schemas.expressions import Print, parse_template, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiercel_engine.expressions import Renderer


def error_lines(error: RenderError, template: str, renderer: Renderer) -> list[str]:
    """The message, the line of the template it is about, and a caret under the place."""
    problems = parse_template(template, renderer.version).problems
    message = problems[0].message if problems else error.message
    offset = problems[0].span.start if problems else error.offset
    lines = [f"Error: {message}"]
    if offset is None:
        return lines
    start = template.rfind("\n", 0, offset) + 1
    end = template.find("\n", offset)
    shown = template[start : end if end >= 0 else len(template)]
    number = template.count("\n", 0, start) + 1
    margin = f"{number} | "
    width = max(1, min(problems[0].span.end if problems else offset + 1, start + len(shown)) - offset)
    pad = "".join("\t" if character == "\t" else " " for character in shown[: offset - start])
    return [*lines, f"{margin}{shown}", f"{' ' * (len(margin) - 2)}| {pad}{'^' * width}"]


def explained(template: str, context: Mapping[str, Any], renderer: Renderer) -> Iterator[str]:
    """Each `{{ … }}` of the template with the type and value that it has by itself."""
    for node in walk(parse_template(template, renderer.version)):
        if not isinstance(node, Print):
            continue
        text = template[node.span.start : node.span.end]
        try:
            report = typed_report(renderer.evaluate(text, context))
        except RenderError as error:
            yield f"{text}\n    fails: {error.message}"
            continue
        value = json.dumps(report.get("value"), ensure_ascii=False)
        yield f"{text}\n    {report['type']}  {value}"
