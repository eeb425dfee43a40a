"""Mail over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Literal

import anyio.to_thread

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import Alert, read_alert
from tiercel_engine.tasks.properties import as_text, flag, items, required_text, text, whole
from tiercel_engine.tasks.working_files import local_file

Transport = Literal["SMTP", "SMTPS", "SMTP_TLS", "SMTP_OAUTH2"]
_PORTS = {"SMTP": 25, "SMTPS": 465, "SMTP_TLS": 587, "SMTP_OAUTH2": 587}
_NO_TEXT = "Please view this email in a modern email client"


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    username: str | None
    credential: str | None
    transport: str
    timeout: float
    verifies: bool


@task_type("io.kestra.plugin.email.MailSend")
class MailSend:
    """Sends a mail in HTML and plain text, with attachments."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when the server doesn't take it."""
        plain = await text(context, "plainTextContent", _NO_TEXT)
        return await _send(context, plain or "", await text(context, "htmlTextContent"))


@task_type("io.kestra.plugin.email.MailExecution")
class MailExecution:
    """Sends what became of an execution."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when the server doesn't take it."""
        alert = await read_alert(context)
        return await _send(context, alert.text, _as_html(alert))


def _as_html(alert: Alert) -> str:
    from html import escape

    rows = "".join(
        f"<tr><th align='left'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in alert.fields.items()
    )
    told = f"<p>{escape(alert.custom_message)}</p>" if alert.custom_message else ""
    return f"<h2>{escape(alert.title)}</h2>{told}<table>{rows}</table>"


async def _send(context: TaskContext, plain: str, html: str | None) -> TaskResult:
    message = EmailMessage()
    to = _addresses(await required_text(context, "to"))
    try:
        message["From"] = await required_text(context, "from")
        message["To"] = ", ".join(to)
        copies = _addresses(await text(context, "cc") or "")
        if copies:
            message["Cc"] = ", ".join(copies)
        message["Subject"] = await text(context, "subject") or ""
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain="tiercel.localhost")
    except ValueError as error:
        # A line feed in an address or a subject would start another header.
        raise TaskFailure(f"Invalid mail: {error}") from error
    message.set_content(plain)
    if html is not None:
        message.add_alternative(html, subtype="html")
        images = message.get_payload()[-1]  # type: ignore[index]
        for name, kind, content in await _attached(context, "embeddedImages"):
            main, _, sub = kind.partition("/")
            images.add_related(content, main, sub or "octet-stream", cid=f"<{name}>", filename=name)  # type: ignore[union-attr]
    for name, kind, content in await _attached(context, "attachments"):
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=name)
    server = await _server(context)
    context.log("DEBUG", f"Sending an email to {'; '.join(to)}")
    try:
        await anyio.to_thread.run_sync(_deliver, server, message, abandon_on_cancel=True)
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        raise TaskFailure(f"The mail could not be sent through {server.host}:{server.port}: {error}") from error
    return TaskResult()


async def _server(context: TaskContext) -> _Server:
    transport = (await text(context, "transportStrategy", "SMTPS") or "SMTPS").upper()
    if transport not in _PORTS:
        raise TaskFailure(f"Unknown transportStrategy '{transport}': one of {', '.join(_PORTS)}")
    credential = await text(context, "password")
    if transport == "SMTP_OAUTH2":
        credential = await text(context, "accessToken") or credential
        if credential is None:
            raise TaskFailure("When using SMTP_OAUTH2, either 'accessToken' or 'password' must be provided")
    host = await required_text(context, "host")
    trusted = [as_text(each) for each in await items(context, "trustedHosts") or []]
    return _Server(
        host,
        await whole(context, "port") or _PORTS[transport],
        await text(context, "username"),
        credential,
        transport,
        (await whole(context, "sessionTimeout") or 10_000) / 1000,
        await flag(context, "verifyServerIdentity", default=True) and host not in trusted,
    )


def _deliver(server: _Server, message: EmailMessage) -> None:
    secured = ssl.create_default_context()
    if not server.verifies:
        secured.check_hostname = False
        secured.verify_mode = ssl.CERT_NONE
    if server.transport == "SMTPS":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=secured)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    with client:
        client.ehlo()
        wants_tls = server.transport in {"SMTP_TLS", "SMTP_OAUTH2"}
        if wants_tls or (server.transport == "SMTP" and client.has_extn("starttls")):
            client.starttls(context=secured)
            client.ehlo()
        if server.username and server.credential:
            if server.transport == "SMTP_OAUTH2":
                sign = f"user={server.username}\x01auth=Bearer {server.credential}\x01\x01"
                client.auth("XOAUTH2", lambda _=None: sign)
            else:
                client.login(server.username, server.credential)
        client.send_message(message)


def _addresses(written: str) -> list[str]:
    return [each.strip() for each in written.replace(",", ";").split(";") if each.strip()]


async def _attached(context: TaskContext, name: str) -> list[tuple[str, str, bytes]]:
    written = context.properties.get(name)
    if isinstance(written, str):
        rendered = await context.render(written)
        if not rendered.strip():
            return []
        try:
            written = read_json(rendered)
        except JsonError as complaint:
            raise TaskFailure(f"Property '{name}': {complaint}") from complaint
        if isinstance(written, str):
            written = read_json(written)
    elif written is not None:
        written = await context.render_value(written)
    listed = [written] if isinstance(written, Mapping) else list(written or [])
    return [_one(context, each, name) for each in listed]


def _one(context: TaskContext, written: Any, name: str) -> tuple[str, str, bytes]:
    if not isinstance(written, Mapping) or not written.get("uri") or not written.get("name"):
        raise TaskFailure(f"The `{name}` attribute must be a list of maps with `name` and `uri`")
    kind = as_text(written.get("contentType") or "application/octet-stream")
    return as_text(written["name"]), kind, local_file(context, as_text(written["uri"])).read_bytes()
