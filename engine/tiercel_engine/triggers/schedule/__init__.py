"""Triggers that fire at dates: `read_schedule` gives one's dates, `planning` says which of them is due."""

from tiercel_engine.triggers.schedule.reading import DATES, SCHEDULE, Schedule, ScheduleError, read_schedule

__all__ = ["DATES", "SCHEDULE", "Schedule", "ScheduleError", "read_schedule"]
