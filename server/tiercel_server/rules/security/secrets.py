"""Credentials in plain sight."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.values import scalar_text, scalar_value
from tiercel_server.analysis.typed_values import TypedValue
from tiercel_server.rules.examples import item, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_QUERY = "io.kestra.plugin.jdbc.postgresql.Query"
_TO = ("url: jdbc:postgresql://db/x", "username: app", "sql: select 1")

LITERAL_CREDENTIAL = Rule(
    "literal-credential", "security", "A password, token or key is written in the flow.",
    "Whoever reads the flow, or its history, has it. Keep it as a secret and read it with `secret('NAME')`.",
    tasks(item(_QUERY, *_TO, "password: hunter22")), tasks(item(_QUERY, *_TO, "password: \"{{ secret('TOKEN') }}\"")),
    Severity.WARNING, profile="security", at_run_time=True,
)  # fmt: skip
SECRET_IN_LOG = Rule(
    "secret-in-log", "security", "A secret is logged or returned.",
    "Kestra masks it only in the task that reads it; outputs and messages are kept as they are.",
    logs("{{ secret('TOKEN') }}"), logs("{{ secret('TOKEN') is defined }}"),
    Severity.WARNING, profile="security", at_run_time=True,
)  # fmt: skip
PLAIN_HTTP = Rule(
    "plain-http", "security", "An address begins with `http:`.",
    "What is sent, credentials included, can be read and changed on its way.",
    tasks(item("http.Request", "uri: http://example.com/x")), tasks(item("http.Request", "uri: https://example.com/x")),
    Severity.INFORMATION, profile="security", at_run_time=True,
)  # fmt: skip

_CREDENTIAL_KEYS = re.compile(
    r"(?i)(^|_|-)(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?)$|"
    r"(Password|Secret|Token|ApiKey|AccessKey|SecretKey|PrivateKey|Passphrase)$"
)
_LOOKS_SECRET = re.compile(
    r"(AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{36}|xox[abprs]-[0-9A-Za-z-]{10,}|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|sk-[0-9A-Za-z]{32,}|[a-z][a-z0-9+.-]*://[^/\s:@{}]+:[^/\s:@{}]+@"
)
_FILE_NAME = re.compile(r"\.[a-z]{2,5}$|^/")
_PLACEHOLDERS = re.compile(r"(?i)^(x+|\*+|changeme|example|none|null|true|false|<.*>|your[-_ ].*|)$")
_LOCAL = re.compile(
    r"http://(localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[a-z0-9-]+(:\d+)?(/|$))", re.IGNORECASE
)
_SINKS = frozenset({"io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.debug.Return"})


@checks(LITERAL_CREDENTIAL)
def check_credentials(context: RuleContext) -> Iterator[Diagnostic]:
    """Values that are secret by their property, their key or their look."""
    for value in context.flow.values:
        text = scalar_text(value.node) or ""
        if value.is_key or value.name in {"description", "type", "id"} or not text:
            continue
        is_secret_place = _is_secret_place(value) and "{" not in text and not _PLACEHOLDERS.match(text)
        if is_secret_place or _LOOKS_SECRET.search(text):
            yield LITERAL_CREDENTIAL.finding(
                f"`{value.name}` looks like a credential: read it with `secret()`", value.node.span
            )


def _is_secret_place(value: TypedValue) -> bool:
    if value.path[-1] != value.name or value.path[0] == "inputs":
        return False
    text = value.node.value
    is_number = isinstance(scalar_value(value.node), int | float)
    return _CREDENTIAL_KEYS.search(value.name) is not None and not is_number and not _FILE_NAME.search(text)


@checks(SECRET_IN_LOG)
def check_logs(context: RuleContext) -> Iterator[Diagnostic]:
    """`secret()` in messages, and in the outputs of the flow."""
    for use in context.flow.uses:
        is_output = use.site.value.path[0] == "outputs"
        is_kept = use.site.value.host in _SINKS or is_output
        if use.kind == "function" and use.name == "secret" and is_kept and not _is_only_tested(use.site.value):
            yield SECRET_IN_LOG.finding("a secret would be kept in plain text here", use.text_span)


def _is_only_tested(value: TypedValue) -> bool:
    return " is defined" in value.node.value or " is not " in value.node.value


@checks(PLAIN_HTTP)
def check_addresses(context: RuleContext) -> Iterator[Diagnostic]:
    """Addresses of other machines."""
    for value in context.flow.values:
        text = scalar_text(value.node) or ""
        is_text = value.is_key or value.name in {"description", "message"}
        if text.startswith("http://") and not _LOCAL.match(text) and not is_text:
            yield PLAIN_HTTP.finding("this address is not encrypted: use `https:`", value.node.span)
