"""What is wrong with a flow, each with the way to its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelProblem:
    """One fault: keys and indices from the root of the flow's data, and what to say."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return f"{text}: {self.message}" if text else self.message


class FlowError(Exception):
    """A flow that can't be run; `problems` holds all that was found, at least one."""

    def __init__(self, problems: tuple[ModelProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
