"""Functions of files: those of namespaces, and those of internal storage."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from tiercel_engine.expressions.arguments import whole_number
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.scope import flow_namespace
from tiercel_engine.expressions.services import NotAllowed
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import is_string
from tiercel_schemas.versions import KestraVersion

_ION_MARK = b"\xe0\x01\x00\xea"
_NAMESPACE_SCHEME = "nsfile://"
_KINDS = {
    "fileURI": "a namespace file",
    "fileSize": "the internal storage URI",
    "fileExists": "the internal storage URI",
}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_ESCAPED = re.compile("%[0-9a-fA-F]{2}")
_ILLEGAL = frozenset('"<>[]\\^`{|}')


def _path(arguments: Arguments, name: str) -> str:
    """The path or URI that was given, in a form that can be taken apart. Raises PebbleError."""
    if "path" not in arguments:
        kind = _KINDS.get(name, "a namespace file or an internal storage URI")
        raise PebbleError(f"The '{name}' function expects an argument 'path' that is a path to {kind}.")
    path = arguments["path"]
    if not is_string(path):
        raise PebbleError(f"Unable to read the file {java_text(path)}")
    scheme = _SCHEME.match(path)
    uri = str(path) if scheme else f"{_NAMESPACE_SCHEME}/{path.lstrip('/')}"
    fault = _fault_of_uri(uri)
    if fault:
        raise PebbleError(fault)
    return uri


def _fault_of_uri(uri: str) -> str:
    for index, character in enumerate(uri):
        if character == "%" and not _ESCAPED.match(uri, index):
            return f"Malformed escape pair at index {index}: {uri}"
        if character in _ILLEGAL or character <= " " or character.isspace():
            return f"Illegal character in path at index {index}: {uri}"
    return ""


def _revision(arguments: Arguments) -> int | None:
    revision = arguments.get("revision", arguments.get("version"))
    return None if revision is None else whole_number(revision)


def _namespace_file(uri: str, arguments: Arguments, run: Run) -> tuple[str, str]:
    """The namespace and the path, beginning with a slash, of a namespace file."""
    given = arguments.get("namespace")
    host, _, path = re.split(r"[?#]", uri.removeprefix(_NAMESPACE_SCHEME))[0].partition("/")
    if host and given is not None:
        raise PebbleError("The namespace can't be given both in the path and as an argument.")
    namespace = host or given
    namespace = flow_namespace(run) if namespace is None else java_text(namespace)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return namespace, f"/{'/'.join(parts)}"


def _content(arguments: Arguments, run: Run, name: str) -> bytes:
    uri = _path(arguments, name)
    if not uri.startswith(_NAMESPACE_SCHEME):
        _check_scheme(uri)
        return _read_uri(uri, run)
    namespace, inner = _namespace_file(uri, arguments, run)
    if ".." in inner.split("/"):
        raise PebbleError("File should be accessed with their full path and not using relative '..' path.")
    try:
        return run.services.read_namespace_file(namespace, unquote(inner), _revision(arguments))
    except FileNotFoundError:
        message = f"File '{unquote(inner)}' was not found in namespace '{namespace}'."
        raise PebbleError(message, JavaError("FileNotFoundException", message)) from None
    except NotAllowed as error:
        raise PebbleError(str(error)) from None


def _check_scheme(uri: str) -> None:
    if not uri.startswith(("kestra:///", "file:")):
        raise PebbleError(f"Cannot process the URI {uri}: scheme not supported.")


def _check_execution(uri: str, run: Run) -> None:
    if uri.startswith("kestra:") and run.find("execution") is None:
        raise JavaError("NullPointerException", 'Cannot invoke "java.util.Map.get(Object)" because "execution" is null')


def _read_uri(uri: str, run: Run) -> bytes:
    _check_execution(uri, run)
    try:
        return run.services.read_uri(uri)
    except FileNotFoundError:
        missing = JavaError("FileNotFoundException", f"File not found for URI: {uri}")
        raise PebbleError(missing.message or "", missing) from None
    except NotAllowed as error:
        raise PebbleError(str(error)) from None


@function_unit("read")
def read(arguments: Arguments, run: Run) -> Any:
    """The text of a file; binary Ion stays bytes in 2.0."""
    content = _content(arguments, run, "read")
    if content.startswith(_ION_MARK) and run.version is not KestraVersion.V1_3:
        return content
    return content.decode("utf-8", "replace")


@function_unit("fileURI")
def file_uri(arguments: Arguments, run: Run) -> str:
    """The URI of a namespace file, whether it exists or not."""
    uri = _path(arguments, "fileURI")
    if not uri.startswith(_NAMESPACE_SCHEME):
        _check_scheme(uri)
        _check_execution(uri, run)
        return uri
    namespace, path = _namespace_file(uri, arguments, run)
    if ".." in path.split("/"):
        raise PebbleError("Path must not contain '../'")
    return f"kestra:///{namespace.replace('.', '/')}/_files{path}"


@function_unit("fileSize")
def file_size(arguments: Arguments, run: Run) -> int:
    """The size of a file in bytes."""
    from tiercel_engine.expressions.values import Long

    return Long(len(_content(arguments, run, "fileSize")))


@function_unit("fileExists")
def file_exists(arguments: Arguments, run: Run) -> bool:
    """Whether a file exists."""
    try:
        _content(arguments, run, "fileExists")
    except PebbleError as error:
        if isinstance(error.cause, JavaError) and error.cause.java_class == "FileNotFoundException":
            return False
        raise
    return True


@function_unit("isFileEmpty")
def is_file_empty(arguments: Arguments, run: Run) -> bool:
    """Whether a file holds nothing."""
    return not _content(arguments, run, "isFileEmpty")
