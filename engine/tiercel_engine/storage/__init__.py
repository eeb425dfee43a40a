"""Internal storage, namespace files and key-value pairs."""

from tiercel_engine.storage.access import Reader, StorageAccess
from tiercel_engine.storage.interface import Storage
from tiercel_engine.storage.internal import InternalStorage
from tiercel_engine.storage.kv import KvEntry, KvError, KvStore, KvType
from tiercel_engine.storage.layout import StorageError
from tiercel_engine.storage.namespace_files import NamespaceFiles
from tiercel_engine.storage.opening import open_storage

__all__ = [
    "InternalStorage",
    "KvEntry",
    "KvError",
    "KvStore",
    "KvType",
    "NamespaceFiles",
    "Reader",
    "Storage",
    "StorageAccess",
    "StorageError",
    "open_storage",
]
