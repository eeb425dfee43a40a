"""Webhooks to a real HTTP server, mail to a real SMTP server."""

import email
import json
import threading
from contextlib import contextmanager
from email import policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.engine.tasks.bench import Bench
from tests.engine.tasks.plugins.counterparts import free_port

pytestmark = pytest.mark.anyio
P = "io.kestra.plugin."


@contextmanager
def hooks(status=200, answer=b"ok"):
    """The address of a server, and the requests that it has got."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.path, body, self.headers))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


SLACK = P + "slack.notifications.SlackIncomingWebhook"


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({"messageText": "**b** __i__ [l](http://x) {{ flow.id }}"}, {"text": "*b* _i_ <http://x|l> f"}),
        ({"messageText": '{"text": "{{ flow.id }}"}'}, {"text": "f"}),
        ({"payload": '{"blocks": [], "n": 1.5}', "messageText": "x"}, {"blocks": [], "n": 1.5}),
        ({"messageText": "{{ '{{ secret }}' }}"}, {"text": "{{ secret }}"}),
    ],
)
async def test_slack(bench, said, sent):
    with hooks() as (url, got):
        outputs, caught = await bench.run(type=SLACK, url=f"{url}/hook", **said)
    assert outputs == {}
    ((path, body, headers),) = got
    assert (path, json.loads(body), headers["Content-Type"]) == ("/hook", sent, "application/json")
    assert caught.shown("INFO") == ["Request succeeded"]


async def test_slack_refuses(bench):
    assert (await bench.failure(type=SLACK, url="http://127.0.0.1:1")).message.startswith("Either 'messageText'")
    assert (await bench.failure(type=SLACK, url="http://127.0.0.1:1", payload="{")).message
    refused = await bench.failure(type=SLACK, url="http://127.0.0.1:1", payload="{}")
    assert refused.message.startswith("Connect to http://127.0.0.1:1 failed")
    with hooks(403, b"invalid_token") as (url, _):
        failure = await bench.failure(type=SLACK, url=url, messageText="x")
    assert failure.message == "Failed http request with response code '403' and body:\ninvalid_token"


PLAIN = [
    "discord.DiscordIncomingWebhook", "microsoft365.teams.TeamsIncomingWebhook", "tencent.qq.QQIncomingWebhook",
    "googleworkspace.chat.GoogleChatIncomingWebhook", "zulip.ZulipIncomingWebhook",
    "squadcast.SquadcastIncomingWebhook",
    "meta.whatsapp.WhatsAppIncomingWebhook", "pagerduty.PagerDutyAlert",
    "zenduty.ZendutyAlert", "opsgenie.OpsgenieAlert",
]  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
async def test_payloads_are_sent_as_they_are(bench, name):
    with hooks() as (url, got):
        await bench.run(type=P + name, url=url, payload='{"a":  "{{ flow.id }}é"}', options={"headers": {"X-A": "b"}})
    assert got[0][1] == '{"a":  "fé"}'
    assert got[0][2]["X-A"] == "b"
    assert "payload" in (await bench.failure(type=P + name, url="http://127.0.0.1:1")).message


async def test_tokens_of_qq_opsgenie_and_telegram(bench):
    with hooks() as (url, got):
        await bench.run(type=P + "tencent.qq.QQIncomingWebhook", url=url, payload="{}", token="t")
        await bench.run(type=P + "opsgenie.OpsgenieAlert", url=url, payload="{}", authorizationToken="GenieKey k")
        send = {"channel": "5", "token": "t:1", "payload": "<b>x</b>", "parseMode": "HTML", "endpointOverride": url}
        await bench.run(type=P + "telegram.TelegramSend", **send)
    assert [headers["Authorization"] for _, _, headers in got[:2]] == ["Bearer t", "GenieKey k"]
    assert got[2][0] == "/bott:1/sendMessage"
    assert json.loads(got[2][1]) == {"chat_id": "5", "text": "<b>x</b>", "parse_mode": "HTML"}


ALERTS = [
    "slack.notifications.SlackExecution", "discord.DiscordExecution", "microsoft365.teams.TeamsExecution",
    "googleworkspace.chat.GoogleChatExecution", "tencent.qq.QQExecution", "telegram.TelegramExecution",
]  # fmt: skip
TRIGGER = {"executionId": "other", "namespace": "a.b", "flowId": "failing", "state": "FAILED"}


@pytest.mark.parametrize("name", ALERTS)
async def test_what_became_of_an_execution(tmp_path, name):
    bench = Bench(tmp_path, trigger=TRIGGER)
    more = {"channel": "c", "token": "t"} if "elegram" in name else {}
    with hooks() as (url, got):
        address = {"endpointOverride": url} if "elegram" in name else {"url": url}
        told = {
            "executionId": "{{ trigger.executionId }}",
            "customMessage": "look",
            "customFields": {"team": "{{ flow.id }}"},
        }
        await bench.run(type=P + name, **address, **more, **told)
    sent = json.dumps(json.loads(got[0][1]), ensure_ascii=False)
    for word in ("a.b", "failing", "other", "FAILED", "look", "team", "f"):
        assert word in sent


@contextmanager
def mailbox(**options):
    """A server's port, and the mails that it has got."""
    got = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            got.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=policy.default)))
            return "250 OK"

    controller = Controller(Handler(), hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port, got
    finally:
        controller.stop()


MAIL = {
    "type": P + "email.MailSend",
    "host": "127.0.0.1",
    "from": "me@example.com",
    "to": "a@example.com; b@example.com",
}


async def test_a_mail_with_all_parts(bench):
    file = bench.services.storage.put("my/ns/report.csv", b"a,b\n")
    with mailbox() as (port, got):
        outputs, _ = await bench.run(
            **MAIL,
            port=port,
            transportStrategy="SMTP",
            cc="c@example.com",
            subject="Done: {{ flow.id }} é",
            htmlTextContent="<b>{{ flow.id }}</b><img src='cid:logo'>",
            plainTextContent="plain",
            attachments=[{"name": "report.csv", "uri": file, "contentType": "text/csv"}],
            embeddedImages='[{"name": "logo", "uri": "' + file + '", "contentType": "image/png"}]',
        )
    assert outputs == {}
    ((to, mail),) = got
    assert to == ["a@example.com", "b@example.com", "c@example.com"]
    assert (mail["Subject"], mail["Cc"]) == ("Done: f é", "c@example.com")
    assert mail.get_body(["html"]).get_content().strip() == "<b>f</b><img src='cid:logo'>"
    assert mail.get_body(["plain"]).get_content().strip() == "plain"
    (attached,) = list(mail.iter_attachments())
    assert (attached.get_filename(), attached.get_content_type(), attached.get_content()) == (
        "report.csv",
        "text/csv",
        "a,b\n",
    )
    assert [part["Content-ID"] for part in mail.walk() if part["Content-ID"]] == ["<logo>"]


async def test_a_login(bench):
    def accepts(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"right")

    with mailbox(authenticator=accepts, auth_require_tls=False, auth_required=True) as (port, got):
        options = {"port": port, "transportStrategy": "SMTP", "username": "u", "sessionTimeout": 2000}
        await bench.run(**MAIL, **options, password="right")
        wrong = await bench.failure(**MAIL, **options, password="wrong")
    assert len(got) == 1
    assert wrong.message.startswith("The mail could not be sent")
    assert "wrong" not in wrong.message


async def test_mails_that_are_refused(bench):
    injected = await bench.failure(**MAIL, port=1, subject="x\nBcc: all@example.com")
    assert injected.message.startswith("Invalid mail")
    nobody = await bench.failure(**MAIL, port=1, transportStrategy="SMTP")
    assert nobody.message.startswith("The mail could not be sent through 127.0.0.1:1")
    assert "Unknown transportStrategy" in (await bench.failure(**MAIL, transportStrategy="PIGEON")).message
    with mailbox() as (port, _):
        failure = await bench.failure(**MAIL, port=port, sessionTimeout=300)
    assert "could not be sent" in failure.message, "SMTPS by default"


async def test_a_mail_about_an_execution(tmp_path):
    bench = Bench(tmp_path, trigger=TRIGGER)
    with mailbox() as (port, got):
        task = {**MAIL, "type": P + "email.MailExecution", "executionId": "other"}
        await bench.run(**task, port=port, transportStrategy="SMTP", subject="s", customMessage="<look>")
    html = got[0][1].get_body(["html"]).get_content()
    assert "FAILED" in html
    assert "&lt;look&gt;" in html
