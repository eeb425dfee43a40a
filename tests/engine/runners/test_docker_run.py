"""`tiercel run` with the Docker runner, from the outside: the daemon is a stand-in, see `fake_docker`."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.engine.runners.fake_docker import serving_docker

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
FLOW = """id: f
namespace: a
tasks:
  - id: shared
    type: io.kestra.plugin.core.flow.WorkingDirectory
    outputFiles: ["*.txt"]
    tasks:
      - {id: one, type: io.kestra.plugin.scripts.shell.Commands, commands: ["echo 1 > a.txt"]}
      - {id: two, type: io.kestra.plugin.scripts.shell.Script, script: "cat a.txt a.txt > b.txt; cat b.txt"}
"""


def run(folder, host, *options):
    (folder / "flow.yaml").write_text(FLOW)
    done = subprocess.run(
        [sys.executable, "-m", "tiercel_server", "run", str(folder / "flow.yaml"), "--format", "jsonl", *options],
        env={**os.environ, "DOCKER_HOST": host},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("runner", ["auto", "docker"])
def test_tasks_run_in_containers_and_share_a_directory(tmp_path, runner):
    with serving_docker() as daemon:
        done, events = run(tmp_path, daemon.host, "--runner", runner)
        assert done.returncode == 0, done.stderr
        assert len(daemon.removed) == 2
        assert not daemon.containers
    assert [event for event in events if event["event"] == "notice"] == []
    assert [event["message"] for event in events if event["event"] == "log" and event["level"] == "INFO"] == ["1", "1"]


def test_without_a_daemon_auto_says_what_runs_as_a_process(tmp_path):
    done, events = run(tmp_path, "unix:///nowhere/docker.sock")
    assert done.returncode == 0
    said = [event["message"] for event in events if event["event"] == "notice"]
    assert len(said) == 2
    assert said[0].startswith("task 'one' asks for the Docker runner, but no Docker daemon answers at unix:///nowhere/")
    assert "runs here as a plain process with /" in said[0]


def test_without_a_daemon_docker_is_refused_with_the_ways_out(tmp_path):
    done, _ = run(tmp_path, "unix:///nowhere/docker.sock", "--runner", "docker")
    assert done.returncode == 2
    assert "no Docker daemon answers at unix:///nowhere/docker.sock" in done.stderr
    assert "--runner process" in done.stderr
    assert "tiercel.yaml" in done.stderr


@pytest.mark.parametrize("sign", ["Starting command with container id", "up"])
def test_a_run_that_is_killed_leaves_no_container(tmp_path, sign):
    with serving_docker() as daemon:
        flow = FLOW.replace("echo 1 > a.txt", "echo up; sleep 300")
        (tmp_path / "flow.yaml").write_text(flow)
        process = subprocess.Popen(
            [sys.executable, "-m", "tiercel_server", "run", str(tmp_path / "flow.yaml"), "--format", "jsonl"],
            env={**os.environ, "DOCKER_HOST": daemon.host},
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in process.stdout:
            if f'"{sign}' in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 1
        assert not daemon.containers
        ((container, _),) = daemon.removed.values()
        assert container["process"] is None or container["process"].wait(10) != 0
