"""Triggers that fire when they are called: whose key it is, and what the call brings."""

from tiercel_engine.triggers.webhook.calls import TYPE, Call, Part, call_variables, find_called

__all__ = ["TYPE", "Call", "Part", "call_variables", "find_called"]
