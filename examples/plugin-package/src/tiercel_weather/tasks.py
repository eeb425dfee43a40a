"""The tasks: imported when a flow that uses one is run."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import required_text, text

_DEGREES = {"Lisbon": 21.5, "Oslo": 4.0}


@task_type("com.example.weather.Forecast")
class Forecast:
    """Tells the temperature of a city."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `city` and `degrees`; raises `TaskFailure` for a city that nobody has heard of."""
        city = await required_text(context, "city")
        if city not in _DEGREES:
            raise TaskFailure(f"There is no forecast for '{city}'")
        degrees = _DEGREES[city]
        if (await text(context, "unit", "CELSIUS")) == "FAHRENHEIT":
            degrees = degrees * 9 / 5 + 32
        context.log("INFO", f"{city}: {degrees}")
        context.metric("gauge", "degrees", degrees)
        return TaskResult({"city": city, "degrees": degrees})
