"""Where commands run: as plain processes, or in containers."""

from tiercel_engine.runners.policy import RunnerChoice, RunnerMode, RunnerPolicy

__all__ = ["RunnerChoice", "RunnerMode", "RunnerPolicy"]
