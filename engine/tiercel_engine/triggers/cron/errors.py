"""What is wrong with a cron expression or a zone id."""

from __future__ import annotations


class CronError(ValueError):
    """A text that is no cron expression; its text is Kestra's complaint."""


class ZoneError(ValueError):
    """A text that names no time zone; its text says so in plain words."""
