"""The filter `jq`."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.json_reading import JsonError, read_first_json
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text, json_text
from tiercel_engine.expressions.values import java_class


def _first_value(text: str, program: str) -> str:
    """The first JSON value of a text; a blank one holds something that can only be handed on. Raises JsonError."""
    if program.strip() == "." and not text.strip(" \t\r\n"):
        return "null"
    rest = read_first_json(text)[1]
    return text[: len(text) - len(rest)]


@filter_unit("jq")
def jq(value: Any, arguments: Arguments, run: Run) -> Any:
    """All outcomes of a jq program, as a list."""
    from tiercel_engine.expressions.jq_programs import JqError, run_jq

    if value is None:
        return None
    if arguments.get("expression") is None:
        raise PebbleError("The 'jq' filter expects an argument 'expression'.")
    program = cast_text(arguments["expression"])
    shown = java_text(value)
    message = f"Unable to parse jq value '{shown}' with type '{java_class(value)}'"
    try:
        document = _first_value(value, program) if isinstance(value, str) else json_text(value, keep_null=False)
        return run_jq(program, document, run.budget)
    except JsonError as error:
        raise PebbleError(message, JavaError("JsonParseException", str(error))) from None
    except JqError as error:
        if error.is_syntax:
            raise PebbleError(message, JavaError("JsonQueryException", f"Cannot compile query: {program}")) from None
        text = f"Failed to resolve JQ expression '{program}' and value '{shown}'"
        cause = JavaError("Exception", text, JavaError("JsonQueryException", str(error)))
        raise PebbleError(message, cause) from None
