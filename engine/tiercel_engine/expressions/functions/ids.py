"""Functions of chance: identifiers, numbers, ports."""

from __future__ import annotations

import uuid as uuid_module
from typing import Any

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.errors import PebbleError
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.values import java_class
from tiercel_schemas.versions import KestraVersion

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NANO_ALPHABET = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KSUID_EPOCH = 1_400_000_000
_MAX_NANO_LENGTH = 1_000
_MAX_ALPHABET = 256


@function_unit("uuid")
def uuid(_arguments: Arguments, run: Run) -> str:
    """A UUID of version 7."""
    millis = int(run.services.now().timestamp() * 1000)
    chance = run.services.random().getrandbits(74)
    value = millis << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | (chance & (1 << 62) - 1)
    return str(uuid_module.UUID(int=value))


@function_unit("id")
def id_(_arguments: Arguments, run: Run) -> str:
    """A short identifier: the digits of a random UUID in base 62."""
    return _base62(run.services.random().getrandbits(128), 22)


@function_unit("ksuid")
def ksuid(_arguments: Arguments, run: Run) -> str:
    """An identifier ordered by time."""
    seconds = int(run.services.now().timestamp()) - _KSUID_EPOCH
    return _base62(seconds << 128 | run.services.random().getrandbits(128), 27)


def _base62(value: int, length: int) -> str:
    digits: list[str] = []
    while value:
        value, rest = divmod(value, 62)
        digits.append(_BASE62[rest])
    return "".join(reversed(digits)).rjust(length, "0")


@function_unit("nanoId")
def nano_id(arguments: Arguments, run: Run) -> str:
    """A random text of a length over an alphabet."""
    given, alphabet = arguments.get("length"), arguments.get("alphabet")
    length = int(given) if isinstance(given, int) and java_class(given) == "java.lang.Long" else 21
    if run.version is not KestraVersion.V1_3 and length < 1:
        raise PebbleError("The 'nanoId()' function field 'length' must be greater than: 0")
    if length > _MAX_NANO_LENGTH:
        raise PebbleError(f"The 'nanoId()' function field 'length' must be lower than: {_MAX_NANO_LENGTH}")
    letters = _NANO_ALPHABET if alphabet is None else cast_text(alphabet)
    if not letters:
        raise PebbleError("The 'nanoId()' function field 'alphabet' must not be empty")
    if len(letters) > _MAX_ALPHABET:
        raise PebbleError(f"The 'nanoId()' function field 'alphabet' max size must be lower than: {_MAX_ALPHABET}")
    return "".join(run.services.random().choices(letters, k=max(0, length)))


@function_unit("randomInt")
def random_int(arguments: Arguments, run: Run) -> int:
    """A random whole number below `upper`."""
    bounds: dict[str, int] = {}
    for name in ("lower", "upper"):
        if name not in arguments:
            raise PebbleError(f"The 'randomIn()' function expects an argument {name}")
        value: Any = arguments[name]
        if java_class(value) != "java.lang.Long":
            raise PebbleError(f"The 'randomIn()' function expects an argument {name} of type Long.")
        bounds[name] = int(value)
    if bounds["upper"] < bounds["lower"]:
        raise PebbleError("In 'randomIn()' upper is less than lower")
    if bounds["upper"] == bounds["lower"]:
        return bounds["lower"]
    return run.services.random().randrange(bounds["lower"], bounds["upper"])


@function_unit("randomPort")
def random_port(_arguments: Arguments, run: Run) -> int:
    """A port that is free."""
    return run.services.free_port()
