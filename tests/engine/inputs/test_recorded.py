"""Inputs against what the real engine recorded: every run of the `inputs-*` cases, values and complaints alike."""

import json
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from tiercel_engine.expressions import Renderer
from tiercel_engine.inputs import InputError, resolve_inputs
from tiercel_schemas.model.inputs import Input
from tiercel_schemas.versions import KestraVersion

ORACLE = Path(__file__).parents[4] / "shared" / "oracle"
INPUTS = TypeAdapter(list[Input])


def recorded_runs():
    for version in KestraVersion:
        folder = ORACLE / f"runs-{version}"
        for case in sorted((folder / "cases").glob("*inputs*")):
            settings = yaml.safe_load((case / "case.yaml").read_text())
            flow = yaml.safe_load((case / "flow.yaml").read_text())
            record = json.loads((folder / "expected" / f"{case.name}.json").read_text())
            runs = settings.get("runs") or [{"inputs": settings.get("inputs")}]
            for number, (run, expected) in enumerate(zip(runs, record["runs"], strict=True)):
                yield pytest.param(
                    version, flow, run.get("inputs") or {}, expected, id=f"{version}-{case.name}-{number}"
                )


@pytest.mark.parametrize(("version", "flow", "given", "expected"), list(recorded_runs()))
def test_inputs_as_recorded(version, flow, given, expected):
    declared = INPUTS.validate_python(flow.get("inputs") or [], context={"version": version})
    uri = (
        "kestra:///oracle/inputs_all_types/inputs-all-types/executions/<execution:inputs-all-types>/inputs/file/in.txt"
    )

    def resolve():
        return resolve_inputs(
            declared,
            given,
            version=version,
            rendering=Renderer(version),
            context={"flow": {"id": flow["id"], "namespace": flow["namespace"]}},
            store_file=lambda _id, _value: uri,
        )

    if "inputError" in expected:
        with pytest.raises(InputError) as caught:
            resolve()
        assert str(caught.value) == expected["inputError"]["message"]
        return
    resolved = resolve()
    secret_ids = {item["id"] for item in flow.get("inputs", ()) if item.get("type") == "SECRET"}
    shown = {name: value for name, value in resolved.values.items() if value is not None}
    shown |= {name: {"type": "io.kestra.datatype:aes_encrypted"} for name in secret_ids & shown.keys()}
    assert shown == expected["execution"].get("inputs", {})
    assert {given[name] for name in secret_ids} == resolved.secrets
