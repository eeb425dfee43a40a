"""A template made ready to run, and the places in it that may fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Wrapper:
    """An operator or tag that hides what goes wrong inside behind a message of its own."""

    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Catcher:
    """A place that recovers from missing names: `??`, `default`, `is defined`."""

    number: int


@dataclass(frozen=True, slots=True)
class Site:
    """A place that may fail: its line and offset, and what stands around it, innermost first."""

    line: int
    offset: int
    around: tuple[Wrapper | Catcher, ...] = ()

    def wrappers(self) -> Iterator[Wrapper]:
        """The wrappers around it, innermost first."""
        return (item for item in self.around if isinstance(item, Wrapper))

    def is_bare_before(self, catcher: int) -> bool:
        """Whether nothing hides the error before it comes to a catcher."""
        for item in self.around:
            if isinstance(item, Wrapper):
                return False
            if item.number == catcher:
                return True
        return True


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled template: `root(context)` yields the values to be written."""

    text: str
    root: Callable[[Any], Iterator[Any]]
    sites: tuple[Site, ...]
