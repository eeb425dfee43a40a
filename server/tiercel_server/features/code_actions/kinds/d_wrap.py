"""Tasks wrapped in a flowable one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tiercel_schemas.versions import KestraVersion
from tiercel_server.features.code_actions.blocks import block_lines, joined, shifted, unique_name
from tiercel_server.features.code_actions.model import REWRITE, ActionPlace, Change, CodeAction, Edit, offers
from tiercel_server.features.code_actions.selection import SelectedTasks, selected_tasks

_FLOW = "io.kestra.plugin.core.flow."


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """A flowable: its simple type, an id to begin with, what it must be given, and the key of its tasks."""

    type: str
    id: str
    lines: Sequence[str] = ()
    key: str = "tasks"


_SEQUENTIAL = _Wrapper("Sequential", "sequential")
_PARALLEL = _Wrapper("Parallel", "parallel")
_IF = _Wrapper("If", "if", ('condition: "{{ true }}"',), "then")
_ALLOW = _Wrapper("AllowFailure", "allow_failure")
_LOOP = _Wrapper("Loop", "loop", ('values: ["a", "b"]',))
_FOR_EACH = _Wrapper("ForEach", "for_each", ('values: ["a", "b"]',))


@offers
def wraps(place: ActionPlace) -> Iterator[CodeAction]:
    """The selected tasks in each flowable of the version."""
    flow = place.flow
    found = selected_tasks(flow, place.snapshot.text, place.span) if flow is not None else None
    if flow is None or found is None:
        return
    loop = _FOR_EACH if flow.version == KestraVersion.V1_3 else _LOOP
    for wrapper in (_SEQUENTIAL, _PARALLEL, _IF, _ALLOW, loop):
        change = partial(_wrapped, place, found, wrapper)
        yield CodeAction(f"Wrap {found.title} in {wrapper.type}", REWRITE, change)


def _wrapped(place: ActionPlace, found: SelectedTasks, wrapper: _Wrapper) -> Change:
    text, flow = place.snapshot.text, place.flow
    assert flow is not None
    name = unique_name(wrapper.id, {task.id for task in flow.outline.tasks})
    margin = " " * found.block.column
    head = [f"{margin}- id: {name}", f"{margin}  type: {_FLOW}{wrapper.type}"]
    head += [f"{margin}  {line}" for line in wrapper.lines]
    lines = [*head, f"{margin}  {wrapper.key}:", *shifted(block_lines(text, found.block), 4)]
    span = found.block.span(text)
    made = joined(text, lines)
    if not text.text[: span.end].endswith("\n"):
        made = made.rstrip("\r\n")
    return Change((Edit(span, made),))
