"""What calls of webhooks bring, and what they are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.server.serving.served import TENANT, Served

Serve = Callable[..., Served]
FLOW = """\
id: bodies
namespace: company.team
tasks:
  - {id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.uri is defined ? read(trigger.uri) : '' }}"}
triggers:
  - {id: fetch, type: io.kestra.plugin.core.trigger.Webhook, key: fetch}
  - {id: store, type: io.kestra.plugin.core.trigger.Webhook, key: store, fetchType: STORE}
  - {id: none, type: io.kestra.plugin.core.trigger.Webhook, key: none, fetchType: NONE}
  - {id: once, type: io.kestra.plugin.core.trigger.Webhook, key: once, stopAfter: [SUCCESS]}
"""


@pytest.fixture
def server(serve: Serve, tmp_path: Any) -> Served:
    (tmp_path / "bodies.yaml").write_text(FLOW, encoding="utf-8")
    return serve("hook")


def _call(server: Served, key: str, flow: str = "bodies", **sent: Any) -> Any:
    method = sent.pop("method", "POST")
    return server.http.request(method, f"{TENANT}/executions/webhook/company.team/{flow}/{key}", **sent)


def _variables(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["trigger"]["variables"]
    return found


def test_bodies(server: Served) -> None:
    assert _variables(_call(server, "fetch", json={"a": [1]}))["body"] == {"a": [1]}
    assert _variables(_call(server, "fetch", content=b"plain"))["body"] == "plain"
    assert _variables(_call(server, "fetch", content=b"\xff\x00"))["body"] == "/wA="
    assert "body" not in _variables(_call(server, "fetch", method="GET"))
    assert _variables(_call(server, "fetch?a=1&a=2", method="PUT"))["parameters"] == {"a": ["1", "2"]}
    heard = _variables(_call(server, "fetch", headers={"x-mine": "yes", "authorization": "Bearer hush"}))["headers"]
    assert heard["x-mine"] == ["yes"]
    assert "authorization" not in heard
    assert set(_variables(_call(server, "none", json=1))) == {"headers", "parameters"}
    assert _variables(_call(server, "fetch", data={"a": "1"}))["formFields"] == {"a": ["1"]}
    form = _variables(_call(server, "fetch", data={"a": "1"}, files={"f": ("x.csv", b"1,2", "text/csv")}))
    (part,) = form["parts"]
    assert (part["name"], part["filename"], part["contentType"], part["size"]) == ("f", "x.csv", "text/csv", 3)
    assert form["formFields"] == {"a": ["1"]}


def test_a_stored_body_is_read_by_the_flow(server: Served) -> None:
    answer = _call(server, "store", content=b"much")
    assert "body" not in _variables(answer)
    ended = server.ended(answer.json()["id"])
    (run,) = ended["taskRunList"]  # type: ignore[misc]
    assert server.http.get(f"{TENANT}/outputs/tasks/{ended['id']}/{run['id']}").json() == {"value": "much"}


def test_answers_that_wait(server: Served) -> None:
    answer = _call(server, "wait-here?number=7", "hook")
    assert (answer.status_code, answer.json()) == (201, {"number": 7})


def test_a_trigger_that_stops_itself(server: Served) -> None:
    server.ended(_call(server, "once").json()["id"])
    for _ in range(50):
        if _call(server, "once").status_code == 404:
            break
    assert _call(server, "once").status_code == 404
    server.stop()
    server.start()
    assert _call(server, "once").status_code == 404
    body = {"namespace": "company.team", "flowId": "bodies", "triggerId": "once", "disabled": False}
    assert server.http.put(f"{TENANT}/triggers/set-disabled", json=body).json()["disabled"] is False
    assert _call(server, "once").status_code == 200


def test_flows_are_read_again_when_files_change(server: Served) -> None:
    path = server.folder / "bodies.yaml"
    path.write_text(FLOW.replace("key: fetch", "key: other"), encoding="utf-8")
    for _ in range(200):
        if _call(server, "other").status_code == 200:
            break
    assert _call(server, "other").status_code == 200
    assert _call(server, "fetch").status_code == 404
    assert server.http.get(f"{TENANT}/flows/company.team/bodies").json()["revision"] == 2
