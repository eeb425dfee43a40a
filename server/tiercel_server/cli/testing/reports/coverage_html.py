"""Coverage as one HTML page that needs nothing else: tables of tasks and branches, and the flow itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from tiercel_engine.unit_tests.coverage import Coverage

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: .6rem 0; }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; }
td.number, th.number { text-align: right; }
pre { overflow-x: auto; border: 1px solid #8884; border-radius: 6px; padding: .6rem 0; }
pre span { display: block; padding: 0 .8rem; }
.hit { background: #2da44e26; } .miss { background: #cf222e33; } .mocked { background: #bf870026; }
.legend span { padding: .1rem .5rem; border-radius: 4px; margin-right: .5rem; }
"""


@dataclass(frozen=True, slots=True)
class FlowSource:
    """A flow's lines, and on which of them its tasks stand (from 0, the last one excluded)."""

    path: str
    lines: tuple[str, ...]
    tasks: Mapping[str, tuple[int, int]]


def render(flows: Mapping[tuple[str, str], Coverage], sources: Mapping[tuple[str, str], FlowSource]) -> Iterator[str]:
    """The lines of the page."""
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>Coverage of flows</title><style>{_STYLE}</style></head><body>"
    yield "<h1>Coverage of flows</h1>"
    yield (
        '<p class="legend"><span class="hit">ran</span><span class="mocked">replaced by a fixture</span>'
        '<span class="miss">not reached</span></p>'
    )
    yield '<table><tr><th>Flow</th><th class="number">Tasks</th><th class="number">Branches</th></tr>'
    for (namespace, flow_id), coverage in flows.items():
        name = escape(f"{namespace}.{flow_id}")
        yield (
            f'<tr><td><a href="#{name}">{name}</a></td>'
            f'<td class="number">{coverage.covered_tasks} of {len(coverage.tasks)}</td>'
            f'<td class="number">{coverage.covered_branches} of {len(coverage.branches)}</td></tr>'
        )
    yield "</table>"
    for key, coverage in flows.items():
        yield from _flow(".".join(key), coverage, sources.get(key))
    yield "</body></html>"


def _flow(name: str, coverage: Coverage, source: FlowSource | None) -> Iterator[str]:
    yield f'<h2 id="{escape(name)}">{escape(name)}</h2>'
    yield '<table><tr><th>Task</th><th class="number">Ran</th><th class="number">Replaced</th>'
    yield '<th class="number">Skipped</th></tr>'
    for task_id, hits in coverage.tasks.items():
        yield (
            f'<tr class="{_class(coverage, task_id)}"><td>{escape(task_id)}</td><td class="number">{hits.ran}</td>'
            f'<td class="number">{hits.mocked}</td><td class="number">{hits.skipped}</td></tr>'
        )
    yield "</table>"
    if coverage.branches:
        yield '<table><tr><th>Branch</th><th class="number">Taken</th></tr>'
        for branch, count in coverage.branches.items():
            title = escape(f"{branch.task_id or 'flow'} › {branch.name}")
            yield f'<tr class="{"hit" if count else "miss"}"><td>{title}</td><td class="number">{count}</td></tr>'
        yield "</table>"
    if source is not None:
        yield f"<p>{escape(source.path)}</p>"
        marks = _marks(coverage, source)
        lines = (
            f'<span class="{marks.get(number, "")}">{escape(line) or " "}</span>'
            for number, line in enumerate(source.lines)
        )
        yield f"<pre>{''.join(lines)}</pre>"


def _marks(coverage: Coverage, source: FlowSource) -> dict[int, str]:
    """The class of each line: that of the innermost task on it."""
    found: dict[int, str] = {}
    for task_id, (start, end) in sorted(source.tasks.items(), key=lambda each: each[1][0] - each[1][1]):
        if task_id in coverage.tasks:
            found.update(dict.fromkeys(range(start, end), _class(coverage, task_id)))
    return found


def _class(coverage: Coverage, task_id: str) -> str:
    hits = coverage.tasks[task_id]
    if hits.ran:
        return "hit"
    return "mocked" if hits.mocked else "miss"
