"""Functions of files: those of namespaces, and those of internal storage."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.arguments import whole_number
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.scope import flow_namespace
from tiercel_engine.expressions.services import NotAllowed
from tiercel_engine.expressions.texts import java_text
from tiercel_schemas.versions import KestraVersion

_ION_MARK = b"\xe0\x01\x00\xea"
_NAMESPACE_SCHEME = "nsfile://"


def _path(arguments: Arguments, name: str) -> str:
    path = arguments.get("path")
    if path is None:
        kind = "a namespace file" if name == "fileURI" else "a namespace file or an internal storage URI"
        raise PebbleError(f"The '{name}' function expects an argument 'path' that is a path to {kind}.")
    return java_text(path)


def _revision(arguments: Arguments) -> int | None:
    revision = arguments.get("revision", arguments.get("version"))
    return None if revision is None else whole_number(revision)


def _namespace_file(path: str, arguments: Arguments, run: Run) -> tuple[str, str]:
    """The namespace and the path, beginning with a slash, of a namespace file."""
    given = arguments.get("namespace")
    if path.startswith(_NAMESPACE_SCHEME):
        host, slash, rest = path.removeprefix(_NAMESPACE_SCHEME).partition("/")
        if host and given is not None:
            raise PebbleError("The namespace can't be given both in the path and as an argument.")
        namespace, path = host or given, rest if slash else ""
    else:
        namespace = given
    namespace = flow_namespace(run) if namespace is None else java_text(namespace)
    return namespace, f"/{path.lstrip('/')}"


def _content(arguments: Arguments, run: Run, name: str) -> bytes:
    path = _path(arguments, name)
    scheme, mark, _ = path.partition("://")
    if mark and scheme != "nsfile":
        if scheme not in ("kestra", "file"):
            raise PebbleError(f"Cannot process the URI {path}: scheme not supported.")
        return _read_uri(path, run)
    namespace, inner = _namespace_file(path, arguments, run)
    try:
        return run.services.read_namespace_file(namespace, inner, _revision(arguments))
    except FileNotFoundError:
        message = f"File '{inner}' was not found in namespace '{namespace}'."
        raise PebbleError(message, JavaError("FileNotFoundException", message)) from None
    except NotAllowed as error:
        raise PebbleError(str(error)) from None


def _read_uri(uri: str, run: Run) -> bytes:
    if uri.startswith("kestra://") and run.find("execution") is None:
        raise JavaError("NullPointerException", 'Cannot invoke "java.util.Map.get(Object)" because "execution" is null')
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
    namespace, path = _namespace_file(_path(arguments, "fileURI"), arguments, run)
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
