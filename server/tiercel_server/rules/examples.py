"""Small flows for the examples of rules."""

from __future__ import annotations

HEAD = "id: example\nnamespace: company.team\n"
CORE = "io.kestra.plugin.core."


def flow(*blocks: str) -> str:
    """A flow of an id, a namespace and these blocks of YAML."""
    return HEAD + "".join(block if block.endswith("\n") else block + "\n" for block in blocks)


def log(message: str, task_id: str = "say") -> str:
    """A list item: a task that logs a message, which is quoted."""
    return f'  - id: {task_id}\n    type: {CORE}log.Log\n    message: "{message}"\n'


def returning(task_id: str, value: str = "42") -> str:
    """A list item: a task with the output `value`."""
    return f'  - id: {task_id}\n    type: {CORE}debug.Return\n    format: "{value}"\n'


def logs(message: str, *blocks: str) -> str:
    """A flow with one task that logs a message, and other blocks before it."""
    return flow(*blocks, "tasks:\n" + log(message))


def tasks(*items: str) -> str:
    """A flow with these list items as its tasks."""
    return flow("tasks:\n" + "".join(items))


def one_task(type_name: str, *lines: str, task_id: str = "work") -> str:
    """A flow with one task of core and these lines of properties."""
    return tasks(item(type_name, *lines, task_id=task_id))


def item(type_name: str, *lines: str, task_id: str = "work") -> str:
    """A list item: a task of core (or of a full type) with these lines of properties."""
    full = type_name if type_name.startswith("io.") else CORE + type_name
    return f"  - id: {task_id}\n    type: {full}\n" + "".join(f"    {line}\n" for line in lines)


def indented(text: str, by: int = 4) -> str:
    """A block of YAML moved to the right."""
    return "".join(" " * by + line if line.strip() else line for line in text.splitlines(keepends=True))
