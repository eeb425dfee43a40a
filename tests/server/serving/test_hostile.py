"""Those who call wrongly, or mean harm: the right status, no traceback, no effect."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

import pytest

from tests.server.serving.served import TENANT, Served

HOOK = f"{TENANT}/executions/webhook/company.team/hook"
NEW = f"{TENANT}/executions/company.team/greeting"
FILES = f"{TENANT}/namespaces/company.team/files"
Serve = Callable[..., Served]


def _raw(server: Served, data: bytes, patience: float = 20.0) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as connection:
        connection.sendall(data)
        found = b""
        while chunk := connection.recv(65_536):
            found += chunk
            if b"\r\n\r\n" in found:
                break
        return found


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_wrong_requests(serve: Serve) -> None:
    server = serve("greeting", "hook", options=("--max-body", "1"))
    http = server.http
    json_type = {"content-type": "application/json"}
    text_type = {"content-type": "text/plain"}
    yaml_type = {"content-type": "application/x-yaml"}
    cases = [
        # Webhooks: nothing tells a wrong key from a wrong flow.
        (http.post(f"{HOOK}/open-sesam"), 404),
        (http.post(f"{HOOK}/disabled-key"), 404),
        (http.post(f"{TENANT}/executions/webhook/company.team/nothing/open-sesame"), 404),
        (http.post(f"{HOOK}/open-sesame/more"), 404),
        (http.post(f"{HOOK}/{'x' * 5000}"), 404),
        (http.delete(f"{HOOK}/open-sesame"), 405),
        (http.post(f"{HOOK}/open-sesame", json={"skip": 1}), 204),
        (http.post(f"{HOOK}/open-sesame", json={"number": "many"}), 422),
        # Bodies.
        (http.post(f"{HOOK}/open-sesame", content=b"x" * 1_000_001), 413),
        (http.post(f"{HOOK}/open-sesame", content=iter([b"x" * 600_000, b"y" * 600_000])), 413),
        (http.post(NEW, content=b"name=Ada", headers=json_type), 415),
        (http.post(NEW, content=b"nonsense", headers={"content-type": "multipart/form-data; boundary=x"}), 400),
        (http.post(NEW, content=b"nonsense", headers={"content-type": "multipart/form-data"}), 400),
        (http.post(NEW, files={"name": (None, "Ada"), "times": (None, "many")}), 422),
        (http.post(f"{NEW}?labels=nonsense", files={"name": (None, "Ada")}), 400),
        (http.post(f"{NEW}?labels=system.x:1", files={"name": (None, "Ada")}), 422),
        (http.post(f"{TENANT}/flows", content=b"id: x", headers=json_type), 400),
        (http.post(f"{TENANT}/flows", content=b"id: x\nnamespace: y", headers=yaml_type), 422),
        (http.post(f"{TENANT}/flows", content=b"id: ../x\nnamespace: y\ntasks: []", headers=yaml_type), 422),
        (http.post(f"{TENANT}/flows", content=b"\xff\xfe", headers=yaml_type), 400),
        (http.post(f"{TENANT}/flows", content=b"x", headers={"content-type": "text/html"}), 415),
        (http.post(f"{TENANT}/flows/bulk", content=b"", headers=yaml_type), 422),
        (http.request("DELETE", f"{TENANT}/executions/kill/by-ids", content=b"{", headers=json_type), 400),
        (http.put(f"{TENANT}/namespaces/company.team/kv/x", content=b"red", headers=text_type), 422),
        # Paths.
        (http.get(f"{FILES}?path=../../../../etc/passwd"), 422),
        (http.get(f"{FILES}?path=/etc/passwd"), 404),
        (http.get(f"{TENANT}/namespaces/../files?path=x"), 404),
        (http.get(f"{TENANT}/namespaces/%2e%2e/files?path=x"), 422),
        (http.get(f"{TENANT}/namespaces/a%2Fb/files?path=x"), 404),
        (http.get(f"{TENANT}/namespaces/company.team/kv/..%2f..%2fsecret"), 404),
        (http.put(f"{TENANT}/namespaces/company.team/kv/%2e%2e", content=b"1", headers=text_type), 422),
        (http.get("/ui/..%2f..%2fserver.py"), 404),
        (http.get("/ui/server.py"), 404),
        (http.get("/api/v1/other/executions/search"), 404),
        (http.get(f"{TENANT}/executions/nothing"), 404),
        (http.get(f"{TENANT}/executions/nothing/follow"), 404),
        (http.get(f"{TENANT}/logs/nothing/follow"), 404),
        # Parameters.
        (http.get(f"{TENANT}/executions/search?size=0"), 400),
        (http.get(f"{TENANT}/executions/search?size=100000"), 400),
        (http.get(f"{TENANT}/executions/search?filters[state][REGEX]=x"), 422),
        (http.get(f"{TENANT}/executions/search?filters[timeRange][EQUALS]=long"), 422),
    ]  # fmt: skip
    got = [
        (answer.request.method, str(answer.request.url)[:120], answer.status_code, answer.text[:80])
        for answer, _ in cases
    ]
    wrong = [(each, wanted) for each, (_, wanted) in zip(got, cases, strict=True) if each[2] != wanted]
    assert not wrong
    assert not [each for each in got if "Traceback" in each[3]]
    assert http.get(f"{TENANT}/executions/search").json() == {"results": [], "total": 0}
    assert sorted(path.name for path in server.folder.iterdir()) == [".tiercel", "greeting.yaml", "hook.yaml"]
    assert not [line for line in server.log if "open-sesam" in line]


def test_files_of_other_executions(serve: Serve) -> None:
    server = serve("greeting")
    both = [
        server.http.post(NEW + "?wait=true", files={"name": (None, "A"), "letter": ("l", b"mine")}).json()
        for _ in range(2)
    ]
    uri = both[0]["inputs"]["letter"]
    asked = [server.http.get(f"{TENANT}/executions/{each['id']}/file", params={"path": uri}) for each in both]
    assert [each.status_code for each in asked] == [200, 404]
    assert asked[0].content == b"mine"
    for strange in ("kestra:///../../etc/passwd", "file:///etc/passwd", "kestra:///%2e%2e/x", "", "/etc/passwd"):
        answer = server.http.get(f"{TENANT}/executions/{both[0]['id']}/file", params={"path": strange})
        assert answer.status_code in {404, 422}, strange


def test_pages_from_elsewhere_change_nothing(serve: Serve) -> None:
    server = serve("greeting")
    form = {"name": (None, "Ada")}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert server.http.post(NEW, files=form, headers=headers).status_code == 403
    assert server.http.get("/health", headers={"host": "evil.example"}).status_code == 421
    assert server.http.post(NEW, files=form, headers={"host": "evil.example"}).status_code == 421
    assert server.http.post(NEW, files=form, headers={"origin": server.url}).status_code == 200
    page = server.http.get("/ui/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


def test_who_comes_from_outside_is_asked(serve: Serve) -> None:
    with pytest.raises(AssertionError, match="TIERCEL_SERVE_TOKEN"):
        serve(options=("--host", "0.0.0.0"))
    known = {"TIERCEL_SERVE_TOKEN": "let-me-in", "TIERCEL_SERVE_USER": "a@b.c", "TIERCEL_SERVE_PASSWORD": "pass"}
    server = serve("greeting", "hook", options=("--host", "0.0.0.0"), **known)
    search = f"{TENANT}/executions/search"
    assert server.http.get(search).status_code == 401
    assert server.http.get("/ui/").status_code == 401
    assert server.http.get(search, headers={"authorization": "Bearer let-me-on"}).status_code == 401
    assert server.http.get(search, headers={"authorization": "Basic !!!"}).status_code == 401
    assert server.http.get(search, auth=("a@b.c", "word")).status_code == 401
    assert server.http.get(search, auth=("a@b.c", "pass")).status_code == 200
    assert server.http.get(search, headers={"authorization": "Bearer let-me-in"}).status_code == 200
    assert server.http.get("/health").status_code == 200
    assert server.http.post(f"{HOOK}/open-sesame", json={}).status_code == 200


def test_broken_and_slow_clients(serve: Serve) -> None:
    server = serve("hook", options=("--log-format", "json"), TIERCEL_SERVE_PATIENCE="1")
    assert _status(_raw(server, b"NONSENSE\r\n\r\n")) == 400
    assert _status(_raw(server, b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"y" * 70_000)) in {400, 431}
    assert _status(_raw(server, b"GET /health HTTP/1.1\r\nhost: local")) == 408
    head = f"POST {HOOK}/open-sesame HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{{".encode()
    assert _status(_raw(server, head)) == 408
    # Who opens many connections and says nothing keeps nobody else out.
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    assert server.http.get("/health").status_code == 200
    time.sleep(1.5)
    assert server.http.post(f"{HOOK}/open-sesame", json={}).status_code == 200
    for each in idle:
        each.close()
    # Who asks and never reads does neither.
    readers = []
    for _ in range(20):
        readers.append(socket.create_connection(("127.0.0.1", server.port)))
        readers[-1].sendall(f"GET {TENANT}/executions/search HTTP/1.1\r\nhost: localhost\r\n\r\n".encode() * 50)
    assert server.http.get("/health").status_code == 200
    for each in readers:
        each.close()
    assert server.http.get(f"{TENANT}/executions/search").json()["total"] == 1
    # Everything that was said is a line of JSON, what libraries say included.
    assert server.stop() == 0
    said = [json.loads(line) for line in server.log]
    assert any(each["message"] == "Invalid HTTP request received." for each in said)
    assert all({"time", "level", "message"} <= set(each) for each in said)
