"""From the commands of a script task to the one text that its interpreter gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tiercel_schemas.versions import KestraVersion

DEBUG_MARK = "##kestra:log:debug##"
INFO_MARK = "##kestra:log:info##"
_STORED = re.compile(r"kestra://[-a-zA-Z0-9%._\+~#=/]*")


def joined(before: Sequence[str], commands: Sequence[str], *, fail_fast: bool, version: KestraVersion) -> str:
    """The commands, one a line, after those that prepare them; 2.0 marks what the latter print as detail."""
    strict = ["set -e"] if fail_fast else []
    if not before or version is KestraVersion.V1_3:
        return "\n".join([*strict, *before, *commands])
    return "\n".join([f"echo '{DEBUG_MARK}'", *strict, *before, f"echo '{INFO_MARK}'", *commands])


def with_local_files(text: str, localize: Callable[[str], str]) -> str:
    """The text with each internal storage URI replaced by what `localize` makes of it."""
    return _STORED.sub(lambda match: localize(match[0]), text)
