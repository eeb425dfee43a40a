"""What Python scripts of flows import as `kestra`: values, measures and logs handed over on standard output.

This folder comes first on the PYTHONPATH of script tasks; where the interpreter has a `kestra` package of its own, that
one takes this one's place. Read by the interpreter of the script, which may be older than Tiercel's own.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_HERE = str(Path(__file__).resolve().parent.parent)


def _hand_over(message: Mapping[str, Any]) -> None:
    sys.stdout.write(f"::{json.dumps(message, default=str)}::\n")
    sys.stdout.flush()


class _Handler(logging.Handler):
    _LEVELS = ((logging.ERROR, "ERROR"), (logging.WARNING, "WARN"), (logging.INFO, "INFO"), (logging.DEBUG, "DEBUG"))

    def emit(self, record: logging.LogRecord) -> None:
        """Hand the record over as a log entry."""
        level = next((name for least, name in self._LEVELS if record.levelno >= least), "TRACE")
        _hand_over({"logs": [{"level": level, "message": self.format(record)}]})


class Kestra:
    """Hands values over to the task that runs the script."""

    @staticmethod
    def outputs(values: Mapping[str, Any]) -> None:
        """Outputs of the task, read as `outputs.TASK.vars`."""
        _hand_over({"outputs": values})

    @staticmethod
    def counter(name: str, value: float, tags: Mapping[str, str] | None = None) -> None:
        """A metric that counts."""
        Kestra._metric(name, "counter", value, tags)

    @staticmethod
    def gauge(name: str, value: float, tags: Mapping[str, str] | None = None) -> None:
        """A metric that goes up and down."""
        Kestra._metric(name, "gauge", value, tags)

    @staticmethod
    def timer(name: str, duration: float | Callable[[], object], tags: Mapping[str, str] | None = None) -> None:
        """A metric of time: seconds, or a function to call and time."""
        if callable(duration):
            start = time.monotonic()
            duration()
            duration = time.monotonic() - start
        Kestra._metric(name, "timer", duration, tags)

    @staticmethod
    def logger() -> logging.Logger:
        """A logger whose entries keep their levels in the task's log."""
        logger = logging.getLogger("Kestra")
        if not any(isinstance(handler, _Handler) for handler in logger.handlers):
            logger.addHandler(_Handler())
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
        return logger

    @staticmethod
    def _metric(name: str, kind: str, value: float, tags: Mapping[str, str] | None) -> None:
        metric: dict[str, Any] = {"name": name, "type": kind, "value": value}
        if tags:
            metric["tags"] = tags
        _hand_over({"metrics": [metric]})


def _give_way() -> None:
    elsewhere = [entry for entry in sys.path if str(Path(entry or ".").resolve()) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec(__name__, elsewhere)
    if spec is None or spec.loader is None or spec.origin is None:
        return
    own = importlib.util.module_from_spec(spec)
    sys.modules[__name__] = own
    spec.loader.exec_module(own)


_give_way()
