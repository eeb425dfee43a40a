"""XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape

from tiercel_engine.expressions.texts import java_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import counted, json_value, read_records
from tiercel_engine.tasks.plugins.serdes.conversion import charset, from_file, to_ion
from tiercel_engine.tasks.plugins.serdes.xml_trees import read_elements, read_tree
from tiercel_engine.tasks.properties import as_text, mapping, text

_PLACE = "io.kestra.plugin.serdes.xml."
_NAME = re.compile(r"[^\W\d][\w.\-]*(:[^\W\d][\w.\-]*)?")
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@task_type(_PLACE + "XmlToIon")
class XmlToIon:
    """Reads the elements at `query`, or a list below the root, or else the whole document, as rows."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no XML, or declares entities."""
        encoding, query = await charset(context), await text(context, "query")
        settings = await mapping(context, "parserConfiguration")
        force_list = [as_text(name) for name in settings.get("forceList") or []]

        def read(file: Path) -> Iterator[Any]:
            if query is not None:
                return read_elements(file, encoding, force_list, query)
            return iter(_rows(read_tree(file, encoding, force_list)))

        return await to_ion(context, read)


def _rows(tree: dict[str, Any]) -> list[Any]:
    (root,) = tree.values()
    if isinstance(root, list):
        return root
    if isinstance(root, dict) and len(root) == 1:
        (inner,) = root.values()
        if isinstance(inner, list):
            return inner
    return [tree]


@task_type(_PLACE + "IonToXml")
class IonToXml:
    """Writes the rows as `item` elements below one root."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for a key that can't be an element's name."""
        encoding = await charset(context)
        root = _checked(await text(context, "rootName", "items") or "items")

        def write(source: Path, target: Path) -> int:
            count = [0]
            with target.open("w", encoding=encoding, newline="", errors="xmlcharrefreplace") as sink:
                sink.write("<?xml version='1.0' encoding='UTF-8'?>\n")
                sink.write(f"<{root}>\n")
                for row in counted(read_records(source), count):
                    _write(sink, "item", json_value(row), 1)
                sink.write(f"</{root}>\n")
            return count[0]

        return await from_file(context, ".xml", write)


def _write(sink: TextIO, name: str, value: Any, depth: int) -> None:
    lead = "  " * depth
    if isinstance(value, list):
        for each in value:
            _write(sink, name, each, depth)
    elif isinstance(value, dict) and value:
        sink.write(f"{lead}<{name}>\n")
        for key, inner in value.items():
            _write(sink, _checked(key), inner, depth + 1)
        sink.write(f"{lead}</{name}>\n")
    elif value is None or value == {}:
        sink.write(f"{lead}<{name}/>\n")
    else:
        sink.write(f"{lead}<{name}>{escape(_UNWRITABLE.sub('', java_text(value)))}</{name}>\n")


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise TaskFailure(f"'{name}' can't be the name of an XML element")
    return name
