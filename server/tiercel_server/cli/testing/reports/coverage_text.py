"""Coverage as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_engine.unit_tests.coverage import Coverage

_MOST_NAMED = 8


def render(flows: Mapping[tuple[str, str], Coverage]) -> Iterator[str]:
    """A line a flow: tasks and branches reached, and those that were not."""
    rows = [
        (
            f"{namespace}.{flow_id}",
            _share(coverage.covered_tasks, len(coverage.tasks)),
            _share(coverage.covered_branches, len(coverage.branches)),
            _missing(coverage),
        )
        for (namespace, flow_id), coverage in flows.items()
    ]
    head = ("flow", "tasks", "branches", "not reached")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    for row in (head, *rows):
        yield "  ".join((*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3])).rstrip()


def _share(covered: int, total: int) -> str:
    return f"{covered}/{total} {100 * covered // total} %" if total else "-"


def _missing(coverage: Coverage) -> str:
    names = [name for name, hits in coverage.tasks.items() if not hits.is_covered]
    names += [f"{branch.task_id or 'flow'} › {branch.name}" for branch, count in coverage.branches.items() if not count]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
