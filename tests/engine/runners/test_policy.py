"""Where script tasks run: what is replaced is said, what can't run is refused with a way out."""

import pytest

from tiercel_engine.runners import RunnerMode, RunnerPolicy
from tiercel_engine.runners.docker.daemon import Daemon, NoDaemon
from tiercel_engine.runners.policy import DOCKER_RUNNER

PROCESS = "io.kestra.plugin.core.runner.Process"
SCRIPTS = "io.kestra.plugin.scripts."


def policy(mode, daemon=None, **settings):
    return RunnerPolicy(
        mode,
        lambda name: f"/bin/{name}" if name in ("sh", "python3") else None,
        lambda host: daemon or NoDaemon("nobody answers"),
        **settings,
    )


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


def test_a_daemon_is_used_unless_processes_are_asked_for():
    daemon = Daemon("unix:///d.sock")
    for mode in (RunnerMode.AUTO, RunnerMode.DOCKER):
        choice = policy(mode, daemon).choose(None, "no-such-program")
        assert (choice.daemon, choice.notice, choice.refusal) == ("unix:///d.sock", None, None)
    assert policy(RunnerMode.PROCESS, daemon).choose(None, "sh").daemon is None
    assert policy(RunnerMode.AUTO, daemon).choose(PROCESS, "sh").daemon is None


def test_a_runner_of_a_cluster_becomes_a_container_and_that_is_said():
    choice = policy(RunnerMode.AUTO, Daemon("d")).choose("io.kestra.plugin.ee.kubernetes.runner.Kubernetes", "sh")
    assert choice.daemon == "d"
    assert "Kubernetes" in choice.notice


def test_the_longest_name_of_the_mapping_counts():
    modes = {
        SCRIPTS.rstrip("."): RunnerMode.DOCKER,
        SCRIPTS + "shell": RunnerMode.PROCESS,
        SCRIPTS + "shell.Script": RunnerMode.DOCKER,
    }
    chooser = policy(RunnerMode.AUTO, modes=modes)
    assert chooser.choose(None, "sh", None, SCRIPTS + "shell.Commands").refusal is None
    assert chooser.choose(None, "sh", None, SCRIPTS + "shell.Script").refusal is not None
    assert chooser.choose(None, "sh", None, SCRIPTS + "shellfish.Commands").refusal is not None
    assert chooser.choose(None, "sh", None, "io.other.Commands").refusal is None
