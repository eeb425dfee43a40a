"""What the program of a template calls. Every function is imported by name by compiled code.

`site` is the number of the calling place; whoever raises puts it on the error, unless an inner call did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions import arithmetic, attributes
from tiercel_engine.expressions.arguments import class_cast
from tiercel_engine.expressions.equality import compare, contains_equal, is_number, loosely_equals, same_text
from tiercel_engine.expressions.errors import JavaError, LimitError, Missing, PebbleError
from tiercel_engine.expressions.java.hash_map import hash_map
from tiercel_engine.expressions.limits import MAX_OUTPUT, MAX_RANGE
from tiercel_engine.expressions.ranges import inclusive_range
from tiercel_engine.expressions.registry import filters, functions, tests
from tiercel_engine.expressions.services import Unavailable
from tiercel_engine.expressions.texts import java_text, too_large
from tiercel_engine.expressions.values import (
    JavaHashMap,
    LazyLength,
    LazyRevIndex,
    LoopVariables,
    MapEntry,
    SafeString,
    check_size,
    is_collection,
    is_string,
    java_class,
)
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiercel_engine.expressions.context import RenderContext


def lazy(value: Any) -> Any:
    """Never called: the code generator writes a lambda where this name stands."""
    return value


def at(site: int, error: JavaError) -> JavaError:
    """The error with its place, unless it has one."""
    if error.site is None:
        error.site = site
    return error


def fail(message: str, site: int) -> Any:
    """Raises what was known to be wrong when the template was read."""
    raise at(site, PebbleError(message))


# Names


def variable(context: RenderContext, name: str, site: int) -> Any:
    """The value of a variable."""
    try:
        value = context.lookup(name)
    except KeyError:
        raise at(site, attributes.missing_variable(name)) from None
    if context.changed and type(value) is list:
        return context.current(value)
    return value


def attribute(context: RenderContext, target: Any, name: str, root: str | None, site: int) -> Any:
    """`target.name`."""
    is_entry = type(target) is dict and name in target
    value = target[name] if is_entry else _attribute(target, name, None, root, site)
    if context.changed and type(value) is list:
        return context.current(value)
    return value


def subscript(context: RenderContext, target: Any, key: Any, root: str | None, site: int) -> Any:
    """`target[key]`."""
    value = _attribute(target, key, None, root, site)
    if context.changed and type(value) is list:
        return context.current(value)
    return value


def invoke(target: Any, name: str, arguments: tuple[Any, ...], root: str | None, site: int) -> Any:
    """`target.name(arguments)`."""
    return _attribute(target, name, arguments, root, site)


def _attribute(target: Any, name: Any, arguments: tuple[Any, ...] | None, root: str | None, site: int) -> Any:
    if target is None and root is not None:
        raise at(site, attributes.missing_variable(root))
    try:
        return attributes.attribute(target, name, arguments)
    except JavaError as error:
        raise at(site, error) from error.cause


def assign(context: RenderContext, name: str, value: Any) -> None:
    """`set`."""
    context.assign(name, value)


# Recovering from missing names


def _value_or_missing(context: RenderContext, expression: Callable[[], Any], catcher: int) -> tuple[Any, bool]:
    try:
        return expression(), False
    except Missing as error:
        if error.site is not None and not context.program.sites[error.site].is_bare_before(catcher):
            raise
        return None, True


def or_null(context: RenderContext, expression: Callable[[], Any], catcher: int) -> Any:
    """The value, or null when a name in it is missing."""
    return _value_or_missing(context, expression, catcher)[0]


def coalesce(context: RenderContext, left: Callable[[], Any], right: Callable[[], Any], catcher: int) -> Any:
    """`??`."""
    value, _ = _value_or_missing(context, left, catcher)
    return right() if value is None else value


def coalesce_undefined(context: RenderContext, left: Callable[[], Any], right: Callable[[], Any], catcher: int) -> Any:
    """`???`."""
    value, is_missing = _value_or_missing(context, left, catcher)
    return right() if is_missing else value


# Conditions


def holds(value: Any, site: int) -> bool:
    """Whether the condition of an `if` holds."""
    if isinstance(value, bool):
        return value
    if value is None:
        message = "null value given to if statement and strict variables is set to true"
        raise at(site, PebbleError(message))
    return _truth(value, site)


def chooses(value: Any, site: int) -> bool:
    """Whether a ternary takes its first choice; null takes the second."""
    return False if value is None else _cast_truth(value, site)


def truth(value: Any, operator: str, site: int) -> bool:
    """The truth of an operand of `and`, `or` or `not`."""
    if value is None:
        word = "not()" if operator == "not" else "and operator"
        verb = "given to" if operator == "not" else "used in"
        raise at(site, PebbleError(f"null value {verb} {word} and strict variables is set to true"))
    return _truth(value, site) if operator == "not" else _cast_truth(value, site)


def _cast_truth(value: Any, site: int) -> bool:
    if isinstance(value, bool) or is_string(value) or is_number(value):
        return _truth(value, site)
    raise at(site, class_cast(value, "java.lang.Boolean"))


def _truth(value: Any, site: int) -> bool:
    if isinstance(value, bool):
        return value
    if is_string(value):
        return bool(value != "")
    if is_number(value):
        return bool(value != 0 and value == value)  # noqa: PLR0124 - NaN is false
    kind = java_class(value).rsplit(".", 1)[-1]
    message = f'Unsupported value type {kind}. Expected Boolean, String, Number in "if" statement'
    raise at(site, PebbleError(message))


# Operators


def add(_: RenderContext, left: Any, right: Any, site: int) -> Any:
    """`+`."""
    try:
        return _bounded(arithmetic.add(left, right))
    except JavaError as error:
        raise at(site, error) from None


def subtract(_: RenderContext, left: Any, right: Any, site: int) -> Any:
    """`-`."""
    try:
        return _bounded(arithmetic.subtract(left, right))
    except JavaError as error:
        raise at(site, error) from None


def _bounded(result: Any) -> Any:
    if isinstance(result, str) and len(result) > MAX_OUTPUT:
        raise too_large()
    if isinstance(result, list) and len(result) > MAX_RANGE:
        raise LimitError(f"A list cannot have more than {MAX_RANGE} elements.")
    return result


def multiply(_: RenderContext, left: Any, right: Any, site: int) -> Any:
    """`*`."""
    return _arithmetic("*", left, right, site)


def divide(_: RenderContext, left: Any, right: Any, site: int) -> Any:
    """`/`."""
    return _arithmetic("/", left, right, site)


def remainder(_: RenderContext, left: Any, right: Any, site: int) -> Any:
    """`%`."""
    return _arithmetic("%", left, right, site)


def _arithmetic(operation: arithmetic.Operation, left: Any, right: Any, site: int) -> Any:
    try:
        return arithmetic.combine(operation, left, right)
    except JavaError as error:
        raise at(site, error) from None


def minus(value: Any, site: int) -> Any:
    """Unary `-`."""
    try:
        return arithmetic.negate(value)
    except JavaError as error:
        raise at(site, error) from None


def plus(value: Any, site: int) -> Any:
    """Unary `+`."""
    try:
        return arithmetic.affirm(value)
    except JavaError as error:
        raise at(site, error) from None


def equals(_: RenderContext, left: Any, right: Any, site: int) -> bool:  # noqa: ARG001
    """`==`."""
    return loosely_equals(left, right)


def differs(_: RenderContext, left: Any, right: Any, site: int) -> bool:  # noqa: ARG001
    """`!=`."""
    return not loosely_equals(left, right)


def _order(context: RenderContext, left: Any, right: Any, operation: str, site: int) -> int | None:
    if left is None or right is None:
        return None
    if left != left or right != right:  # noqa: PLR0124 - NaN has no order
        return None
    try:
        return compare(left, right, operation, texts_have_order=context.version is not KestraVersion.V1_3)
    except JavaError as error:
        raise at(site, error) from None


def greater(context: RenderContext, left: Any, right: Any, site: int) -> bool:
    """`>`."""
    order = _order(context, left, right, "GREATER_THAN", site)
    return order is not None and order > 0


def greater_or_equal(context: RenderContext, left: Any, right: Any, site: int) -> bool:
    """`>=`."""
    order = _order(context, left, right, "GREATER_THAN_EQUALS", site)
    return order is not None and order >= 0


def less(context: RenderContext, left: Any, right: Any, site: int) -> bool:
    """`<`."""
    order = _order(context, left, right, "LESS_THAN", site)
    return order is not None and order < 0


def less_or_equal(context: RenderContext, left: Any, right: Any, site: int) -> bool:
    """`<=`."""
    order = _order(context, left, right, "LESS_THAN_EQUALS", site)
    return order is not None and order <= 0


def concatenate(_: RenderContext, left: Any, right: Any, site: int) -> str:
    """`~`: the Java texts of both, nothing for null."""
    result = f"{'' if left is None else java_text(left)}{'' if right is None else java_text(right)}"
    if len(result) > MAX_OUTPUT:
        raise at(site, too_large())
    return result


def interpolate(*parts: Any) -> str:
    """`"a #{b}"`."""
    result = "".join("" if part is None else java_text(part) for part in parts)
    if len(result) > MAX_OUTPUT:
        raise too_large()
    return result


def stretch(context: RenderContext, left: Any, right: Any, site: int) -> list[Any]:
    """`..`."""
    try:
        return inclusive_range(left, right, 1, bounded=context.version is not KestraVersion.V1_3)
    except JavaError as error:
        raise at(site, error) from None


def contains(_: RenderContext, left: Any, asked: Callable[[], Any], site: int) -> bool:
    """`contains`: an element, a key, or a part of a text; a list holds all elements of another."""
    if left is None:
        return False
    right = asked()
    if isinstance(left, dict):
        return contains_equal(left, right)
    if is_string(left):
        return java_text(right) in left
    if not isinstance(left, list):
        message = (
            f"Contains operator can only be used on Collections, Maps and arrays. Actual type was: {java_class(left)}"
        )
        raise at(site, PebbleError(message))
    if is_collection(left) and is_collection(right):
        return all(contains_equal(left, item) for item in right)
    return contains_equal(left, right)


_NULL_VALUE = 'Cannot invoke "Object.toString()" because the return value of "java.util.Map$Entry.getValue()" is null'


def is_in(_: RenderContext, left: Any, right: Any, site: int) -> bool:
    """`isIn`: in a list, or among the keys or values of a map, compared as text; null is in nothing."""
    if left is None:
        return False
    if isinstance(right, list):
        if any(item is None for item in right):
            raise at(site, JavaError("NullPointerException"))
        return any(same_text(left, item) for item in right)
    for key, value in right.items() if isinstance(right, dict) else ():
        if same_text(left, key):
            return True
        if value is None:
            raise at(site, JavaError("NullPointerException", _NULL_VALUE))
        if same_text(left, value):
            return True
    return False


def make_map(entries: list[tuple[Any, Any]]) -> JavaHashMap:
    """A map literal."""
    for key, _ in entries:
        check_size(key)
    hashable = [(java_text(key) if isinstance(key, dict | list) else key, value) for key, value in entries]
    return hash_map(hashable, -(-len(entries) * 4 // 3))


# Units


def call_function(context: RenderContext, name: str, arguments: dict[str, Any], site: int) -> Any:
    """A function of the language."""
    try:
        context.budget.look()
        return functions()[name](arguments, context)
    except JavaError as error:
        raise at(site, error) from error.__cause__
    except Unavailable as error:
        raise at(site, PebbleError(f"The '{name}' function can't be used: {error}")) from error


def apply_filter(context: RenderContext, name: str, value: Any, arguments: dict[str, Any], site: int) -> Any:
    """A filter of the language."""
    if type(value) is SafeString:
        value = str(value)
    try:
        context.budget.look()
        return filters()[name](value, arguments, context)
    except JavaError as error:
        raise at(site, error) from error.__cause__
    except Unavailable as error:
        raise at(site, PebbleError(f"The '{name}' filter can't be used: {error}")) from error


def ask(context: RenderContext, name: str, value: Any, site: int) -> bool:
    """A test of the language."""
    try:
        return bool(tests()[name](value, {}, context))
    except JavaError as error:
        raise at(site, error) from error.__cause__


# Tags


def turns(context: RenderContext, name: str, iterable: Any, site: int, tells_empty: bool) -> Iterator[bool]:  # noqa: FBT001
    """The turns of a `for`; its variable and `loop` are set before each."""
    if iterable is None:
        return
    if isinstance(iterable, dict):
        items: list[Any] = [MapEntry(*entry) for entry in iterable.items()]
    elif isinstance(iterable, list):
        items = iterable
    else:
        raise at(site, PebbleError(f"Not an iterable object. Value = [{java_text(iterable)}]"))
    if not items and tells_empty:
        yield False
    length = len(items)
    size = LazyLength(length)
    scope: dict[str, Any] = {}
    context.scopes.append(scope)
    try:
        for index in range(length):
            context.step()
            scope[name] = items[index]
            scope["loop"] = LoopVariables(
                index == 0, index == length - 1, size, index, LazyRevIndex(length - index - 1)
            )
            yield True
    finally:
        context.scopes.remove(scope) if scope in context.scopes else None


def shown(value: Any) -> str:
    """A value printed inside of a `filter` tag: lists and maps are no JSON there."""
    return "" if value is None else java_text(value)


def captured(body: Callable[[], Any]) -> str:
    """The text of a `filter` tag's body."""
    return str(body())


def refuse_macro(name: str) -> Any:
    """Raises what Kestra says of two macros of the same name."""
    message = f"More than one macro can not share the same name: {name} (?:?)"
    raise JavaError("RuntimeException", f"io.pebbletemplates.pebble.error.PebbleException: {message}")


def define_macro(
    context: RenderContext,
    name: str,
    parameters: list[tuple[str, Callable[[], Any] | None]],
    body: Callable[[], Any],
) -> None:
    """A `macro` tag."""
    context.macros[name] = (parameters, body)


def define_block(context: RenderContext, name: str, body: Callable[[], Any]) -> None:
    """A `block` tag."""
    context.blocks_of_template[name] = body


def call_macro(
    context: RenderContext,
    name: str,
    positional: Callable[[], list[Any]],
    named: Callable[[], dict[str, Any]],
    site: int,
) -> Any:
    """`name(…)` where the language has no such function."""
    if name not in context.macros:
        raise at(site, PebbleError(f"Function or Macro [{name}] does not exist."))
    try:
        return context.call_macro(name, positional(), named())
    except JavaError as error:
        raise at(site, error) from error.__cause__
