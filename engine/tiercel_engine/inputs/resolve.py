"""From what a caller gives to the `inputs` of an execution.

Inputs are settled one by one, after those that they depend on. A default is rendered when its turn comes and sees
only the inputs that its `dependsOn` names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tiercel_engine.expressions.java.hash_map import hash_map
from tiercel_engine.inputs.registry import Conversion, RefusedValue, kind_of
from tiercel_engine.inputs.types.choices import option_values
from tiercel_engine.inputs.types.texts import as_text
from tiercel_schemas.model.inputs import (
    ArrayInput,
    DependsOn,
    FileInput,
    FormInput,
    Input,
    InputBase,
    InputType,
    MultiselectInput,
    Option,
    SelectInput,
)
from tiercel_schemas.versions import KestraVersion

ProblemKind = Literal["missing", "invalid"]

_KEEP_EMPTY_TEXT = frozenset({InputType.STRING, InputType.SELECT, InputType.ENUM, InputType.EMAIL, InputType.SECRET})
_TEXTS = _KEEP_EMPTY_TEXT | {InputType.URI, InputType.FILE}


class Rendering(Protocol):
    """Renders templates against a context; raises an exception whose text is the complaint."""

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """The text of a template."""

    def render_typed(self, template: str, context: Mapping[str, Any]) -> Any:
        """The value of a template that is one expression, else its text."""


@dataclass(frozen=True, slots=True)
class InputProblem:
    """Why an input can't be taken, in Kestra's words."""

    input_id: str
    kind: ProblemKind
    message: str


class InputError(Exception):
    """The values given can't start an execution.

    `problems` holds every complaint in the order of the inputs. The text of the error is what Kestra says: the
    complaints of the first input at fault.
    """

    def __init__(self, problems: Sequence[InputProblem], secrets: frozenset[str] = frozenset()) -> None:
        self.problems = tuple(problems)
        self.secrets = secrets
        """The texts of SECRET inputs, which no sink may show."""
        first = self.problems[0].input_id
        super().__init__("\n".join(found.message for found in self.problems if found.input_id == first))

    def masked(self, mask: Callable[[str], str]) -> InputError:
        """The same complaints as they may be shown: a value in them may have come from a secret."""
        shown = [replace(problem, message=mask(problem.message)) for problem in self.problems]
        return InputError(shown, self.secrets)


@dataclass(frozen=True, slots=True)
class ResolvedInputs:
    """The inputs of an execution.

    `values` are plain data, nested along the dots of the ids; an optional input without a value is there as None.
    `ignored` are the ids given that the flow does not declare, `secrets` the texts that no sink may show.
    """

    values: dict[str, Any]
    ignored: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()


def refuse_storing(input_id: str, value: Any) -> str:
    """The `store_file` of callers without storage: only URIs are taken."""
    raise RefusedValue(f"file `{value}` for input `{input_id}` can't be stored here")


def resolve_inputs(
    declared: Sequence[Input],
    given: Mapping[str, Any],
    *,
    version: KestraVersion,
    rendering: Rendering,
    context: Mapping[str, Any],
    store_file: Callable[[str, Any], str] = refuse_storing,
) -> ResolvedInputs:
    """Settle, convert and check all inputs; raises `InputError` with everything that is wrong.

    `context` holds what expressions may name besides `inputs` (`flow`, `labels`, `vars`, …). `store_file(id, value)`
    copies a file that the caller gave for a FILE input (anything but a URI) and returns its URI; it may raise
    `OSError` or `RefusedValue`.
    """
    flat = list(_flattened(declared))
    resolver = _Resolver(flat, given, version, rendering, context, store_file)
    for item in flat:
        resolver.settle(item)
    problems = [problem for item in flat for problem in resolver.settled[item.id].problems]
    secrets = {
        str(done.value) for item in flat if item.type is InputType.SECRET and (done := resolver.settled[item.id]).value
    }
    if problems:
        raise InputError(problems, frozenset(secrets))
    values: dict[str, Any] = {}
    for item in flat:
        done = resolver.settled[item.id]
        if not done.enabled:
            continue
        _place(values, item.id, done.value)
    known = {item.id.split(".")[0] for item in flat}
    ignored = tuple(name for name in given if name.split(".")[0] not in known)
    groups = {item.id.split(".")[0] for item in flat if "." in item.id}
    return ResolvedInputs(_in_java_order(values, groups), ignored, frozenset(secrets))


def missing_inputs(
    declared: Sequence[Input],
    given: Mapping[str, Any],
    *,
    version: KestraVersion,
    rendering: Rendering,
    context: Mapping[str, Any],
) -> tuple[Any, ...]:
    """The required inputs that have no value yet and are enabled by those that have one, in their order.

    Each is the model of its own type, its id with dots where it is in a FORM, its `values` rendered. Files are not
    stored.
    """
    flat = list(_flattened(declared))
    resolver = _Resolver(flat, given, version, rendering, context, lambda _id, value: str(value))
    for item in flat:
        resolver.settle(item)
    missing = []
    for item in flat:
        done = resolver.settled[item.id]
        if any(problem.kind == "missing" for problem in done.problems):
            missing.append(done.item or item)
    return tuple(missing)


def input_complaint(declared: Any, raw: Any, version: KestraVersion) -> str | None:
    """Why a raw value can't be that of an input, None where it can; `declared` is as `missing_inputs` gives it."""
    resolver = _Resolver([declared], {}, version, _NO_RENDERING, {}, refuse_storing)
    problems = resolver.converted(declared, raw).problems
    return "\n".join(problem.message.strip() for problem in problems) or None


class _NoRendering:
    def render(self, template: str, context: Mapping[str, Any]) -> str:  # noqa: ARG002
        return template

    def render_typed(self, template: str, context: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return template


_NO_RENDERING = _NoRendering()


@dataclass(slots=True)
class _Settled:
    enabled: bool = True
    value: Any = None
    problems: list[InputProblem] = field(default_factory=list)
    item: Any = None
    """The declaration with its values rendered, where it lacks a value."""


@dataclass(slots=True)
class _Resolver:
    flat: list[Any]
    given: Mapping[str, Any]
    version: KestraVersion
    rendering: Rendering
    context: Mapping[str, Any]
    store_file: Callable[[str, Any], str]
    settled: dict[str, _Settled] = field(default_factory=dict)
    _at_work: set[str] = field(default_factory=set)

    def settle(self, item: Any) -> _Settled:
        if item.id in self.settled:
            return self.settled[item.id]
        self._at_work.add(item.id)
        done = self.settled[item.id] = self._settle(item)
        self._at_work.discard(item.id)
        return done

    def _settle(self, item: Any) -> _Settled:
        needed = self._dependencies(item)
        scope = self._scope(needed)
        try:
            if not self._enabled(item, needed, scope):
                return _Settled(enabled=False)
            item = self._with_rendered_values(item, scope)
            raw = self._raw(item, scope)
        except RefusedValue as refusal:
            return _Settled(problems=[_invalid(item, refusal.cause, bare=refusal.bare)])
        except OSError as error:
            return _Settled(problems=[_invalid(item, f"{error.strerror or error}: `{error.filename}`")])
        except Exception as error:  # noqa: BLE001  (whatever rendering raises is this input's complaint)
            return _Settled(problems=[_invalid(item, str(error))])
        if raw is None:
            if not item.required:
                return _Settled()
            told = InputProblem(item.id, "missing", f"Missing required input:{item.id}")
            return _Settled(problems=[told], item=item)
        return self.converted(item, raw)

    def _dependencies(self, item: Any) -> dict[str, _Settled]:
        depends: DependsOn | None = item.depends_on
        by_id = {other.id: other for other in self.flat}
        form = item.id.rpartition(".")[0]
        needed = {}
        for name in depends.inputs if depends else ():
            found = by_id.get(name) or by_id.get(f"{form}.{name}")
            if found is not None and found.id not in self._at_work:
                needed[found.id] = self.settle(found)
        return needed

    def _scope(self, needed: Mapping[str, _Settled]) -> dict[str, Any]:
        inputs: dict[str, Any] = {}
        for other in self.flat:
            if other.id in needed:
                _place(inputs, other.id, needed[other.id].value)
            elif other.defaults is not None:
                # Kestra names them, without a value: a default that reads one prints nothing instead of failing.
                _place(inputs, other.id, None)
        return {**self.context, "inputs": inputs}

    def _enabled(self, item: Any, needed: Mapping[str, _Settled], scope: Mapping[str, Any]) -> bool:
        if any(not done.enabled or done.value is None for done in needed.values()):
            return False
        condition = item.depends_on.condition if item.depends_on else None
        return condition is None or self.rendering.render_typed(condition, scope) is True

    def _with_rendered_values(self, item: Any, scope: Mapping[str, Any]) -> Any:
        if not isinstance(item, (SelectInput, MultiselectInput)) or item.expression is None:
            return item
        rendered = self.rendering.render_typed(item.expression, scope)
        if isinstance(rendered, str):
            rendered = kind_of(InputType.ARRAY).convert(rendered, Conversion(self.version))
        if not isinstance(rendered, Iterable) or isinstance(rendered, Mapping):
            raise RefusedValue(f"its expression gives no list: `{as_text(rendered)}`")
        return item.model_copy(update={"values": tuple(_option(value) for value in rendered)})

    def _raw(self, item: Any, scope: Mapping[str, Any]) -> Any:
        raw = given_value(self.given, item.id)
        if raw == "" and item.type not in _KEEP_EMPTY_TEXT:
            raw = None
        if raw is not None:
            if isinstance(item, FileInput) and not _is_uri(raw):
                return self.store_file(item.id, _local_path(raw))
            return raw
        if item.defaults is not None:
            return self._default(item, scope)
        if isinstance(item, (SelectInput, MultiselectInput)) and item.auto_select_first:
            first = option_values(item.values)[:1]
            return None if not first else first[0] if isinstance(item, SelectInput) else first
        return None

    def _default(self, item: Any, scope: Mapping[str, Any]) -> Any:
        default = item.defaults
        if isinstance(default, str):
            if item.type in _TEXTS:
                return self.rendering.render(default, scope)
            rendered = self.rendering.render_typed(default, scope)
            return None if rendered == "" else rendered
        return self._rendered_inside(default, scope)

    def _rendered_inside(self, value: Any, scope: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            return self.rendering.render(value, scope)
        if isinstance(value, Mapping):
            return {key: self._rendered_inside(inner, scope) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._rendered_inside(inner, scope) for inner in value]
        return value

    def converted(self, item: Any, raw: Any) -> _Settled:
        """The value of an input, or what speaks against it."""
        conversion = Conversion(self.version, item.id, _item_type(item))
        try:
            kind = kind_of(item.type)
            value = kind.convert(raw, conversion)
        except RefusedValue as refusal:
            return _Settled(problems=[_invalid(item, refusal.cause, bare=refusal.bare)])
        except OSError as error:
            return _Settled(problems=[_invalid(item, f"{error.strerror or error}: `{error.filename}`")])
        if self._takes_any_choice(item):
            return _Settled(value=value)
        return _Settled(value=value, problems=[_invalid(item, cause) for cause in kind.check(item, value)])

    def _takes_any_choice(self, item: Any) -> bool:
        # 1.3 compares the choice of a SELECT with its values only where the input is required.
        return self.version is KestraVersion.V1_3 and isinstance(item, SelectInput) and not item.required


def _in_java_order(values: dict[str, Any], groups: set[str]) -> dict[str, Any]:
    # Kestra keeps inputs in a hash map made just large enough, and groups of them in common ones: an author sees that
    # order wherever `inputs` is printed or walked through.
    nested = {key: dict(hash_map(value.items())) if key in groups else value for key, value in values.items()}
    return dict(hash_map(nested.items(), math.ceil(len(nested) / 0.75)))


def _flattened(declared: Iterable[Any]) -> Iterable[Any]:
    for item in declared:
        if isinstance(item, FormInput):
            for child in item.inputs:
                yield child.model_copy(update={"id": f"{item.id}.{child.id}"})
        else:
            yield item


def _option(value: Any) -> str | Option:
    if isinstance(value, Mapping) and value.get("value") is not None:
        label = value.get("label")
        return Option(label=None if label is None else as_text(label), value=as_text(value["value"]))
    return as_text(value)


def _item_type(item: InputBase) -> InputType | None:
    return item.item_type if isinstance(item, (ArrayInput, MultiselectInput)) else None


def given_value(given: Mapping[str, Any], name: str) -> Any:
    """The value given for an id with dots, flat or nested; None where there is none."""
    if name in given:
        return given[name]
    value: Any = given
    for step in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("kestra://", "nsfile://"))


def _local_path(value: Any) -> Any:
    """The path of a `file://` URI that a caller gave, which is copied like any other; other values unchanged."""
    if not isinstance(value, str) or not value.startswith("file://"):
        return value
    parts = urlsplit(value)
    return url2pathname(parts.path)


def _place(values: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for step in path:
        inner = values.get(step)
        if not isinstance(inner, dict):
            inner = values[step] = {}
        values = inner
    values[last] = value


def _invalid(item: InputBase, cause: str, *, bare: bool = False) -> InputProblem:
    message = cause if bare else f"Invalid value for input `{item.id}`. Cause: {cause}"
    return InputProblem(item.id, "invalid", message)
