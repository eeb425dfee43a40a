"""Kestra's own Python client against the server."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from tests.server.serving.served import Served

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from kestrapy import KestraClient
    from kestrapy.exceptions import ApiException

NS, TENANT = "company.team", "main"
Serve = Callable[..., Served]


def client_of(server: Served) -> Any:
    return KestraClient(host=server.url, timeout=60)


def settled(client: Any, execution_id: str, *states: str) -> Any:
    for _ in range(400):
        found = client.executions.execution(execution_id, TENANT)
        if found.state.current.value in states:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{execution_id} is {found.state.current.value}")


def test_create_follow_outputs_logs(serve: Serve) -> None:
    client = client_of(serve("greeting"))
    inputs = {"name": "Ada", "letter": b"Dear Ada", "times": 3}
    made = client.executions.create_execution(TENANT, NS, "greeting", labels=["why:test"], inputs=inputs)
    states = [each.state.current.value for each in client.executions.follow_execution(made.id, TENANT)]
    assert states[-1] == "SUCCESS"
    assert client.outputs.execution_outputs(made.id, TENANT) == {"greeting": "3 times Ada"}
    told = client.outputs.task_outputs_information(made.id, TENANT)
    assert [each.task_id for each in told] == ["repeat", "read"]
    assert client.outputs.task_run_outputs(made.id, told[1].task_run_id, TENANT) == {"value": "Dear Ada"}
    entries = client.logs.list_logs_from_execution(made.id, TENANT)
    assert [each.message for each in entries] == ["Hello Ada", "3 times Ada", "Dear Ada"]
    assert [each.message for each in client.logs.follow_logs_from_execution(made.id, TENANT)] == [
        each.message for each in entries
    ]
    found = client.executions.execution(made.id, TENANT)
    assert {(label.key, label.value) for label in found.labels} >= {("why", "test"), ("team", "sales")}
    assert [run.task_id for run in found.task_run_list] == ["say", "repeat", "read"]
    letter = found.inputs["letter"]
    assert client.executions.download_file_from_execution(made.id, letter, TENANT) == b"Dear Ada"
    with pytest.raises(ApiException) as refused:
        client.executions.create_execution(TENANT, NS, "greeting")
    assert refused.value.status == 422
    assert client.executions.search_executions(TENANT, page=1, size=5)["total"] == 1


def test_resume_kill_restart_replay(serve: Serve) -> None:
    client = client_of(serve("waiting", "failing"))
    made = client.executions.create_execution(TENANT, NS, "waiting")
    settled(client, made.id, "PAUSED")
    client.executions.resume_execution(made.id, TENANT, {"reason": "because"})
    settled(client, made.id, "SUCCESS")
    run = client.outputs.task_outputs_information(made.id, TENANT)[-1]
    assert client.outputs.task_run_outputs(made.id, run.task_run_id, TENANT) == {"value": "because"}

    again = client.executions.replay_execution(made.id, TENANT)
    assert again.original_id == made.id
    settled(client, again.id, "PAUSED")
    client.executions.kill_execution(again.id, TENANT)
    settled(client, again.id, "KILLED")
    with pytest.raises(ApiException) as refused:
        client.executions.kill_execution(again.id, TENANT)
    assert refused.value.status == 409

    failed = client.executions.create_execution(TENANT, NS, "failing", wait=True)
    assert failed.state.current.value == "FAILED"
    client.executions.restart_execution(failed.id, TENANT)
    found = settled(client, failed.id, "FAILED")
    assert found.metadata.attempt_number == 2


def test_flows_keys_and_files(serve: Serve) -> None:
    server = serve("greeting")
    client = client_of(server)
    text = (
        "id: made\nnamespace: company.team\ntasks:\n  - {id: a, type: io.kestra.plugin.core.debug.Return, format: x}\n"
    )
    (verdict,) = client.flows.validate_flows(TENANT, text)
    assert verdict.constraints is None
    (verdict,) = client.flows.validate_flows(TENANT, text.replace("debug.Return", "debug.Turn"))
    assert "io.kestra.plugin.core.debug.Turn" in verdict.constraints
    assert client.flows.create_flow(TENANT, text).revision == 1
    assert client.flows.update_flow(NS, "made", TENANT, text.replace("format: x", "format: y")).revision == 2
    assert "format: y" in client.flows.flow(NS, "made", TENANT, source=True).source
    assert (server.folder / "company" / "team" / "made.yaml").exists()
    assert [each.id for each in client.flows.list_flows_by_namespace(NS, TENANT)] == ["greeting", "made"]
    made = client.executions.create_execution(TENANT, NS, "made", wait=True)
    assert made.state.current.value == "SUCCESS"
    client.flows.delete_flow(NS, "made", TENANT)
    with pytest.raises(ApiException):
        client.flows.flow(NS, "made", TENANT)

    client.kv.set_key_value(NS, "colour", TENANT, '"red"')
    found = client.kv.key_value(NS, "colour", TENANT)
    assert (found.type.value, found.value) == ("STRING", "red")
    client.files.create_namespace_file(NS, "/queries/a.sql", TENANT, file_content=b"select 1")
    assert client.files.file_content(NS, "/queries/a.sql", TENANT) == b"select 1"
    assert [each.file_name for each in client.files.list_namespace_directory_files(NS, TENANT, "/")] == ["queries"]
