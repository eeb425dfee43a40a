"""The symbols of one flow, read off its tree; half-typed text gives what can be told of it, never an error."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.source.nodes import MappingNode, Node, Path, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.mappings import effective_pairs, find_items, find_pair, find_scalar, find_text, find_value
from tiercel_server.analysis.symbols import (
    InputSymbol,
    LabelSymbol,
    OutputSymbol,
    Section,
    TaskSymbol,
    TextSymbol,
    TriggerSymbol,
    VariableSymbol,
)
from tiercel_server.analysis.task_slots import held_tasks, listed_tasks

_SECTIONS: tuple[Section, ...] = ("tasks", "errors", "finally", "afterExecution")
_MAX_DEPTH = 60
MAX_SYMBOLS = 20_000
"""Aliases of aliases could unfold without end: after so many symbols of a kind the rest is left out."""


class FlowOutline:
    """What a flow declares. All tuples are in the order of the text, tasks parents first."""

    def __init__(self, root: MappingNode, catalog: Catalog) -> None:
        self.root = root
        self._catalog = catalog
        self._room = MAX_SYMBOLS

    @cached_property
    def id(self) -> TextSymbol | None:
        """The flow's id."""
        return _text_symbol(self.root, "id")

    @cached_property
    def namespace(self) -> TextSymbol | None:
        """The flow's namespace."""
        return _text_symbol(self.root, "namespace")

    @cached_property
    def top_tasks(self) -> tuple[TaskSymbol, ...]:
        """The tasks of the flow's own lists, section after section, each with its children."""
        found: list[TaskSymbol] = []
        for section in _SECTIONS:
            value = find_value(self.root, section)
            for index, path, node in listed_tasks(value, (section,)):
                found.append(self._task(node, path, section, section, index))
        for number, listener in enumerate(find_items(self.root, "listeners")):
            base: Path = ("listeners", number, "tasks")
            for index, path, node in listed_tasks(find_value(listener, "tasks"), base):
                found.append(self._task(node, path, "listeners", "listeners", index))
        return tuple(found)

    @cached_property
    def tasks(self) -> tuple[TaskSymbol, ...]:
        """Every task at any depth."""
        return tuple(each for task in self.top_tasks for each in (task, *task.descendants()))

    @cached_property
    def inputs(self) -> tuple[InputSymbol, ...]:
        """The inputs, a form before its children."""
        return tuple(_inputs(self.root, (), None))

    @cached_property
    def variables(self) -> tuple[VariableSymbol, ...]:
        """The keys of `variables` at any depth of mappings."""
        return tuple(islice(_variables(find_value(self.root, "variables"), (), ("variables",)), MAX_SYMBOLS))

    @cached_property
    def triggers(self) -> tuple[TriggerSymbol, ...]:
        """The triggers."""
        return tuple(
            TriggerSymbol(*_named(node, path), disabled=find_scalar(node, "disabled") is True)
            for _, path, node in listed_tasks(find_value(self.root, "triggers"), ("triggers",))
        )

    @cached_property
    def outputs(self) -> tuple[OutputSymbol, ...]:
        """The flow's own outputs."""
        found = listed_tasks(find_value(self.root, "outputs"), ("outputs",))
        return tuple(OutputSymbol(*_named(node, path)) for _, path, node in found)

    @cached_property
    def labels(self) -> tuple[LabelSymbol, ...]:
        """The flow's labels, written as a map or as a list."""
        return tuple(_labels(find_value(self.root, "labels")))

    @cached_property
    def _tasks_by_id(self) -> dict[str, TaskSymbol]:
        return {task.id: task for task in reversed(self.tasks) if task.id}

    @cached_property
    def tasks_by_path(self) -> dict[Path, TaskSymbol]:
        """The tasks by where they stand."""
        return {task.path: task for task in self.tasks}

    def task(self, id_: str) -> TaskSymbol | None:
        """The first task of this id."""
        return self._tasks_by_id.get(id_)

    def input(self, id_: str) -> InputSymbol | None:
        """The input of this whole name, as `form.child`."""
        return next((each for each in self.inputs if each.id == id_), None)

    def trigger(self, id_: str) -> TriggerSymbol | None:
        """The first trigger of this id."""
        return next((each for each in self.triggers if each.id == id_), None)

    def variable(self, *steps: str) -> VariableSymbol | None:
        """The variable that the steps behind `vars` lead to."""
        return next((each for each in self.variables if each.steps == steps), None)

    def task_at(self, path: Path) -> TaskSymbol | None:
        """The innermost task that holds a path."""
        for length in range(len(path), 0, -1):
            found = self.tasks_by_path.get(path[:length])
            if found is not None:
                return found
        return None

    def task_around(self, offset: int) -> TaskSymbol | None:
        """The innermost task whose text holds an offset."""
        found = None
        for task in self.tasks:
            if task.span.contains(offset) and (found is None or task.span.start >= found.span.start):
                found = task
        return found

    def _task(  # noqa: PLR0913 - the facts of a place
        self,
        node: MappingNode,
        path: Path,
        section: Section,
        slot: str,
        index: int,
        *,
        parent: TaskSymbol | None = None,
        wrapper: MappingNode | None = None,
        depth: int = 0,
    ) -> TaskSymbol:
        task = TaskSymbol(
            *_named(node, path),
            section=section,
            slot=slot,
            index=index,
            parent=parent,
            disabled=find_scalar(node, "disabled") is True,
            depends_on=_texts(find_items(wrapper, "dependsOn")) if wrapper is not None else (),
        )
        self._room -= 1
        if depth < _MAX_DEPTH and self._room > 0:
            task.children.extend(
                self._task(
                    held.node,
                    held.path,
                    section,
                    held.slot,
                    held.index,
                    parent=task,
                    wrapper=held.wrapper,
                    depth=depth + 1,
                )
                for held in held_tasks(node, path, task.type, self._catalog)
            )
        return task


def _named(node: MappingNode, path: Path) -> tuple[str, str, Path, MappingNode, Span | None, Span | None]:
    """Id, type, path, node and the places of id and type."""
    return (
        find_text(node, "id") or "",
        find_text(node, "type") or "",
        path,
        node,
        _value_span(node, "id"),
        _value_span(node, "type"),
    )


def _value_span(node: MappingNode, name: str) -> Span | None:
    """The place of a key's scalar; the key where the value is not written yet."""
    pair = find_pair(node, name)
    if pair is None:
        return None
    value = pair.value
    return value.span if value is not None and value.span.end > value.span.start else pair.key.span


def _text_symbol(root: MappingNode, name: str) -> TextSymbol | None:
    pair = find_pair(root, name)
    value = find_text(root, name)
    if pair is None or value is None or pair.value is None:
        return None
    return TextSymbol(value, pair.value.span, pair.key.span)


def _texts(nodes: list[Node]) -> tuple[str, ...]:
    return tuple(text for node in nodes if isinstance(node, ScalarNode) and (text := scalar_text(node)) is not None)


def asked_by_pause(task: TaskSymbol) -> tuple[InputSymbol, ...]:
    """The inputs that a Pause asks for before it lets the flow go on."""
    return tuple(_inputs(task.node, task.path, None, key="onResume"))


def _inputs(owner: MappingNode, path: Path, parent: InputSymbol | None, key: str = "inputs") -> Iterator[InputSymbol]:
    for _, where, node in listed_tasks(find_value(owner, key), (*path, key)):
        id_, type_, _, _, id_span, type_span = _named(node, where)
        if not id_ and (pair := find_pair(node, "name")) is not None:
            # The old spelling of `id`, still read in 1.3.
            id_, id_span = find_text(node, "name") or "", pair.value.span if pair.value is not None else pair.key.span
        symbol = InputSymbol(
            f"{parent.id}.{id_}" if parent is not None and id_ else id_,
            type_,
            where,
            node,
            id_span,
            type_span,
            parent,
            required=find_scalar(node, "required") is not False,
            has_default=_has_default(node, type_),
            depends_on=_texts(find_items(find_value(node, "dependsOn"), "inputs")),
        )
        yield symbol
        if parent is None and type_ == "FORM":
            yield from _inputs(node, where, symbol)


def _has_default(node: MappingNode, type_: str) -> bool:
    default = find_value(node, "defaults")
    if default is not None and not (isinstance(default, ScalarNode) and scalar_text(default) is None):
        return True
    return type_ in {"SELECT", "MULTISELECT"} and find_scalar(node, "autoSelectFirst") is True


def _variables(node: Node | None, steps: tuple[str, ...], path: Path) -> Iterator[VariableSymbol]:
    if not isinstance(node, MappingNode) or len(steps) > _MAX_DEPTH:
        return
    for pair in effective_pairs(node):
        if pair.name is not None:
            value = follow(pair.value)
            here = (*steps, pair.name)
            yield VariableSymbol(here, (*path, pair.name), pair.key.span, value)
            yield from _variables(value, here, (*path, pair.name))


def _labels(node: Node | None) -> Iterator[LabelSymbol]:
    if isinstance(node, MappingNode):
        for pair in effective_pairs(node):
            if pair.name is not None:
                value = follow(pair.value)
                text = scalar_text(value) if isinstance(value, ScalarNode) else None
                yield LabelSymbol(pair.name, text, ("labels", pair.name), pair.key.span, pair.span)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            mapping = follow(item)
            key_span = _value_span(mapping, "key") if isinstance(mapping, MappingNode) else None
            key = find_text(mapping, "key")
            if key is not None and key_span is not None:
                yield LabelSymbol(key, find_text(mapping, "value"), ("labels", index), key_span, item.span)
