"""1.3's conditions about executions: a file per kind or tight family, each registering itself."""

from tiercel_engine.triggers.flow.conditions import combining, executions, expressions, flows  # noqa: F401
from tiercel_engine.triggers.flow.conditions.registry import MULTIPLE, all_hold, holds

__all__ = ["MULTIPLE", "all_hold", "holds"]
