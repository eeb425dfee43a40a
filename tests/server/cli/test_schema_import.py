"""`tiercel schema import` and `tiercel schema pull`, with a real server on this machine."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.schemas.catalog.server_shape import Schema, add_plugin, inherited, server_schema
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.commands.check import command as check
from tiercel_server.cli.commands.schema import command
from tiercel_server.cli.schemas import keeping
from tiercel_server.features.completion import complete, documentation
from tiercel_server.features.hover import hover
from tiercel_server.rules import diagnose
from tiercel_server.workspace import Session
from tiercel_server.workspace.catalogs import Catalogs, find_overlay

V2 = KestraVersion.V2_0
LOG = "io.kestra.plugin.core.log.Log"
ENQUEUE = "com.acme.Enqueue"
OVERLAY = Path(".tiercel/schemas/2.0.jsonl")


def run(*arguments: str, data: bytes | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), input=data)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in (
        "KESTRA_TOKEN",
        "KESTRA_USER",
        "KESTRA_PASSWORD",
        "http_proxy",
        "HTTP_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def document() -> Schema:
    made = server_schema(load_catalog(V2), ("io.kestra.plugin.core.", "io.kestra.plugin.slack."))
    definition = {
        "properties": {**inherited(made, LOG, "id", "timeout", "disabled"), "queue": {"type": "string"}},
        "required": ["id", "queue"],
    }
    add_plugin(made, ENQUEUE, "tasks", definition)
    return made


DOCUMENTATION: dict[str, Any] = {
    "schema": {
        "properties": {"properties": {"queue": {"type": "string", "$required": True}}},
        "outputs": {"properties": {"ticket": {"type": "string"}}},
    }
}


# --- a file --------------------------------------------------------------------------------------------------


def test_a_file_is_imported_and_what_came_of_it_is_told(document: Schema, tmp_path: Path) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    result = run("import", "schema.json")
    assert result.exit_code == 0, result.output
    assert "1 new, " in result.stdout
    assert f"new: {ENQUEUE}" in result.stdout
    assert str(OVERLAY) in result.stdout
    assert ENQUEUE in Catalogs().catalog_for(tmp_path, V2)
    assert Path(".tiercel/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_schema_that_is_printed_then_has_the_type(document: Schema) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    assert run(ENQUEUE).exit_code == 2
    run("import", "schema.json")
    printed = json.loads(run("Enqueue").stdout)
    assert (printed["title"], "queue" in printed["required"]) == (ENQUEUE, True)
    assert ENQUEUE in json.loads(run().stdout)["$defs"]
    assert "com.acme" not in run("--kestra-version", "1.3").stdout


def test_it_is_kept_beside_the_project_file_and_found_below_it(
    document: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path("flows/team").resolve()
    folder.mkdir(parents=True)
    Path("tiercel.yaml").write_text("kestra-version: '2.0'\n", encoding="utf-8")
    root = Path.cwd()
    monkeypatch.chdir(folder)
    result = run("import", "-", data=json.dumps(document).encode())
    assert result.exit_code == 0, result.output
    assert find_overlay(folder, V2) == root / OVERLAY
    assert find_overlay(folder, KestraVersion.V1_3) is None
    assert ENQUEUE in Catalogs().catalog_for(folder, V2)
    (folder / "tiercel.yaml").touch()
    assert ENQUEUE not in Catalogs().catalog_for(folder, V2)


def test_one_plugin_by_its_documentation(tmp_path: Path) -> None:
    Path("plugin.json").write_text(json.dumps(DOCUMENTATION), encoding="utf-8")
    assert run("import", "plugin.json").exit_code == 2
    assert run("import", "plugin.json", "--type", ENQUEUE, "--kind", "trigger").exit_code == 0
    found = Catalogs().catalog_for(tmp_path, V2).plugin(ENQUEUE)
    assert found is not None
    assert (found.kind, set(found.outputs)) == ("trigger", {"ticket"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[" * 200_000, "is no JSON"),
        (b"<html>", "is no JSON"),
        (b"{}", "no JSON Schema"),
        (b'{"$schema": "x"}', "no plugin types"),
        (None, "can't be read"),
    ],
    ids=["binary", "deep", "html", "empty", "other", "missing"],
)
def test_a_file_that_is_no_schema_is_refused_with_2(content: bytes | None, words: str) -> None:
    if content is not None:
        Path("schema.json").write_bytes(content)
    result = run("import", "schema.json")
    assert result.exit_code == 2
    assert words in result.stderr
    assert not Path(".tiercel").exists()


def test_a_file_that_is_too_large_is_refused(document: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(keeping, "LARGEST", 1000)
    assert "too much" in run("import", "schema.json").stderr


def test_an_overlay_that_was_cut_off_is_left_out_and_told(document: Schema, tmp_path: Path) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    run("import", "schema.json")
    OVERLAY.write_bytes(OVERLAY.read_bytes()[:-100])
    catalogs = Catalogs()
    assert catalogs.catalog_for(tmp_path, V2) is load_catalog(V2)
    assert "cut off" in catalogs.problems[tmp_path / OVERLAY]
    result = run("log.Log")
    assert (result.exit_code, "cut off" in result.stderr) == (0, True)


def test_a_newer_import_takes_the_place_of_an_older_one(document: Schema, tmp_path: Path) -> None:
    catalogs = Catalogs()
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    run("import", "schema.json")
    assert ENQUEUE in catalogs.catalog_for(tmp_path, V2)
    Path("plugin.json").write_text(json.dumps(DOCUMENTATION), encoding="utf-8")
    run("import", "plugin.json", "--type", "com.acme.Other")
    assert ENQUEUE not in catalogs.catalog_for(tmp_path, V2)
    assert "com.acme.Other" in catalogs.catalog_for(tmp_path, V2)


# --- the rest of Tiercel -------------------------------------------------------------------------------------

FLOW = f"""\
id: a
namespace: b
tasks:
  - id: t
    type: {ENQUEUE}
    quue: x
"""


def test_check_knows_it(document: Schema) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    Path("flow.yaml").write_text(FLOW, encoding="utf-8")
    before = CliRunner().invoke(check, ["flow.yaml", "--format", "json"])
    run("import", "schema.json")
    after = CliRunner().invoke(check, ["flow.yaml", "--format", "json"])
    told = [(each["code"], each["line"]) for each in json.loads(after.stdout)]
    assert [each["code"] for each in json.loads(before.stdout) if each["code"] == "unknown-property"] == []
    assert ("unknown-property", 6) in told
    assert after.exit_code == 1


def test_check_tells_of_a_schema_that_it_can_not_use(document: Schema) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    run("import", "schema.json")
    OVERLAY.write_bytes(OVERLAY.read_bytes()[:-100])
    Path("flow.yaml").write_text(FLOW, encoding="utf-8")
    result = CliRunner().invoke(check, ["flow.yaml", "--format", "json"])
    found = [each for each in json.loads(result.stdout) if each["code"] == "imported-schema"]
    assert [(each["severity"], "cut off" in each["message"]) for each in found] == [("warning", True)]


def test_the_editor_knows_it(document: Schema) -> None:
    Path("schema.json").write_text(json.dumps(document), encoding="utf-8")
    session = Session([Path.cwd()])
    uri = (Path.cwd() / "flow.yaml").as_uri()
    assert "unknown-property" not in {each.code for each in diagnose(session.open(uri, FLOW))}
    run("import", "schema.json")
    snapshot = session.replace(uri, FLOW, 1)
    assert "unknown-property" in {each.code for each in diagnose(snapshot)}
    shown = hover(snapshot, FLOW.index(ENQUEUE) + 3)
    assert shown is not None
    assert "Needs `queue`" in shown.markdown
    text = FLOW.replace("    quue: x\n", "    qu")
    typing = session.replace(uri, text, 2)
    assert "queue" in {item.label for item in complete(typing, len(text)).items}
    naming = FLOW.partition("com.acme")[0] + "Enq"
    offered = complete(session.replace(uri, naming, 3), len(naming)).items
    assert ENQUEUE in {item.label for item in offered} | {item.insert for item in offered}
    about = next(item.about for item in offered if ENQUEUE in (item.label, item.insert))
    assert documentation(about, V2, snapshot.catalog) is not None


# --- a server ------------------------------------------------------------------------------------------------

Answer = tuple[int, dict[str, str], bytes]


class KestraLike:
    """A server that answers by path and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[dict[str, str]], Answer]] = {}
        self.asked: list[tuple[str, str | None]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers.get("Authorization")))
                make = outer.answers.get(self.path)
                status, headers, body = (
                    make(dict(self.headers)) if make is not None else (404, {}, b'{"message": "no"}')
                )
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def gives(self, path: str, content: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers[path] = lambda _: (status, headers or {}, body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server(document: Schema) -> Iterator[KestraLike]:
    made = KestraLike()
    made.gives("/api/v1/plugins/schemas/flow", document)
    made.gives("/api/v1/configs", {"version": "2.0.3"})
    made.gives(f"/api/v1/plugins/{ENQUEUE}", DOCUMENTATION)
    yield made
    made.close()


def test_a_servers_plugins_are_known_with_their_outputs(server: KestraLike, tmp_path: Path) -> None:
    result = run("pull", "--url", server.url)
    assert result.exit_code == 0, result.output
    assert f"new: {ENQUEUE}" in result.stdout
    found = Catalogs().catalog_for(tmp_path, V2).plugin(ENQUEUE)
    assert found is not None
    assert set(found.outputs) == {"ticket"}
    assert {path for path, _ in server.asked} == {
        "/api/v1/configs",
        "/api/v1/plugins/schemas/flow",
        f"/api/v1/plugins/{ENQUEUE}",
    }
    assert {who for _, who in server.asked} == {None}


def test_the_servers_own_version_decides(server: KestraLike, tmp_path: Path) -> None:
    server.gives("/api/v1/configs", {"version": "1.3.34"})
    assert run("pull", "--url", f"{server.url}/api/v1/").exit_code == 0
    assert ENQUEUE in Catalogs().catalog_for(tmp_path, KestraVersion.V1_3)
    assert not OVERLAY.exists()
    assert run("pull", "--url", server.url, "--kestra-version", "2.0").exit_code == 0
    assert OVERLAY.exists()


def test_the_address_may_stand_in_the_project_file(server: KestraLike) -> None:
    Path("tiercel.yaml").write_text(f"server:\n  url: {server.url}\n", encoding="utf-8")
    assert run("pull").exit_code == 0


def test_a_tenant_and_a_server_that_serves_by_tenant(server: KestraLike, document: Schema) -> None:
    assert run("pull", "--url", server.url, "--tenant", "acme/x").exit_code == 0
    paths = [path for path, _ in server.asked]
    assert paths[1:3] == ["/api/v1/acme%2Fx/plugins/schemas/flow", "/api/v1/plugins/schemas/flow"]
    del server.answers["/api/v1/plugins/schemas/flow"]
    server.gives("/api/v1/main/plugins/schemas/flow", document)
    assert run("pull", "--url", server.url).exit_code == 0


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"KESTRA_TOKEN": "t0ken"}, "Bearer t0ken"),
        (
            {"KESTRA_USER": "a@b.c", "KESTRA_PASSWORD": "p:ä"},
            "Basic " + base64.b64encode("a@b.c:p:ä".encode()).decode(),
        ),
    ],
    ids=["token", "user"],
)
def test_credentials_come_from_the_environment(
    environment: dict[str, str], expected: str, server: KestraLike, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = run("pull", "--url", server.url)
    assert result.exit_code == 0
    assert {who for _, who in server.asked} == {expected}
    written = OVERLAY.read_text(encoding="utf-8") + result.output
    assert not any(value in written for value in environment.values())


@pytest.mark.parametrize(
    ("status", "content", "headers", "words"),
    [
        (401, b"", {}, "set KESTRA_TOKEN, or KESTRA_USER and KESTRA_PASSWORD"),
        (403, b"", {}, "does not allow it (403)"),
        (404, b"", {}, "is it a Kestra server, and is the tenant right?"),
        (500, b"", {}, "status 500"),
        (302, b"", {"Location": "https://elsewhere.example/login?x"}, "redirects to https://elsewhere.example (302)"),
        (200, b"<html>", {}, "something other than JSON"),
        (200, b"{}", {}, "does not answer with a schema of flows"),
        (200, b"{", {"Content-Length": "900"}, "broke off"),
    ],
    ids=["401", "403", "404", "500", "redirect", "html", "other", "cut"],
)
def test_an_answer_that_is_no_schema_ends_with_1(
    status: int, content: bytes, headers: dict[str, str], words: str, server: KestraLike
) -> None:
    server.gives("/api/v1/plugins/schemas/flow", content, status, headers)
    result = run("pull", "--url", server.url)
    assert (result.exit_code, words in result.stderr) == (1, True), result.stderr
    assert not OVERLAY.exists()


def test_credentials_that_are_not_accepted(server: KestraLike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTRA_TOKEN", "t0ken")
    server.gives("/api/v1/configs", b"", 401)
    result = run("pull", "--url", server.url)
    assert result.exit_code == 1
    assert "does not accept these credentials" in result.stderr
    assert "t0ken" not in result.output


def test_a_redirect_gets_no_credentials(server: KestraLike, monkeypatch: pytest.MonkeyPatch) -> None:
    other = KestraLike()
    try:
        monkeypatch.setenv("KESTRA_TOKEN", "t0ken")
        server.gives("/api/v1/configs", b"", 307, {"Location": f"{other.url}/api/v1/configs"})
        assert run("pull", "--url", server.url).exit_code == 1
        assert other.asked == []
    finally:
        other.close()


def test_a_user_without_a_password(server: KestraLike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTRA_USER", "a@b.c")
    result = run("pull", "--url", server.url)
    assert (result.exit_code, server.asked) == (1, [])
    assert "KESTRA_PASSWORD is not" in result.stderr


def test_no_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run("pull", "--url", f"http://127.0.0.1:{port}")
    assert result.exit_code == 1
    assert "nothing listens there" in result.stderr


def test_a_server_that_says_nothing() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        result = run("pull", "--url", f"http://127.0.0.1:{silent.getsockname()[1]}", "--timeout", "0.2")
    assert result.exit_code == 1
    assert "nothing came for 0.2 seconds" in result.stderr


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://user:s3cret@host", "http://[::1", "http://x:99999999"])
def test_an_address_that_is_none(url: str) -> None:
    result = run("pull", "--url", url)
    assert result.exit_code == 1
    assert "is no address of a server" in result.stderr
    assert "s3cret" not in result.output


def test_without_an_address_it_says_where_to_put_one() -> None:
    result = run("pull")
    assert (result.exit_code, "Give --url" in result.stderr) == (2, True)


def test_outputs_that_can_not_be_had_are_told_and_cost_nothing_else(server: KestraLike) -> None:
    server.gives(f"/api/v1/plugins/{ENQUEUE}", b"", 500)
    result = run("pull", "--url", server.url)
    assert result.exit_code == 0
    assert "the outputs of 1 new type are not known" in result.stderr
    assert OVERLAY.exists()


# --- the group -----------------------------------------------------------------------------------------------


def test_help_lists_the_subcommands() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in ("print", "import", "pull", "--output kestra-flow.json"))
    assert "--url" in run("pull", "--help").stdout
    assert "--output" in run("print", "--help").stdout
