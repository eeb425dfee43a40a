"""What a case gives to an execution: stand-ins, a trigger, files, and the pairs and files of its namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.core.records import Trigger
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Fixture
from tiercel_engine.expressions import Renderer
from tiercel_engine.storage.layout import execution_path
from tiercel_engine.tasks.services import LocalServices
from tiercel_schemas.model import Flow
from tiercel_schemas.model.unit_test import Fixtures, UnitTest
from tiercel_schemas.model.unit_test_extras import Extras

_FILES_OF = "unit-test"
"""What stands for an execution's id in the place of the files of a case."""
NO_FIXTURES = Fixtures()


def given(case: UnitTest) -> Fixtures:
    """The fixtures of a case, empty ones where it has none."""
    return case.fixtures or NO_FIXTURES


def stand_ins(case: UnitTest) -> tuple[Fixture, ...]:
    """The task fixtures as the engine takes them."""
    return tuple(Fixture(each.id, each.value, State(each.state), dict(each.outputs)) for each in given(case).tasks)


def trigger_of(case: UnitTest) -> Trigger | None:
    """The trigger that the execution believes to have started it."""
    trigger = given(case).trigger
    return Trigger(trigger.id, trigger.type, dict(trigger.variables)) if trigger is not None else None


def put_files(case: UnitTest, flow: Flow, services: LocalServices) -> dict[str, str]:
    """Store the files of a case; their URIs by name. Raises `StorageError` and `OSError`."""
    folder = f"{execution_path(flow.namespace, flow.id, _FILES_OF)}/files"
    return {name: services.storage.put(f"{folder}/{name}", text.encode()) for name, text in given(case).files.items()}


def put_extras(extras: Extras, namespace: str, services: LocalServices) -> None:
    """Put pairs and files of the namespace in place; raises `KvError`, `StorageError` and `OSError`."""
    for key, value in extras.kv.items():
        services.kv.set(namespace, key, value)
    for path, text in extras.namespace_files.items():
        services.files.write(namespace, path, text.encode())


def inputs_of(case: UnitTest, flow: Flow, files: Mapping[str, str], services: LocalServices) -> dict[str, Any]:
    """The inputs as a caller gives them; a FILE input may name a file of the case by `{{ files['name'] }}`.

    Nothing else in inputs is rendered, as nothing is in those of a call. Raises `RenderError` and `StorageError`.
    """
    kinds = {each.id: str(getattr(each, "type", "")) for each in flow.inputs}
    values = dict(given(case).inputs)
    for name, value in values.items():
        if kinds.get(name) == "FILE" and isinstance(value, str) and "{{" in value:
            uri = Renderer(flow.version).render(value, {"files": dict(files)})
            values[name] = services.storage.read_bytes(uri)
    return values
