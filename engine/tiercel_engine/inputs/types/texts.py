"""STRING, SECRET, EMAIL, URI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.java import regex
from tiercel_engine.expressions.limits import REGEX_SECONDS
from tiercel_engine.expressions.texts import java_text, json_text
from tiercel_engine.inputs.java_uri import illegal_part
from tiercel_engine.inputs.registry import Conversion, RefusedValue, Unchecked, input_kind
from tiercel_schemas.model.inputs import InputType, SecretInput, StringInput

_EMAIL = re.compile(r"|[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
LONGEST_VALIDATED = 100_000


def as_text(value: Any) -> str:
    """A value as the text that an input keeps: lists and maps as compact JSON."""
    return json_text(value) if isinstance(value, (dict, list, tuple)) else java_text(value)


@input_kind(InputType.STRING, InputType.SECRET)
class Text:
    """Text with an optional pattern for the whole of it."""

    def convert(self, value: Any, conversion: Conversion) -> str:  # noqa: ARG002
        """The value as text."""
        return as_text(value)

    def check(self, declared: StringInput | SecretInput, value: str) -> Iterable[str]:
        """The pattern has to match all of the text."""
        if declared.validator is None:
            return
        if len(value) > LONGEST_VALIDATED:
            yield f"it is too long to be matched with a pattern ({len(value)} characters)"
            return
        try:
            matches = regex.compiled(declared.validator).fullmatch(value, timeout=REGEX_SECONDS) is not None
        except JavaError as error:
            yield f"its pattern `{declared.validator}` can't be used: {error.message}"
            return
        except TimeoutError:
            yield f"matching its pattern `{declared.validator}` takes too long"
            return
        if not matches:
            yield f"it must match the pattern `{declared.validator}`"


@input_kind(InputType.EMAIL)
class Email(Unchecked):
    """Text that looks like an e-mail address, or is empty."""

    def convert(self, value: Any, conversion: Conversion) -> str:  # noqa: ARG002
        """The value as text."""
        return as_text(value)

    def check(self, declared: object, value: str) -> Iterable[str]:  # noqa: ARG002
        """The form of the address."""
        if _EMAIL.fullmatch(value) is None:
            yield "The input must be a valid email"


@input_kind(InputType.URI)
class Uri(Unchecked):
    """Text in the form of a URI with a scheme."""

    def convert(self, value: Any, conversion: Conversion) -> str:  # noqa: ARG002
        """The value as text; refuses what is no URI."""
        text = as_text(value)
        complaint = illegal_part(text)
        if complaint is not None:
            raise RefusedValue(complaint)
        if _SCHEME.match(text) is None:
            raise RefusedValue("Invalid URI format.")
        return text
