"""An expression in a script moved to the task's `env`, where no shell or interpreter reads it as code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.source.nodes import MappingNode, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.mappings import find_pair
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.analysis.templates import TemplateSite
from tiercel_server.features.code_actions.blocks import last_line, line_end, pair_blocks, unique_name
from tiercel_server.features.code_actions.model import REWRITE, ActionPlace, Change, CodeAction, Edit, offers
from tiercel_server.features.expression_shapes import static_path

_SCRIPTS = "io.kestra.plugin.scripts."
_PROPERTIES = frozenset({"script", "commands", "beforeCommands"})
_LANGUAGES = {
    "python": 'os.environ["{}"]',
    "node": "process.env.{}",
    "ruby": 'ENV["{}"]',
    "r": 'Sys.getenv("{}")',
    "perl": "$ENV{{{}}}",
    "php": 'getenv("{}")',
    "powershell": "$env:{}",
}
_IMPORT_OS = re.compile(r"^\s*import\s+(?:\w+\s*,\s*)*os\b", re.MULTILINE)
_JOINED = frozenset({"python", "node", "ruby"})


@dataclass(frozen=True, slots=True)
class _Place:
    """An expression in a script: the task, its text, and the stretch of `{{ … }}` in the text's value."""

    task: TaskSymbol
    site: TemplateSite
    span: Span
    expression: str
    name: str
    language: str


@offers
def moves_to_environment(place: ActionPlace) -> Iterator[CodeAction]:
    """Offered on an expression in a script."""
    found = _expression_at(place)
    if found is not None:
        title = f"Move `{{{{ {found.expression} }}}}` to `env` as {found.name}"
        yield CodeAction(title, REWRITE, partial(_moved, place, found))


def _expression_at(place: ActionPlace) -> _Place | None:
    flow, offset = place.flow, place.span.start
    for site in flow.templates if flow is not None else ():
        node = site.value.node
        if not node.span.start <= offset <= node.span.end:
            continue
        task = flow.outline.task_at(site.value.path) if flow is not None else None
        if task is None or not task.type.startswith(_SCRIPTS) or len(site.value.path) <= len(task.path):
            return None
        if site.value.path[len(task.path)] not in _PROPERTIES:
            return None
        index = site.offsets.value_index(offset)
        for part in site.template.parts:
            if isinstance(part, n.Print) and part.closed and part.span.start <= index <= part.span.end:
                expression = node.value[part.span.start + 2 : part.span.end - 2].strip("- ~\n")
                return _Place(task, site, part.span, expression, _name(part.expression, task), _language(task, site))
    return None


def _name(expression: n.Expression, task: TaskSymbol) -> str:
    path = static_path(expression)
    base = "_".join(path[1:] if path is not None and len(path) > 1 else path or ("value",))
    name = re.sub(r"\W+", "_", base).strip("_").upper() or "VALUE"
    env = find_pair(task.node, "env")
    taken = {pair.name or "" for pair in env.value.pairs} if env and isinstance(env.value, MappingNode) else set()
    return unique_name(f"_{name}" if name[0].isdigit() else name, taken)


def _language(task: TaskSymbol, site: TemplateSite) -> str:
    package, _, simple = task.type.removeprefix(_SCRIPTS).rpartition(".")
    is_script = simple == "Script" and site.value.path[len(task.path)] == "script"
    return package if is_script and package in _LANGUAGES else "powershell" if package == "powershell" else "shell"


def _moved(place: ActionPlace, found: _Place) -> Change | None:
    value = found.site.value.node.value
    span, text = _replacement(value, found)
    edits = [Edit(found.site.text_span(span), text)]
    if found.language == "python" and not _IMPORT_OS.search(value):
        start = found.site.text_span(Span(0, 0)).start
        node = found.site.value.node
        if node.style not in {"literal", "folded"}:
            return None
        margin = " " * place.snapshot.text.position(start).column
        edits.append(Edit(Span(start, start), f"import os{line_end(place.snapshot.text)}{margin}"))
    added = _with_variable(place, found)
    return Change((*edits, added)) if added is not None else None


def _replacement(value: str, found: _Place) -> tuple[Span, str]:
    """The stretch of the script that is replaced, and what stands there then."""
    span = found.span
    if found.language == "shell":
        quoted = _open_quote(value, span.start)
        if quoted == "'":
            return span, f"'\"${{{found.name}}}\"'"
        follows = value[span.end : span.end + 1]
        plain = f"${{{found.name}}}" if follows.isalnum() or follows == "_" else f"${found.name}"
        return span, plain if quoted == '"' else f'"{plain}"'
    read = _LANGUAGES[found.language].format(found.name)
    before, after = value[span.start - 1 : span.start], value[span.end : span.end + 1]
    if before in {"'", '"'} and before == after:
        return Span(span.start - 1, span.end + 1), read
    quote = _open_quote(value, span.start)
    if quote and found.language in _JOINED:
        return span, f"{quote} + {read} + {quote}"
    return span, read


def _open_quote(value: str, index: int) -> str:
    """The quote that is open at a place of a line; "" where none is."""
    quote = ""
    line = value[value.rfind("\n", 0, index) + 1 : index]
    escaped = False
    for character in re.sub(r"\{\{.*?\}\}", "", line):
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
    return quote


def _with_variable(place: ActionPlace, found: _Place) -> Edit | None:
    """The new line of `env`, which is made where there is none."""
    text, task = place.snapshot.text, found.task
    quote = "'" if '"' in found.expression else '"'
    if quote == "'" and "'" in found.expression:
        return None
    entry = f"{found.name}: {quote}{{{{ {found.expression} }}}}{quote}"
    end = line_end(text)
    env = find_pair(task.node, "env")
    if env is not None:
        if not isinstance(env.value, MappingNode) or env.value.flow_style or not env.value.pairs:
            return None
        blocks = pair_blocks(text, env.value)
        if blocks is None:
            return None
        line, margin = blocks[-1].last, " " * blocks[0].column
        return _line_after(place, line, f"{margin}{entry}", end)
    blocks = pair_blocks(text, task.node)
    if blocks is None:
        return None
    kind = next((at for at, pair in enumerate(task.node.pairs) if pair.name == "type"), 0)
    margin = " " * blocks[0].column
    key = task.node.pairs[kind]
    line = last_line(text, key.value if isinstance(key.value, ScalarNode) else key.key)
    return _line_after(place, line, f"{margin}env:{end}{margin}  {entry}", end)


def _line_after(place: ActionPlace, line: int, content: str, end: str) -> Edit:
    text = place.snapshot.text
    at = text.line_starts[line] + len(text.line_text(line))
    return Edit(Span(at, at), f"{end}{content}")
