"""Functions of dates."""

from __future__ import annotations

from tiercel_schemas.expressions.signatures.model import Signature, SignatureKind, parameters
from tiercel_schemas.versions import KestraVersion

_F = SignatureKind.FUNCTION
_NEW = KestraVersion.V2_0

TIME_FUNCTIONS = (
    Signature(
        "now",
        _F,
        parameters("format: string = 'iso'", "timeZone: string?", "existingFormat: string?", "locale: string?"),
        "string",
        "The current date and time as text, formatted as the filter `date` does.",
        example="now(format='yyyy-MM-dd', timeZone='Europe/Paris')",
    ),
    Signature(
        "dayOfWeek",
        _F,
        parameters("date: date"),
        "string",
        "The name of the day, MONDAY to SUNDAY.",
        since=_NEW,
    ),
    Signature("dayOfMonth", _F, parameters("date: date"), "integer", "The day of the month from 1.", since=_NEW),
    Signature("monthOfYear", _F, parameters("date: date"), "integer", "The month from 1 to 12.", since=_NEW),
    Signature("hourOfDay", _F, parameters("date: date"), "integer", "The hour from 0 to 23.", since=_NEW),
    Signature("isWeekend", _F, parameters("date: date"), "boolean", "Whether it is a Saturday or Sunday.", since=_NEW),
    Signature(
        "isPublicHoliday",
        _F,
        parameters("date: date", "countryCode: string?", "subDivision: string?"),
        "boolean",
        "Whether it is a public holiday of a country.",
        since=_NEW,
        example="isPublicHoliday(trigger.date, 'FR')",
    ),
    Signature(
        "isDayWeekInMonth",
        _F,
        parameters("date: date", "dayOfWeek: string", "position: string"),
        "boolean",
        "Whether it is the FIRST, SECOND, THIRD, FOURTH or LAST such day of its month.",
        since=_NEW,
        example="isDayWeekInMonth(trigger.date, 'MONDAY', 'FIRST')",
    ),
    Signature(
        "isLastWorkingDay",
        _F,
        parameters("date: date", "workingDays: list?"),
        "boolean",
        "Whether it is the last working day of its month.",
        since=_NEW,
    ),
)
