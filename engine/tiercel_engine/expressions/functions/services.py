"""Functions that ask the surroundings: KV pairs, secrets, environment, HTTP, other flows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from tiercel_engine.expressions.arguments import needed, truth_of, whole_number
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.scope import flow_namespace, upwards
from tiercel_engine.expressions.services import HttpAnswer, HttpCall, NotAllowed, SubflowCall
from tiercel_engine.expressions.texts import java_text, json_text
from tiercel_engine.expressions.values import plain


@function_unit("kv")
def kv(arguments: Arguments, run: Run) -> Any:
    """A value of the KV store; without a namespace also that of a parent."""
    key = java_text(needed(arguments, "key", "The 'kv' function expects an argument 'key'."))
    own = flow_namespace(run)
    given = arguments.get("namespace")
    must_exist = arguments.get("errorOnMissing", True)
    namespaces = upwards(own) if given is None else [java_text(given)]
    if given is not None and namespaces[0] != own and not run.services.namespace_exists(namespaces[0]):
        raise PebbleError(f"Cannot access the KV store. The namespace '{namespaces[0]}' does not exist.")
    for namespace in namespaces:
        try:
            return run.services.kv(namespace, key)
        except KeyError:
            continue
        except NotAllowed as error:
            raise PebbleError(str(error)) from None
    if must_exist is None or truth_of(must_exist):
        raise PebbleError(f"The key '{key}' does not exist in the namespace '{own}'.")
    return None


@function_unit("secret")
def secret(arguments: Arguments, run: Run) -> Any:
    """A secret, or a field of one that holds JSON."""
    key = java_text(needed(arguments, "key", "The 'secret' function expects an argument 'key'."))
    subkey, is_full = arguments.get("subkey"), truth_of(arguments.get("full", False))
    if subkey is not None and is_full:
        raise PebbleError("The 'secret' function can't take both 'subkey' and 'full'.")
    given = arguments.get("namespace")
    namespaces = upwards(flow_namespace(run)) if given is None else [java_text(given)]
    value = _secret(namespaces, key, run)
    if is_full:
        return {"value": value, "metadata": {}}
    return value if subkey is None else _subkey(value, key, java_text(subkey))


def _secret(namespaces: list[str], key: str, run: Run) -> str:
    for namespace in namespaces:
        try:
            return run.services.secret(namespace, key)
        except KeyError:
            continue
        except NotAllowed as error:
            raise PebbleError(str(error)) from None
    message = f"Cannot find secret for key '{key}'."
    raise PebbleError(message, JavaError("SecretNotFoundException", message))


def _subkey(value: str, key: str, subkey: str) -> str:
    try:
        content = read_json(value)
    except JsonError:
        content = None
    if not isinstance(content, dict) or subkey not in content:
        message = f"Cannot find secret sub-key '{subkey}' in secret '{key}'."
        raise PebbleError(message, JavaError("SecretNotFoundException", message))
    return java_text(content[subkey])


@function_unit("env")
def env(arguments: Arguments, run: Run) -> Any:
    """An entry of `envs`, or the default."""
    name = java_text(needed(arguments, "name", "The 'env' function expects an argument 'name'."))
    known = run.find("envs")
    value = known.get(name.lower(), known.get(name)) if isinstance(known, dict) else None
    return arguments.get("default") if value in (None, "") else value


@function_unit("http")
def http(arguments: Arguments, run: Run) -> Any:
    """The parsed body of a response."""
    uri = java_text(needed(arguments, "uri", "The 'http' function expects an argument 'uri'."))
    for index, character in enumerate(uri):
        if character in ' "<>\\^`{|}' or ord(character) < 32:
            message = f"Illegal character in path at index {index}: {uri}"
            cause = JavaError("URISyntaxException", message)
            raise JavaError("IllegalArgumentException", message, cause)
    query = arguments.get("query")
    if isinstance(query, dict) and query:
        pairs = urlencode({java_text(name): java_text(value) for name, value in query.items()})
        uri = f"{uri}{'&' if '?' in uri else '?'}{pairs}"
    content_type = java_text(arguments.get("contentType") or "application/json")
    accept = java_text(arguments.get("accept") or "application/json")
    headers = {"Accept": accept}
    body = _body(arguments.get("body"), content_type)
    if body is not None:
        headers["Content-Type"] = content_type
    given = arguments.get("headers")
    if isinstance(given, dict):
        headers |= {java_text(name): java_text(value) for name, value in given.items()}
    method = java_text(arguments.get("method") or "GET").upper()
    options = plain(arguments.get("options") or {})
    try:
        answer = run.services.http(HttpCall(uri, method, headers, body, options))
    except OSError as error:
        raise PebbleError(f"Unable to perform the HTTP request: {error}") from None
    return _answered(answer, accept)


def _body(body: Any, content_type: str) -> bytes | None:
    if body is None:
        return None
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    if "x-www-form-urlencoded" in content_type and isinstance(body, dict):
        return urlencode({java_text(name): java_text(value) for name, value in body.items()}).encode("utf-8", "replace")
    if "yaml" in content_type:
        from tiercel_engine.expressions.yaml_text import yaml_text

        return yaml_text(body).encode("utf-8", "replace")
    return json_text(body).encode("utf-8", "replace")


def _answered(answer: HttpAnswer, accept: str) -> Any:
    text = answer.body.decode("utf-8", "replace")
    if answer.status >= 400:
        phrase = _phrase(answer.status)
        raise PebbleError(f"Failed to execute HTTP Request, server respond with status {answer.status} : {phrase}")
    kind = accept if accept != "*/*" else answer.content_type
    if not text:
        return None
    if "json" in kind:
        try:
            return read_json(text)
        except JsonError as error:
            complaint = f"com.fasterxml.jackson.core.JsonParseException: {error}"
            raise JavaError("RuntimeException", complaint) from None
    if "yaml" in kind:
        from tiercel_engine.expressions.yaml_reading import YamlError, read_yaml

        try:
            return read_yaml(text)
        except YamlError as error:
            raise PebbleError(f"Invalid yaml: {error}") from None
    return text


def _phrase(status: int) -> str:
    """The usual words for a status code."""
    return next((each.phrase for each in HTTPStatus if each == status), "Unknown")


@function_unit("subflow")
def subflow(arguments: Arguments, run: Run) -> Any:
    """The outcome of another flow."""
    names = {
        name: java_text(needed(arguments, name, f"The 'subflow' function expects an argument '{name}'."))
        for name in ("namespace", "id")
    }
    revision = arguments.get("revision")
    call = SubflowCall(
        names["namespace"],
        names["id"],
        plain(arguments.get("inputs") or {}),
        plain(arguments.get("labels") or {}),
        None if revision is None else whole_number(revision),
        java_text(arguments.get("timeout") or "PT1M"),
    )
    try:
        return dict(run.services.subflow(call))
    except KeyError:
        raise PebbleError(f"Unable to find flow '{call.namespace}'.'{call.id}'.") from None
    except (NotAllowed, TimeoutError) as error:
        raise PebbleError(str(error)) from None
