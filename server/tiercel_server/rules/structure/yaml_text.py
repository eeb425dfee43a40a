"""What the YAML reader can't read, or reads as something else than was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tiercel_schemas.diagnostics import Diagnostic, RelatedLocation
from tiercel_schemas.source.nodes import MappingNode, walk
from tiercel_schemas.source.problems import SourceProblem
from tiercel_schemas.source.spans import Span
from tiercel_server.rules.examples import flow, logs
from tiercel_server.rules.model import Rule, safe_replacement
from tiercel_server.rules.registry import checks_file
from tiercel_server.workspace.snapshot import DocumentSnapshot

YAML_SYNTAX = Rule(
    code="yaml-syntax",
    group="structure",
    summary="The text can't be read as YAML.",
    why="Kestra refuses the whole flow. Tiercel leaves out or mends the line at fault and checks the rest.",
    bad=logs("Hello").replace('message: "Hello"', 'message: "Hello'),
    good=logs("Hello"),
)
DUPLICATE_KEY = Rule(
    code="duplicate-key",
    group="structure",
    summary="A key stands twice in one mapping.",
    why="Kestra refuses to save the flow; other readers silently take the last value.",
    bad=logs("Hello") + "    message: Again\n",
    good=logs("Hello"),
)
UNKNOWN_ANCHOR = Rule(
    code="unknown-anchor",
    group="structure",
    summary="An alias names an anchor that does not stand before it.",
    why="The flow can't be read: there is nothing that `*name` could stand for.",
    bad=flow(
        "variables:\n  a: *greeting", "tasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: x"
    ),
    good=flow(
        "variables:\n  a: &greeting Hello\n  b: *greeting",
        "tasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: x",
    ),
)
NESTED_TOO_DEEPLY = Rule(
    code="nested-too-deeply",
    group="structure",
    summary="The text is nested deeper than any flow.",
    why="What lies deeper is not looked at, and Kestra's reader gives up as well.",
    bad=flow(
        "variables:\n  a: " + "[" * 120 + "]" * 120, "tasks:\n  - {id: a, type: io.kestra.plugin.core.debug.Return}"
    ),
    good=flow("variables:\n  a: [[1]]", "tasks:\n  - {id: a, type: io.kestra.plugin.core.debug.Return}"),
)
UNQUOTED_EXPRESSION = Rule(
    code="unquoted-expression",
    group="structure",
    summary="A value that begins with `{{` is not quoted.",
    why="YAML reads the braces as a mapping inside a mapping, so the expression never reaches Kestra.",
    bad=logs("x", "inputs:\n  - {id: name, type: STRING}").replace('"x"', "{{ inputs.name }}"),
    good=logs("{{ inputs.name }}", "inputs:\n  - {id: name, type: STRING}"),
    fix="Sets double quotes around the value.",
)

_RULES = {rule.code: rule for rule in (YAML_SYNTAX, DUPLICATE_KEY, UNKNOWN_ANCHOR, NESTED_TOO_DEEPLY)}
_UNQUOTED = re.compile(r"(?::|-)[ \t]+(\{\{.*)$")


@checks_file(YAML_SYNTAX, DUPLICATE_KEY, UNKNOWN_ANCHOR, NESTED_TOO_DEEPLY, UNQUOTED_EXPRESSION)
def check(snapshot: DocumentSnapshot) -> Iterator[Diagnostic]:
    """The reader's problems, and expressions that it took for mappings."""
    lines_told: set[int] = set()
    for problem in _told_once(snapshot):
        line = snapshot.text.line_at(problem.span.start)
        match = _UNQUOTED.search(snapshot.text.line_text(line)) if problem.code == "yaml-syntax" else None
        if match is not None and "{{" in problem.message:
            start = snapshot.text.line_starts[line] + match.start(1)
            lines_told.add(line)
            yield _unquoted(snapshot, Span(start, start + len(match[1].rstrip())))
        else:
            related = (RelatedLocation(problem.related, "here first"),) if problem.related is not None else ()
            yield _RULES[problem.code].finding(problem.message, problem.span, related=related)
    for span in _braces(snapshot):
        if snapshot.text.line_at(span.start) not in lines_told:
            yield _unquoted(snapshot, span)


def _told_once(snapshot: DocumentSnapshot) -> Iterator[SourceProblem]:
    """The reader's problems, those of a run of lines that begin with tabs as one."""
    run: SourceProblem | None = None
    for problem in snapshot.source.problems:
        is_tab = snapshot.text.line_text(snapshot.text.line_at(problem.span.start)).lstrip(" ").startswith("\t")
        if (
            run is not None
            and is_tab
            and problem.message == run.message
            and snapshot.text.line_at(problem.span.start) == snapshot.text.line_at(run.span.end) + 1
        ):
            run = replace(run, span=Span(run.span.start, problem.span.end))
            continue
        if run is not None:
            yield run
        run = problem if is_tab else None
        if run is None:
            yield problem
    if run is not None:
        yield run


def _braces(snapshot: DocumentSnapshot) -> Iterator[Span]:
    """Mappings in braces whose first key is a mapping in braces: never meant."""
    for document in snapshot.source.documents:
        for _, node in walk(document.root) if document.root is not None else ():
            if isinstance(node, MappingNode) and node.flow_style and node.pairs:
                key = node.pairs[0].key
                if isinstance(key, MappingNode) and key.span.start == node.span.start + 1:
                    yield node.span


def _unquoted(snapshot: DocumentSnapshot, span: Span) -> Diagnostic:
    text = snapshot.text.slice(span)
    mended = f"'{text}'" if '"' in text and "'" not in text else '"' + text.replace('"', '\\"') + '"'
    return UNQUOTED_EXPRESSION.finding(
        'a value that begins with `{{` must be quoted: `"{{ … }}"`',
        span,
        data=safe_replacement(span, mended, "Quote it"),
    )
