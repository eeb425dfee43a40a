"""Key-value pairs by namespace: typed, with a life span, looked up along the dots of the namespace."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")


class KvType(StrEnum):
    """What a value is."""

    STRING = "STRING"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATETIME = "DATETIME"
    DATE = "DATE"
    DURATION = "DURATION"
    JSON = "JSON"


class KvError(Exception):
    """A key or a write that is refused; its text is Kestra's."""


class DamagedPairError(KvError):
    """The file of a pair holds something else; writing and deleting put that right."""


@dataclass(frozen=True, slots=True)
class KvEntry:
    """A pair: `value` is a JSON value, or a `date`, a `datetime` with its zone, a `timedelta`."""

    namespace: str
    key: str
    value: Any
    type: KvType
    description: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    expires: datetime | None = None


class KvStore:
    """Pairs in a folder, one file each, so that a crash loses no other; `now` is the clock (UTC)."""

    def __init__(self, root: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._root = root
        self._now = now
        self._lock = threading.Lock()

    def set(
        self,
        namespace: str,
        key: str,
        value: Any,
        *,
        overwrite: bool = True,
        ttl: timedelta | None = None,
        description: str | None = None,
    ) -> None:
        """Store a value; raises `KvError` for a bad key, or for one that is there with `overwrite` false."""
        with self._lock:
            known = self._readable(namespace, key)
            if known is not None and not overwrite:
                raise KvError(
                    f"Cannot set value for key '{key}'. Key already exists and `overwrite` is set to `false`."
                )
            now = self._now()
            plain, kind = _plain(value)
            record = {
                "type": kind,
                "value": plain,
                "description": description if description is not None else known and known.description,
                "created": (known.created if known and known.created else now).isoformat(),
                "updated": now.isoformat(),
                "expires": (now + ttl).isoformat() if ttl is not None else None,
            }
            self._write(self._path(namespace, key), record)

    def get(self, namespace: str, key: str) -> KvEntry | None:
        """The pair of exactly this namespace; None when there is none or its time is over."""
        return self._read(namespace, key)

    def find(self, namespace: str, key: str) -> KvEntry | None:
        """The pair of this namespace or of the nearest one above it."""
        while namespace:
            entry = self._read(namespace, key)
            if entry is not None:
                return entry
            namespace = namespace.rpartition(".")[0]
        return None

    def keys(self, namespace: str, prefix: str = "") -> list[str]:
        """The keys of exactly this namespace that begin with `prefix`, sorted."""
        folder = self._folder(namespace)
        names = (file.name.removesuffix(".json") for file in folder.glob("*.json")) if folder.is_dir() else ()
        return sorted(name for name in names if name.startswith(prefix) and self._is_there(namespace, name))

    def delete(self, namespace: str, key: str) -> bool:
        """Remove a pair; false when there was none."""
        with self._lock:
            there = self._is_there(namespace, key)
            self._path(namespace, key).unlink(missing_ok=True)
            return there

    def purge(self, namespace: str, pattern: str = "*", *, expired_only: bool = True) -> int:
        """Remove pairs whose keys match a glob, only those whose time is over unless told otherwise; how many."""
        gone = 0
        with self._lock:
            for file in sorted(self._folder(namespace).glob("*.json")):
                key = file.name.removesuffix(".json")
                if fnmatchcase(key, pattern) and not (expired_only and self._is_there(namespace, key)):
                    file.unlink(missing_ok=True)
                    gone += 1
        return gone

    def namespaces(self) -> list[str]:
        """The namespaces that hold pairs, sorted."""
        folders = {file.parent for file in self._root.glob("**/_kv/*.json")}
        return sorted(".".join(folder.parent.relative_to(self._root).parts) for folder in folders)

    def _folder(self, namespace: str) -> Path:
        if not _KEY.fullmatch(namespace) or ".." in namespace:
            raise KvError(f"'{namespace}' is no namespace")
        return self._root.joinpath(*namespace.split("."), "_kv")

    def _path(self, namespace: str, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise KvError(
                "Key must start with an alphanumeric character (uppercase or lowercase) and can contain "
                "alphanumeric characters (uppercase or lowercase), dots (.), underscores (_), and hyphens (-) "
                "only."
            )
        return self._folder(namespace) / f"{key}.json"

    def _readable(self, namespace: str, key: str) -> KvEntry | None:
        try:
            return self._read(namespace, key)
        except DamagedPairError:
            return None

    def _is_there(self, namespace: str, key: str) -> bool:
        try:
            return self._read(namespace, key) is not None
        except DamagedPairError:
            return True

    def _read(self, namespace: str, key: str) -> KvEntry | None:
        path = self._path(namespace, key)
        try:
            return self._entry(namespace, key, json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DamagedPairError(f"The value of key '{key}' can't be read: its file {path} is damaged") from error

    def _entry(self, namespace: str, key: str, record: Any) -> KvEntry | None:
        expires = _moment(record.get("expires"))
        if expires is not None and expires <= self._now():
            return None
        kind = KvType(record["type"])
        return KvEntry(
            namespace,
            key,
            _typed(record["value"], kind),
            kind,
            record.get("description"),
            _moment(record.get("created")),
            _moment(record.get("updated")),
            expires,
        )

    def _write(self, path: Path, record: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".", suffix=".part", delete=False
        ) as sink:
            json.dump(record, sink, ensure_ascii=False)
        Path(sink.name).replace(path)


def kv_type_of(value: Any) -> KvType:
    """The type that a value has by itself."""
    return _plain(value)[1]


def _plain(value: Any) -> tuple[Any, KvType]:
    simple: dict[type, KvType] = {bool: KvType.BOOLEAN, str: KvType.STRING}
    if type(value) in simple:
        return value, simple[type(value)]
    if isinstance(value, (int, float)):
        return value, KvType.NUMBER
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat(), KvType.DATETIME
    if isinstance(value, date):
        return value.isoformat(), KvType.DATE
    if isinstance(value, timedelta):
        return value.total_seconds(), KvType.DURATION
    return json.loads(json.dumps(value, default=str)), KvType.JSON


def _typed(plain: Any, kind: KvType) -> Any:
    if kind is KvType.DATETIME:
        return datetime.fromisoformat(plain)
    if kind is KvType.DATE:
        return date.fromisoformat(plain)
    if kind is KvType.DURATION:
        return timedelta(seconds=plain)
    return plain


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
