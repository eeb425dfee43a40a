"""How much one rendering may take. The first three are Kestra's own limits."""

from __future__ import annotations

from dataclasses import dataclass

MAX_OUTPUT = 10_485_760
"""Characters of rendered text, and of any text made on the way."""
MAX_RANGE = 1_000_000
"""Elements of a range, and of any list made by an operator."""
MAX_RENDER_DEPTH = 16
"""Calls of `render` inside `render`."""
MAX_RENDER_PASSES = 100
"""Passes of `render(x)` over its own result."""
MAX_OUTPUT_BEFORE_2_0 = 67_108_864
"""Characters of rendered text in versions that have no limit of their own."""
MAX_PIECES = 10_485_760
"""Pieces that the text of one list or map is put together from."""
MAX_STEPS = 2_000_000
"""Turns of loops and calls of macros, those of inner renderings included; lines of a document."""
RENDER_SECONDS = 30.0
"""Time that a rendering keeps the processor busy; waiting for services doesn't count."""
MAX_NODES = 5_000_000
"""Elements and entries, at all depths, of a value that leaves the template or is walked over."""
MAX_MACRO_DEPTH = 40
"""Calls of macros inside macros."""
MAX_INDENT = 10_000
"""Prefixes before a line of `indent`."""
REGEX_SECONDS = 2.0
"""Time for one use of a regular expression."""
JQ_SECONDS = 3.0
"""Time for one jq program."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that a renderer may be given smaller ones for."""

    steps: int = MAX_STEPS
    seconds: float = RENDER_SECONDS
    jq_seconds: float = JQ_SECONDS


DEFAULT_LIMITS = Limits()
