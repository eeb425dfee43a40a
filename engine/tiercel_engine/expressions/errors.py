"""Errors of rendering, as Kestra words them.

Units raise `PebbleError` (an error of the template engine, which gets the template and the line added) or
`JavaError` (any other exception of Java); `Missing` is a name that can't be found. Outside of this package only
`RenderError` is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

_PEBBLE_PACKAGE = "io.pebbletemplates.pebble.error."
_PACKAGES = {
    "ClassCastException": "java.lang.",
    "NullPointerException": "java.lang.",
    "IllegalArgumentException": "java.lang.",
    "ArithmeticException": "java.lang.",
    "NumberFormatException": "java.lang.",
    "RuntimeException": "java.lang.",
    "Exception": "java.lang.",
    "IndexOutOfBoundsException": "java.lang.",
    "StringIndexOutOfBoundsException": "java.lang.",
    "UnsupportedOperationException": "java.lang.",
    "StackOverflowError": "java.lang.",
    "MissingResourceException": "java.util.",
    "NoSuchElementException": "java.util.",
    "MissingFormatArgumentException": "java.util.",
    "UnknownFormatConversionException": "java.util.",
    "IllegalFormatConversionException": "java.util.",
    "DateTimeException": "java.time.",
    "DateTimeParseException": "java.time.format.",
    "ZoneRulesException": "java.time.zone.",
    "UnsupportedTemporalTypeException": "java.time.temporal.",
    "PatternSyntaxException": "java.util.regex.",
    "FileNotFoundException": "java.io.",
    "IOException": "java.io.",
    "URISyntaxException": "java.net.",
    "AEADBadTagException": "javax.crypto.",
    "InvalidKeyException": "java.security.",
    "IllegalFormatCodePointException": "java.util.",
    "RenderLimitExceededException": "io.kestra.core.runners.pebble.",
    "SecretNotFoundException": "io.kestra.core.secret.",
    "IllegalVariableEvaluationException": "io.kestra.core.exceptions.",
    "InternalException": "io.kestra.core.exceptions.",
}


class RenderError(Exception):
    """A template that can't be rendered.

    `message` is Kestra's text, `error_class` the simple name of its Java class, `cause` the error behind it (the
    same three again) or None. `line` counts from 1 in the template, None when it isn't known; `offset` is the
    place in the template's text, None when it isn't known.
    """

    def __init__(
        self,
        message: str,
        error_class: str = "IllegalVariableEvaluationException",
        *,
        cause: RenderError | None = None,
        line: int | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_class = error_class
        self.cause = cause
        self.line = line
        self.offset = offset

    def as_data(self) -> dict[str, object]:
        """`{class, message, cause}`, as the records of the real engine have it."""
        data: dict[str, object] = {"class": self.error_class, "message": self.message}
        if self.cause is not None:
            data["cause"] = self.cause.as_data()
        return data


class JavaError(Exception):
    """An exception of Java on its way out; `site` is the number of the place in the program that raised it."""

    def __init__(self, java_class: str, message: str | None = None, cause: Exception | None = None) -> None:
        super().__init__(message)
        self.java_class = java_class
        self.message = message
        self.cause = cause
        self.site: int | None = None


class PebbleError(JavaError):
    """An exception of the template engine; the place is written behind its message, `(?:?)` without one."""

    def __init__(
        self,
        message: str,
        cause: Exception | None = None,
        *,
        java_class: str = "PebbleException",
        placed: bool = True,
    ) -> None:
        super().__init__(java_class, message, cause)
        self.placed = placed


class LimitError(PebbleError):
    """A limit of rendering that was passed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, java_class="RenderLimitExceededException", placed=False)


class Missing(JavaError):  # noqa: N818 - what it tells, not how it is told
    """A variable or an attribute that doesn't exist: what `??`, `default` and `is defined` recover from."""

    def __init__(self, name: str, detail: str, *, root: bool = False) -> None:
        super().__init__("RootAttributeNotFoundException" if root else "AttributeNotFoundException", detail)
        self.name = name


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a template an error arose."""

    template: str
    line: int


def described(error: Exception, place: Place | None) -> RenderError:
    """What a Java exception says of itself: its simple class name and its message."""
    if isinstance(error, RenderError):
        return error
    if not isinstance(error, JavaError):
        return RenderError(str(error), "RuntimeException")
    cause = described(error.cause, place) if error.cause is not None else None
    message = error.message or ""
    if isinstance(error, PebbleError | Missing):
        known = place if not isinstance(error, PebbleError) or error.placed else None
        message = f"{message} ({known.template}:{known.line})" if known else f"{message} (?:?)"
    return RenderError(message, error.java_class, cause=cause, line=place.line if place else None)


def java_string(error: Exception, place: Place | None) -> str:
    """What Java's `toString` of an exception gives: its full class name, and its message when it has one."""
    known = described(error, place)
    if isinstance(error, JavaError) and error.message is None:
        return full_class_name(known.error_class)
    return f"{full_class_name(known.error_class)}: {known.message}"


def full_class_name(name: str) -> str:
    """The full name of an exception class that is known here."""
    return f"{_PACKAGES.get(name, _PEBBLE_PACKAGE)}{name}"
