"""YAML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiercel_engine.expressions.texts import json_text
from tiercel_engine.expressions.yaml_reading import YamlError, read_yaml
from tiercel_engine.expressions.yaml_text import yaml_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import counted, json_value, read_records
from tiercel_engine.tasks.plugins.serdes.conversion import charset, from_file, to_ion
from tiercel_engine.tasks.plugins.serdes.json import parsed, write_array
from tiercel_engine.tasks.properties import flag

_PLACE = "io.kestra.plugin.serdes.yaml."


@task_type(_PLACE + "YamlToIon")
class YamlToIon:
    """Reads each document as a row."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no YAML."""
        encoding = await charset(context)
        return await to_ion(context, lambda file: documents(file, encoding))


@task_type(_PLACE + "IonToYaml")
class IonToYaml:
    """Writes each row as a document."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`."""
        encoding = await charset(context)

        def write(source: Path, target: Path) -> int:
            return _write_documents(map(json_value, read_records(source)), target, encoding)

        return await from_file(context, ".yaml", write)


@task_type(_PLACE + "JsonToYaml")
class JsonToYaml:
    """Writes each line of JSON lines, or each element of a JSON array, as a document."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no JSON."""
        encoding = await charset(context)
        by_line = await flag(context, "jsonl", default=False)

        def write(source: Path, target: Path) -> int:
            return _write_documents(_json_values(source, encoding, by_line=by_line), target, encoding)

        return await from_file(context, ".yaml", write)


@task_type(_PLACE + "YamlToJson")
class YamlToJson:
    """Writes each document as a JSON line, or all as one JSON array; a single one as it is."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no YAML."""
        encoding = await charset(context)
        by_line = await flag(context, "jsonl", default=False)

        def write(source: Path, target: Path) -> int:
            count = [0]
            with target.open("w", encoding=encoding, newline="") as sink:
                rows = (json_text(row, keep_null=True) for row in counted(documents(source, encoding), count))
                if by_line:
                    sink.writelines(f"{row}\n" for row in rows)
                else:
                    write_array(rows, sink)
            return count[0]

        return await from_file(context, ".jsonl" if by_line else ".json", write)


def documents(file: Path, encoding: str) -> Iterator[Any]:
    """The documents of a YAML file; raises `TaskFailure`."""
    import yaml

    content = file.read_text(encoding=encoding)
    try:
        loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
        starts = [
            event.start_mark.index
            for event in yaml.parse(content, Loader=loader)
            if isinstance(event, yaml.DocumentStartEvent) and event.start_mark is not None
        ]
        for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
            yield read_yaml(content[start:end])
    except (yaml.YAMLError, YamlError) as error:
        raise TaskFailure(f"Invalid YAML: {error}") from error


def _json_values(file: Path, encoding: str, *, by_line: bool) -> Iterator[Any]:
    content = file.read_text(encoding=encoding)
    if by_line:
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield parsed(line, f"line {number}")
        return
    value = parsed(content, "the file")
    yield from value if isinstance(value, list) else [value]


def _write_documents(rows: Iterator[Any], target: Path, encoding: str) -> int:
    count, held = [0], []
    with target.open("w", encoding=encoding, newline="", errors="replace") as sink:
        for row in counted(rows, count):
            if count[0] == 1:
                held.append(row)
                continue
            if held:
                sink.write(f"---\n{yaml_text(held.pop())}\n")
            sink.write(f"---\n{yaml_text(row)}\n")
        if held:
            sink.write(f"{yaml_text(held.pop())}\n")
    return count[0]
