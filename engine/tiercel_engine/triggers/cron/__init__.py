"""Cron expressions as the Schedule trigger reads them."""

from tiercel_engine.triggers.cron.errors import CronError, ZoneError
from tiercel_engine.triggers.cron.parser import parse_cron
from tiercel_engine.triggers.cron.schedule import Cron
from tiercel_engine.triggers.cron.words import describe_cron
from tiercel_engine.triggers.cron.zones import parse_zone

__all__ = ["Cron", "CronError", "ZoneError", "describe_cron", "parse_cron", "parse_zone"]
