"""Which names may be asked for outside of this process: a flow's text must not become an option or a path."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def may_be_asked(name: str) -> bool:
    """Whether a name is plain: letters, digits, `_`, `-` and `.`, no way up."""
    return _NAME.fullmatch(name) is not None and ".." not in name


def spellings_of(name: str) -> tuple[str, ...]:
    """The name as written, in capitals and in small letters, each once: Kestra takes any case."""
    return tuple(dict.fromkeys((name, name.upper(), name.lower())))
