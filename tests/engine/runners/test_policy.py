"""Where script tasks run: what is replaced is said, what can't run is refused with a way out."""

import pytest

from tiercel_engine.runners import RunnerMode, RunnerPolicy
from tiercel_engine.runners.policy import DOCKER_RUNNER

PROCESS = "io.kestra.plugin.core.runner.Process"


def policy(mode):
    return RunnerPolicy(mode, lambda name: f"/bin/{name}" if name in ("sh", "python3") else None)


@pytest.mark.parametrize("mode", list(RunnerMode))
def test_a_task_that_asks_for_a_process_gets_one_without_a_word(mode):
    choice = policy(mode).choose(PROCESS, "sh")
    assert (choice.notice, choice.refusal) == (None, None)


@pytest.mark.parametrize("asked", [None, DOCKER_RUNNER, "io.kestra.plugin.ee.kubernetes.runner.Kubernetes"])
@pytest.mark.parametrize("mode", [RunnerMode.AUTO, RunnerMode.PROCESS])
def test_another_runner_is_replaced_and_the_interpreter_named(mode, asked):
    choice = policy(mode).choose(asked, "sh")
    assert choice.refusal is None
    assert "/bin/sh" in choice.notice
    assert (asked or DOCKER_RUNNER).rpartition(".")[2] in choice.notice


def test_docker_is_refused_with_the_way_out():
    choice = policy(RunnerMode.DOCKER).choose(None, "sh")
    assert "--runner process" in choice.refusal


@pytest.mark.parametrize("mode", [RunnerMode.AUTO, RunnerMode.PROCESS])
def test_a_missing_interpreter_is_refused(mode):
    assert "'ruby'" in policy(mode).choose(None, "ruby").refusal
    assert "'ruby'" in policy(mode).choose(PROCESS, "ruby").refusal
