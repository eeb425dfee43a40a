"""The surroundings in which the records of rendering were made: KV pairs and namespace files in memory."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.memory_services import MemoryServices


class RecordedServices(MemoryServices):
    """KV pairs, files and one secret, as a `setup` entry of the cases puts them in place."""

    def __init__(self) -> None:
        super().__init__(lambda name: {"ORACLE_SECRET": "s3cr3t-value"}.get(name.upper()))

    def set_up(self, setup: dict[str, Any]) -> None:
        """Puts the KV pairs and files of a `setup` entry in place."""
        self.put(setup["namespace"], setup.get("kv", {}), setup.get("files", {}))
