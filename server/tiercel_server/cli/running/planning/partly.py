"""Templates rendered as far as is known before a run: what is not stays as it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tiercel_engine.expressions import Renderer, RenderError
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import parse_template
from tiercel_schemas.expressions.visitor import children

_ONLY_IN_A_RUN = frozenset(
    {
        *("read", "fileSize", "fileExists", "isFileEmpty", "secret", "kv", "env", "http", "subflow", "encrypt"),
        *("printContext", "fetchContext", "errorLogs", "tasksWithState", "loopOutputs", "currentEachOutput"),
        *("uuid", "id", "ksuid", "nanoId", "randomInt", "randomPort", "now"),
    }
)
"""Functions whose values depend on when, or by whom, they are asked."""
_PLAIN_PARTS = (n.Text, n.Raw, n.Verbatim, n.Comment, n.Print)


@dataclass(frozen=True, slots=True)
class Partly:
    """A value with the texts in it rendered as far as is known.

    `unknown` names what only the run knows, `failing` what can't be rendered at all and why.
    """

    value: Any
    unknown: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


class PartRenderer:
    """Renders with the variables of a context that are known; of `outputs`, those of the tasks that it holds."""

    def __init__(self, renderer: Renderer, context: Mapping[str, Any]) -> None:
        self._renderer = renderer
        self._context = context
        outputs = context.get("outputs")
        self._outputs: Collection[str] = outputs if isinstance(outputs, Mapping) else ()

    def render(self, value: Any) -> Partly:
        """Plain data, every text in it rendered as far as is known."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            rendered = {name: self.render(inner) for name, inner in value.items()}
            return Partly({name: part.value for name, part in rendered.items()}, *_joined(rendered.values()))
        if isinstance(value, list | tuple):
            items = [self.render(inner) for inner in value]
            return Partly([part.value for part in items], *_joined(items))
        return Partly(value)

    def _text(self, text: str) -> Partly:
        template = parse_template(text, self._renderer.version)
        if template.problems:
            return Partly(text, failing=(template.problems[0].message,))
        if all(isinstance(part, _PLAIN_PARTS) for part in template.parts):
            return self._parts(text, template)
        unknown = _distinct(self._unknown(template))
        return Partly(text, unknown) if unknown else self._whole(text)

    def _parts(self, text: str, template: n.Template) -> Partly:
        """Each expression by itself: one that is unknown does not keep the others from being shown."""
        shown: list[str] = []
        unknown: list[str] = []
        failing: list[str] = []
        for part in template.parts:
            written = text[part.span.start : part.span.end]
            missing = list(self._unknown(part))
            if isinstance(part, n.Text | n.Raw | n.Verbatim):
                shown.append(part.value)
            elif missing:
                shown.append(written)
                unknown += missing
            else:
                rendered = self._whole(written)
                shown.append(rendered.value)
                failing += rendered.failing
        return Partly("".join(shown), _distinct(unknown), _distinct(failing))

    def _whole(self, text: str) -> Partly:
        try:
            return Partly(self._renderer.render(text, self._context))
        except RenderError as error:
            return Partly(text, failing=(error.message,))

    def _unknown(self, node: n.Node | n.Template, local: frozenset[str] = frozenset()) -> Iterator[str]:
        """What below a node only a run knows, as it is named."""
        match node:
            case n.For(variable=name):
                local |= {name, "loop"}
            case n.Macro(parameters=parameters):
                local |= {parameter.name for parameter in parameters}
            case n.Template(parts=parts):
                local |= {part.name for part in parts if isinstance(part, n.Set)}
            case (
                n.Attribute(target=n.Variable(name="outputs"), name=name)
                | n.Subscript(target=n.Variable(name="outputs"), key=n.StringLiteral(value=name))
            ):
                if name not in self._outputs:
                    yield f"outputs.{name}"
                return
            case n.Variable(name=name):
                if name == "outputs" or (name not in self._context and name not in local):
                    yield name
                return
            case n.Call(name=name) if name in _ONLY_IN_A_RUN:
                yield f"{name}()"
        for child in children(node):
            yield from self._unknown(child, local)


def _joined(parts: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = list(parts)
    return (
        _distinct(name for part in known for name in part.unknown),
        _distinct(message for part in known for message in part.failing),
    )


def _distinct(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
