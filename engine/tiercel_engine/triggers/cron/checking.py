"""Whether an expression keeps to the limits of its field, with Kestra's complaints in Kestra's order."""

from __future__ import annotations

from tiercel_engine.triggers.cron.errors import CronError
from tiercel_engine.triggers.cron.expressions import Anything, FieldExpression, Last, Marked, One, Several, Span, Steps
from tiercel_engine.triggers.cron.fields import Field
from tiercel_engine.triggers.cron.reading import invalid_chars


def check_field(expression: FieldExpression, field: Field) -> None:
    """Raise `CronError` on the first thing that the field does not take."""
    _check_chars(expression, field)
    match expression:
        case Several(parts):
            for part in parts:
                check_field(part, field)
        case Span(first, last):
            _check_span(first, last, field)
        case Steps(within, period):
            check_field(within, field)
            _check_period(period, field)
        case One(number):
            _check_number(number, field)
        case Last(days_before, number):
            for given in (number, days_before):
                if given is not None:
                    _check_number(given, field)
        case Anything() | Marked():
            pass


def check_dates(expression: FieldExpression) -> None:
    """Raise `CronError` for a range to or from a mark, `1-L`: Kestra saves the flow, then fails to find any date."""
    match expression:
        case Several(parts):
            for part in parts:
                check_dates(part)
        case Steps(Span() as span, _):
            check_dates(span)
        case Span(str(), _) | Span(_, str()):
            raise CronError("Non integer values at intervals are not fully supported yet.")
        case _:
            pass


def _check_chars(expression: FieldExpression, field: Field) -> None:
    text = expression.text()
    if invalid := invalid_chars(text, field):
        raise CronError(f"Invalid chars in expression! Expression: {text} Invalid chars: {invalid}")


def _check_span(first: int | str, last: int | str, field: Field) -> None:
    for end in (first, last):
        if isinstance(end, int):
            _check_number(end, field)
    if isinstance(first, int) and isinstance(last, int) and first > last:
        raise CronError(f"Invalid range! [{first},{last}]")


def _check_number(number: int, field: Field) -> None:
    if not field.low <= number <= field.high:
        raise CronError(f"Value {number} not in range [{field.low}, {field.high}]")


def _check_period(period: int, field: Field) -> None:
    if not 0 < period <= min(field.high, field.high - field.low + 1):
        raise CronError(f"Period {period} not in range [{field.low}, {field.high}]")
