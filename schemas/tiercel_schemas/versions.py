"""The lines of the flow language."""

from __future__ import annotations

from enum import StrEnum


class KestraVersion(StrEnum):
    """A line of Kestra whose flow language is known; lines compare by age."""

    V1_3 = "1.3"
    V2_0 = "2.0"

    @property
    def major(self) -> int:
        """The number before the dot, as the catalog's `since` and `until` write it."""
        return int(self.value.split(".", 1)[0])


DEFAULT_VERSION = KestraVersion.V2_0
