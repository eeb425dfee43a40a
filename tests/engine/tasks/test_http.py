"""HTTP tasks and the function `http` against a real server: every option does what it says."""

import json
import socket
import threading

import pytest

from tests.engine.tasks.bench import Bench
from tests.engine.tasks.http_service import self_signed, serving
from tiercel_engine.expressions.errors import RenderError
from tiercel_engine.expressions.http_options import BadOption, read_http_options
from tiercel_schemas.versions import KestraVersion

pytestmark = pytest.mark.anyio
REQUEST = "io.kestra.plugin.core.http.Request"
DOWNLOAD = "io.kestra.plugin.core.http.Download"
SSE = "io.kestra.plugin.core.http.SseRequest"


@pytest.fixture(scope="module")
def service():
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    with serving(self_signed(tmp_path_factory.mktemp("tls") / "both.pem")) as running:
        yield running


async def body_of(bench, **task):
    outputs, _ = await bench.run(type=REQUEST, **task)
    return outputs["body"]


@pytest.mark.parametrize(
    ("path", "auth"),
    [
        ("basic", {"type": "BASIC", "username": "me", "password": "p:wä"}),
        ("bearer", {"type": "BEARER", "token": "{{ 'tok' }}"}),
        ("digest", {"type": "DIGEST", "username": "me", "password": "pw"}),
    ],
)
async def test_logins(bench, service, path, auth):
    assert await body_of(bench, uri=f"{service.url}/{path}", options={"auth": auth}) == "in"
    wrong = {**auth, "token": "no", "password": "no"}
    failure = await bench.failure(type=REQUEST, uri=f"{service.url}/{path}", options={"auth": wrong})
    assert "response code '401'" in failure.message


async def test_a_login_stays_with_its_server(bench, service):
    with serving() as other:
        auth = {"type": "BEARER", "token": "tok"}
        said = json.loads(await body_of(bench, uri=f"{service.url}/elsewhere/{other.port}", options={"auth": auth}))
    assert "Authorization" not in said["headers"]


@pytest.mark.parametrize(("code", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_redirects_are_followed(bench, service, code, method):
    said = json.loads(await body_of(bench, uri=f"{service.url}/away/{code}", method="POST", body="{}"))
    assert said["method"] == method


async def test_redirects_need_not_be_followed_and_end_somewhere(bench, service):
    outputs, _ = await bench.run(type=REQUEST, uri=f"{service.url}/away/302", options={"followRedirects": False})
    assert (outputs["code"], outputs["headers"]["location"]) == (302, ["/echo"])
    failure = await bench.failure(type=REQUEST, uri=f"{service.url}/round")
    assert "redirects" in failure.message


@pytest.mark.parametrize(
    ("code", "options", "passes"),
    [
        (404, {}, False),
        (404, {"allowFailed": True}, True),
        (404, {"allowedResponseCodes": [404, 500]}, True),
        (403, {"allowedResponseCodes": [404]}, False),
        (200, {"allowedResponseCodes": [404]}, False),
        (200, {"allowedResponseCodes": [200]}, True),
    ],
)
async def test_what_counts_as_failed(bench, service, code, options, passes):
    task = {"type": REQUEST, "uri": f"{service.url}/status/{code}", "options": options}
    if passes:
        outputs, _ = await bench.run(**task)
        assert outputs["code"] == code
    else:
        failure = await bench.failure(**task)
        assert failure.message == f"Failed http request with response code '{code}' and body:[0x36]so be it"


async def test_a_certificate_that_nobody_vouches_for(bench, secure):
    failure = await bench.failure(type=REQUEST, uri=f"{secure.url}/echo")
    assert "CERTIFICATE_VERIFY_FAILED" in failure.message
    trusting = {"ssl": {"insecureTrustAllCertificates": True}}
    assert await body_of(bench, uri=f"{secure.url}/echo", options=trusting)


async def test_options_of_1_3(tmp_path, secure, service):
    bench = Bench(tmp_path, KestraVersion.V1_3)
    assert await body_of(bench, uri=f"{secure.url}/echo", sslOptions={"insecureTrustAllCertificates": True})
    outputs, _ = await bench.run(type=REQUEST, uri=f"{service.url}/status/404", allowFailed=True)
    assert outputs["code"] == 404
    login = {"basicAuthUser": "me", "basicAuthPassword": "p:wä"}
    assert await body_of(bench, uri=f"{service.url}/basic", options=login) == "in"
    proxy = {"proxyType": "HTTP", "proxyAddress": "127.0.0.1", "proxyPort": service.port}
    assert await body_of(bench, uri=f"{service.url}/status/200", options=proxy) == "so be it"
    failure = await bench.failure(type=REQUEST, uri=f"{service.url}/slow", options={"readTimeout": "PT0.1S"})
    assert failure.message == "Read timed out"
    failure = await bench.failure(type=REQUEST, uri=f"{service.url}/bytes/100", options={"maxContentLength": 99})
    assert "more than 99 bytes" in failure.message


async def test_a_proxy_with_a_login(bench, service):
    proxy = {"type": "HTTP", "address": "127.0.0.1", "port": service.port, "username": "u@", "password": "p/"}
    service.proxied.clear()
    assert await body_of(bench, uri=f"{service.url}/status/200", options={"proxy": proxy}) == "so be it"
    ((path, login),) = service.proxied
    assert path == f"{service.url}/status/200"
    assert login == "Basic dUA6cC8="


async def test_a_proxy_without_type_is_none_as_in_kestra_and_that_is_said(bench, service):
    service.proxied.clear()
    proxy = {"address": "127.0.0.1", "port": service.port}
    _, caught = await bench.run(type=REQUEST, uri=f"{service.url}/echo", options={"proxy": proxy})
    assert not service.proxied
    assert "DIRECT" in caught.shown("WARN")[0]


async def test_a_socks_proxy(bench, service):
    with socks(service.port) as (port, asked):
        proxy = {"type": "SOCKS", "address": "127.0.0.1", "port": port}
        assert await body_of(bench, uri=f"{service.url}/status/200", options={"proxy": proxy}) == "so be it"
    assert asked == [b"localhost"]


class socks:  # noqa: N801
    """As much of SOCKS 5 as one connection takes."""

    def __init__(self, target):
        self.target = target
        self.asked = []

    def __enter__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self.listening.getsockname()[1], self.asked

    def __exit__(self, *_):
        self.listening.close()

    def _serve(self):
        client, _ = self.listening.accept()
        client.recv(64)
        client.sendall(b"\x05\x00")
        request = client.recv(256)
        self.asked.append(request[5 : 5 + request[4]])
        onward = socket.create_connection(("127.0.0.1", self.target))
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")

        def copy(source, sink):
            while data := source.recv(65536):
                sink.sendall(data)

        threading.Thread(target=copy, args=(client, onward), daemon=True).start()
        copy(onward, client)


async def test_timeouts(bench, service):
    slow = {"timeout": {"readIdleTimeout": "PT0.1S", "connectTimeout": "PT5S"}}
    failure = await bench.failure(type=REQUEST, uri=f"{service.url}/slow", options=slow)
    assert failure.message == "Read timed out"


async def test_bodies_and_headers(bench, service):
    said = json.loads(
        await body_of(
            bench,
            uri=f"{service.url}/echo",
            method="PUT",
            body="{{ flow.id }} ä",
            contentType="text/plain",
            headers={"X-One": 1, "User-Agent": "mine", "X-None": None},
            params={"q": "a b&c", "list": [1, 2]},
            options={"defaultCharset": "ISO-8859-1"},
        )
    )
    assert (said["method"], said["path"]) == ("PUT", "/echo?q=a%20b%26c&list=1&list=2")
    assert said["body"] == "f ä"
    assert said["headers"]["Content-Type"] == "text/plain; charset=ISO-8859-1"
    assert (said["headers"]["X-One"], said["headers"]["User-Agent"]) == ("1", "mine")
    assert "X-None" not in said["headers"]


async def test_parts_of_a_form_with_files(bench, service):
    uri = bench.services.storage.put("my/ns/f/executions/exec/data.bin", b"\x00\xff")
    await bench.run(
        type=REQUEST,
        uri=f"{service.url}/echo",
        method="POST",
        contentType="multipart/form-data",
        formData={"plain": "text", "file": uri, "named": {"name": "b.bin", "content": uri}},
    )
    _, _, headers, body = service.seen[-1]
    assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="plain"\r\n\r\ntext' in body
    assert b'name="file"; filename="data.bin"' in body
    assert b'name="named"; filename="b.bin"' in body
    assert body.count(b"\x00\xff") == 2


async def test_answers_are_unpacked_and_read_in_their_charset(bench, service):
    assert await body_of(bench, uri=f"{service.url}/packed") == "unpacked" * 10
    assert await body_of(bench, uri=f"{service.url}/latin", options={"defaultCharset": "ISO-8859-1"}) == "ä"


async def test_what_is_asked_for_is_logged(bench, service):
    logs = ["REQUEST_HEADERS", "REQUEST_BODY", "RESPONSE_HEADERS", "RESPONSE_BODY"]
    _, caught = await bench.run(
        type=REQUEST,
        uri=f"{service.url}/status/200",
        method="POST",
        body="sent",
        headers={"X-One": "1"},
        options={"logs": logs},
    )
    said = "\n".join(caught.shown("DEBUG"))
    for part in ("X-One: 1", "Request body:\nsent", "Content-Length: 8", "Response body:\nso be it"):
        assert part in said
    assert [name for _, name, _, _ in caught.metrics] == ["request.count", "response.count", "response.length"]


async def test_head_has_no_body(bench, service):
    assert await body_of(bench, uri=f"{service.url}/bytes/9", method="HEAD") == ""


async def test_a_body_to_encrypt_is_a_secret_from_then_on(bench, service):
    outputs, _ = await bench.run(type=REQUEST, uri=f"{service.url}/status/200", encryptBody=True)
    assert outputs["encryptedBody"] == "so be it"
    assert "body" not in outputs
    assert bench.services.masker.text("it said: so be it") == "it said: ******"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("named/plain", "a.csv"),
        ("named/quoted", "b c.csv"),
        ("named/climbing", "d.csv"),
        ("named/encoded", "naïve.csv"),
        ("bytes/5", "5"),
    ],
)
async def test_downloads_are_named(bench, service, path, name):
    from urllib.parse import unquote

    outputs, _ = await bench.run(type=DOWNLOAD, uri=f"{service.url}/{path}")
    assert unquote(outputs["uri"]).rpartition("/")[2] == name
    outputs, _ = await bench.run(type=DOWNLOAD, uri=f"{service.url}/{path}", saveAs="own.txt")
    assert outputs["uri"].endswith("/own.txt")


async def test_empty_downloads(bench, service):
    failure = await bench.failure(type=DOWNLOAD, uri=f"{service.url}/empty")
    assert failure.message == "No response from server"
    outputs, caught = await bench.run(type=DOWNLOAD, uri=f"{service.url}/empty", failOnEmptyResponse=False)
    assert (outputs["length"], caught.shown("WARN")) == (0, ["No response from server"])


async def test_events(bench, service):
    from datetime import timedelta

    outputs, caught = await bench.run(
        type=SSE, uri=f"{service.url}/events", concatJqExpression=".choices[].delta.content", failedOnMissingJq=False
    )
    assert (outputs["size"], outputs["result"]) == (5, "Hello")
    assert outputs["events"][0] == {"comment": "hello"}
    assert outputs["events"][1] == {
        "name": "token",
        "id": "1",
        "data": {"choices": [{"delta": {"content": "Hel"}}]},
    }
    assert outputs["events"][2]["retry"] == timedelta(milliseconds=1500)
    assert [event["data"] for event in outputs["events"][3:]] == ["two\nlines", "[DONE]"]
    assert ("counter", "size", 5.0, None) in caught.metrics
    assert service.seen[-1][2]["Accept"] == "text/event-stream"


async def test_events_without_what_is_looked_for(bench, service):
    failure = await bench.failure(type=SSE, uri=f"{service.url}/events", concatJqExpression=".choices[].delta.content")
    assert ".choices[].delta.content" in failure.message
    outputs, _ = await bench.run(type=SSE, uri=f"{service.url}/events")
    assert "result" not in outputs


def rendered(bench, template):
    return bench.rendering.renderer.render(template, bench.rendering.variables)


async def test_the_function_knows_the_same_options(bench, service, secure):
    def http(path, options, where=service):
        return rendered(bench, f"{{{{ http(uri='{where.url}/{path}', accept='text/plain', options={options}) }}}}")

    login = "{'auth': {'type': 'BASIC', 'username': 'me', 'password': 'p:wä'}}"
    assert http("basic", login) == "in"
    assert http("status/404", "{'allowFailed': true}") == "so be it"
    assert http("status/404", "{'allowedResponseCodes': [404]}") == "so be it"
    assert http("status/200", "{'ssl': {'insecureTrustAllCertificates': true}}", secure) == "so be it"
    with pytest.raises(RenderError, match="CERTIFICATE_VERIFY_FAILED"):
        http("status/200", "{}", secure)
    with pytest.raises(RenderError):
        http("slow", "{'timeout': {'readIdleTimeout': 'PT0.1S'}}")
    with pytest.raises(RenderError, match="200"):
        http("status/200", "{'allowedResponseCodes': [404]}")
    assert http("away/302", "{'followRedirects': false}") == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"auth": {"type": "KERBEROS"}}, "auth.type"),
        ({"auth": "x"}, "auth"),
        ({"proxy": {"type": "FTP", "address": "x"}}, "proxy.type"),
        ({"proxy": {"type": "HTTP", "address": "x", "port": "many"}}, "proxy.port"),
        ({"timeout": {"connectTimeout": "5s"}}, "connectTimeout"),
        ({"allowedResponseCodes": ["x"]}, "allowedResponseCodes"),
        ({"defaultCharset": "no-such"}, "defaultCharset"),
        ({"logs": ["ALL"]}, "logs"),
    ],
)
def test_options_that_can_not_be_used_are_named(written, said):
    with pytest.raises(BadOption, match=said):
        read_http_options(written)
