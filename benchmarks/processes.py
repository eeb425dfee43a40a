"""Timing of whole processes: wall time and peak memory, several runs of several commands taken in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One run: seconds of wall time and the peak of resident memory in MiB."""

    seconds: float
    memory: float


@dataclass(frozen=True)
class Figures:
    """The runs of one command."""

    name: str
    samples: Sequence[Sample]

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(sample.seconds for sample in self.samples)

    @property
    def minimum(self) -> float:
        """Shortest wall time in seconds."""
        return min(sample.seconds for sample in self.samples)

    @property
    def memory(self) -> float:
        """Largest peak of memory in MiB."""
        return max(sample.memory for sample in self.samples)


def run_once(command: Sequence[str], *, cwd: Path, expected: Sequence[int] = (0,)) -> Sample:
    """Run a command to its end with its output thrown away.

    Raises:
        RuntimeError: if it ends with an exit code that is not expected.
    """
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in expected:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Sample(seconds, usage.ru_maxrss / scale)


def compare(
    commands: Mapping[str, Sequence[str]], *, cwd: Path, runs: int, expected: Sequence[int] = (0,)
) -> list[Figures]:
    """Run the commands in turn, so that all share what else the machine does; the first round is not counted."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            sample = run_once(command, cwd=cwd, expected=expected)
            if turn:
                samples[name].append(sample)
    return [Figures(name, tuple(taken)) for name, taken in samples.items()]


def table(figures: Sequence[Figures], *, baseline: str) -> str:
    """The figures as a Markdown table, each with its ratio to the baseline's median."""
    base = next(each.median for each in figures if each.name == baseline)
    rows = ["| command | median ms | minimum ms | ratio | peak MiB |", "|---|---|---|---|---|"]
    rows += [
        f"| {each.name} | {each.median * 1000:.0f} | {each.minimum * 1000:.0f} | {each.median / base:.2f} "
        f"| {each.memory:.0f} |"
        for each in figures
    ]
    return "\n".join(rows)
