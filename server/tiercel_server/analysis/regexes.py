"""Whether a text is a regular expression of Java; what can't be told is taken for one."""

from __future__ import annotations

import re

# What Java has and Python's `re` has not, or spells otherwise.
_JAVA_ONLY = re.compile(r"\\[pPQEGKRXhHvVzZkxuN]|\\p\{|&&|\(\?<|\[[^\]]*\[|(?<!\\)[*+?}]\+")
_LONGEST = 2_000


def regex_fault(text: str) -> str | None:
    """What is wrong with a regular expression, in a few words; None where nothing is, or it can't be told."""
    if len(text) > _LONGEST or "{{" in text:
        return None
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        # A class that is never closed is wrong in Java too, whatever else stands in the text.
        if _JAVA_ONLY.search(text) and "unterminated" not in str(error):
            return None
        return str(error)
    return None
