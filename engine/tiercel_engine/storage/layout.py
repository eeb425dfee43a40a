"""Where things lie in internal storage, as paths below `kestra:///`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

SCHEME = "kestra"
_KEPT_IN_URIS = "/:@!$&'()*+,;=~-._"
_LONGEST_STEP = 200


class StorageError(Exception):
    """A URI or a path that internal storage can't serve; its text says why."""


def slug(text: str) -> str:
    """Lower case, words joined by single dashes, all other characters dropped."""
    plain = unicodedata.normalize("NFD", re.sub(r"\s", "-", text))
    kept = re.sub(r"[^\w-]", "", plain, flags=re.ASCII).replace("_", "-")
    return re.sub(r"-+", "-", kept).lower()


def namespace_path(namespace: str) -> str:
    """`company.team` as `company/team`."""
    return namespace.replace(".", "/")


def execution_path(namespace: str, flow_id: str, execution_id: str) -> str:
    """The folder of an execution."""
    return f"{namespace_path(namespace)}/{slug(flow_id)}/executions/{execution_id}"


def task_run_path(namespace: str, flow_id: str, execution_id: str, task_id: str, task_run_id: str) -> str:
    """The folder of a task run."""
    return f"{execution_path(namespace, flow_id, execution_id)}/tasks/{slug(task_id)}/{task_run_id}"


def input_path(namespace: str, flow_id: str, execution_id: str, input_id: str, file_name: str) -> str:
    """The place of a file given for a FILE input."""
    return f"{execution_path(namespace, flow_id, execution_id)}/inputs/{input_id}/{file_name}"


def namespace_file_path(namespace: str, path: str) -> str:
    """The place of a namespace file."""
    return f"{namespace_path(namespace)}/_files/{path.lstrip('/')}"


def namespace_file_versions_path(namespace: str, path: str) -> str:
    """The folder of the earlier versions of a namespace file, each named by its number.

    The whole path is one step: a file may bear the name that was once a folder's.
    """
    step = quote(path.strip("/"), safe="")
    if len(step) > _LONGEST_STEP:
        step = hashlib.sha256(step.encode()).hexdigest()
    return f"{namespace_path(namespace)}/_file_versions/{step}"


def uri_of(path: str) -> str:
    """The URI of a path in storage; what a URI may not hold is escaped, letters of any script stay."""
    encoded = "".join(quote(character, safe=_KEPT_IN_URIS) if character.isascii() else character for character in path)
    return f"{SCHEME}:///{encoded.lstrip('/')}"


def path_of(uri: str) -> str:
    """The path of a `kestra:///` URI; raises `StorageError` for other schemes and for ways out of storage."""
    parts = urlsplit(uri)
    if parts.scheme != SCHEME or parts.netloc:
        raise StorageError(f"Cannot read '{uri}': not an internal storage URI (kestra:///…)")
    path = unquote(parts.path).lstrip("/")
    check_relative(path, uri)
    return path


def check_relative(path: str, shown: str) -> None:
    """Refuse a path that leaves the folder it is meant for; raises `StorageError` naming `shown`."""
    steps = re.split(r"[/\\]", path)
    if ".." in steps or "\x00" in path or re.match(r"[A-Za-z]:", path) or path.startswith(("/", "\\")):
        raise StorageError(f"Path '{shown}' leaves the folder that it is meant for")
