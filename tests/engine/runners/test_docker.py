"""The Docker runner against a daemon that speaks the API over a real socket (see `fake_docker`)."""

import base64
import json
import os
import tarfile
from dataclasses import replace

import anyio
import pytest

from tests.engine.runners.fake_docker import serving_docker
from tests.engine.tasks.bench import Bench
from tiercel_engine.runners import RunnerMode, RunnerPolicy
from tiercel_engine.runners.docker.daemon import Daemon, NoDaemon, find_daemon
from tiercel_engine.runners.docker.settings import BadSetting, parse_bytes, read_settings
from tiercel_schemas.versions import KestraVersion

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")]
SHELL = "io.kestra.plugin.scripts.shell.Commands"
DOCKER = "io.kestra.plugin.scripts.runner.docker.Docker"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def daemon():
    with serving_docker() as state:
        yield state


@pytest.fixture
def bench(tmp_path, daemon):
    bench = Bench(tmp_path)
    policy = RunnerPolicy(RunnerMode.AUTO, find_daemon=lambda host: find_daemon(host or daemon.host))
    bench.services = replace(bench.services, runners=policy)
    return bench


def the_container(daemon):
    ((container, _),) = daemon.removed.values()
    return container


async def test_files_go_in_and_come_out_and_the_container_goes(bench, daemon):
    outputs, caught = await bench.run(
        type=SHELL,
        env={"WHO": "{{ flow.id }}"},
        inputFiles={"d/in.txt": "data"},
        outputFiles=["out/*"],
        commands=[
            "cat d/in.txt; echo; echo $WHO; echo oops >&2",
            "mkdir out; echo x > out/a.txt",
            'echo \'::{"outputs": {"n": 1}}::\'',
        ],
    )
    assert caught.shown("INFO") == ["data", "f"]
    assert caught.shown("ERROR") == ["oops"]
    assert (outputs["exitCode"], outputs["vars"]) == (0, {"n": 1})
    assert bench.services.storage.read_bytes(outputs["outputFiles"]["out/a.txt"]) == b"x\n"
    container = the_container(daemon)
    assert outputs["taskRunner"] == {"containerId": container["Id"]}
    assert daemon.containers == {}
    assert daemon.removed[container["Id"]][1] == {"v": "True", "link": "False", "force": "True"}
    config = container["Config"]
    assert (config["Image"], config["Entrypoint"]) == ("ubuntu", [""])
    assert config["WorkingDir"] == str(bench.directory)
    assert config["Labels"]["kestra.io/task-id"] == "t"
    assert not any(variable.startswith(("HOME=", "PATH=")) for variable in config["Env"])


async def test_a_failing_command_keeps_outputs_and_files(bench):
    failure = await bench.failure(type=SHELL, outputFiles=["a.txt"], commands=["echo x > a.txt", "exit 7"])
    assert failure.message == "Command failed with exit code 7"
    assert failure.outputs["exitCode"] == 7
    assert list(failure.outputs["outputFiles"]) == ["a.txt"]


async def test_every_setting_reaches_the_daemon(bench, daemon):
    daemon.images.add("my/tool:1")
    bench.services = replace(
        bench.services, runners=replace(bench.services.runners, allows_volumes=True, allows_privileged=True)
    )
    runner = {
        "type": DOCKER,
        "user": "1000:1000",
        "entryPoint": ["/bin/sh"],
        "networkMode": "backend",
        "extraHosts": ["db:10.0.0.1"],
        "portBindings": ["8080:80", "127.0.0.1:81:81/udp"],
        "volumes": ["/data:/data:ro"],
        "cpu": {"cpus": 1.5},
        "memory": {
            "memory": "{{ 256 * 2 }}MB",
            "memorySwap": "1GB",
            "memoryReservation": "64m",
            "memorySwappiness": 10,
            "oomKillDisable": True,
        },
        "shmSize": "128MB",
        "privileged": True,
        "deviceRequests": [{"driver": "nvidia", "count": -1, "capabilities": [["gpu"]]}],
        "pullPolicy": "NEVER",
    }
    await bench.run(type=SHELL, containerImage="my/tool:1", interpreter=["-c"], taskRunner=runner, commands=["true"])
    config = the_container(daemon)["Config"]
    host = config["HostConfig"]
    assert (config["Image"], config["User"], config["Entrypoint"]) == ("my/tool:1", "1000:1000", ["/bin/sh"])
    assert config["ExposedPorts"] == {"80/tcp": {}, "81/udp": {}}
    assert host["PortBindings"] == {
        "80/tcp": [{"HostIp": "", "HostPort": "8080"}],
        "81/udp": [{"HostIp": "127.0.0.1", "HostPort": "81"}],
    }
    assert (host["NetworkMode"], host["ExtraHosts"], host["Binds"]) == ("backend", ["db:10.0.0.1"], ["/data:/data:ro"])
    assert (host["NanoCpus"], host["Memory"], host["MemorySwap"]) == (1_500_000_000, 512 << 20, 1 << 30)
    assert (host["MemoryReservation"], host["MemorySwappiness"], host["OomKillDisable"]) == (64 << 20, 10, True)
    assert (host["ShmSize"], host["Privileged"]) == (128 << 20, True)
    assert host["DeviceRequests"][0]["Capabilities"] == [["gpu"]]


@pytest.mark.parametrize("setting", ["volumes", "privileged"])
async def test_what_opens_the_machine_has_to_be_enabled(bench, daemon, setting):
    value = ["/:/host"] if setting == "volumes" else True
    failure = await bench.failure(type=SHELL, taskRunner={"type": DOCKER, setting: value}, commands=["true"])
    assert f"run.docker.{setting.removesuffix('s')}-enabled: true" in failure.message
    assert not daemon.removed


async def test_the_directory_may_be_mounted(bench, daemon):
    outputs, _ = await bench.run(
        type=SHELL,
        taskRunner={"type": DOCKER, "fileHandlingStrategy": "MOUNT"},
        inputFiles={"in.txt": "data"},
        outputFiles=["*.out"],
        commands=["cat in.txt > a.out", "echo"],
    )
    assert bench.services.storage.read_bytes(outputs["outputFiles"]["a.out"]) == b"data"
    (mount,) = the_container(daemon)["Config"]["HostConfig"]["Mounts"]
    assert (mount["Type"], mount["Source"], mount["Target"]) == ("bind", str(bench.directory), str(bench.directory))


async def test_an_image_is_pulled_when_it_is_not_there_with_the_credentials_given(bench, daemon):
    daemon.registry["reg.example/tool:2"] = True
    runner = {"type": DOCKER, "credentials": {"registry": "reg.example", "username": "me", "password": "{{ 'pw' }}"}}
    _, caught = await bench.run(type=SHELL, containerImage="reg.example/tool:2", taskRunner=runner, commands=["true"])
    ((image, header),) = daemon.pulls
    assert image == "reg.example/tool:2"
    sent = json.loads(base64.urlsafe_b64decode(header))
    assert sent == {"serveraddress": "reg.example", "username": "me", "password": "pw"}
    said = caught.shown("DEBUG")
    assert "Pulling image 'reg.example/tool:2'" in said
    assert "abc: Download complete" in said
    assert "abc: Downloading" not in said
    await bench.run(type=SHELL, containerImage="reg.example/tool:2", commands=["true"])
    assert len(daemon.pulls) == 1
    await bench.run(
        type=SHELL,
        containerImage="reg.example/tool:2",
        taskRunner={"type": DOCKER, "pullPolicy": "ALWAYS"},
        commands=["true"],
    )
    assert len(daemon.pulls) == 2


@pytest.mark.parametrize(
    "config",
    [
        {"auths": {"reg.example": {"auth": base64.b64encode(b"me:pw").decode()}}, "credsStore": "evil"},
        json.dumps({"auths": {"reg.example": {"auth": base64.b64encode(b"me:pw").decode()}}}),
    ],
)
async def test_credentials_may_stand_in_a_config(bench, daemon, config):
    daemon.registry["reg.example/tool:latest"] = True
    await bench.run(
        type=SHELL,
        containerImage="reg.example/tool",
        taskRunner={"type": DOCKER, "config": config},
        commands=["true"],
    )
    sent = json.loads(base64.urlsafe_b64decode(daemon.pulls[0][1]))
    assert (sent["username"], sent["password"]) == ("me", "pw")


async def test_an_image_that_nobody_has(bench, daemon):
    failure = await bench.failure(type=SHELL, containerImage="nope:9", commands=["true"])
    assert failure.message == "Cannot pull image 'nope:9': manifest for nope:9 not found"
    never = {"type": DOCKER, "pullPolicy": "NEVER"}
    failure = await bench.failure(type=SHELL, containerImage="nope:9", taskRunner=never, commands=["true"])
    assert failure.message == "No such image: nope:9"
    assert not daemon.containers


async def test_an_interpreter_that_the_image_lacks(bench, daemon):
    failure = await bench.failure(type=SHELL, interpreter=["no-such-shell"], commands=["true"])
    assert "executable file not found" in failure.message
    assert bench.last.shown("WARN") == []
    assert not daemon.containers


@pytest.mark.parametrize(("grace", "signals"), [(None, ["SIGKILL"]), ("PT5S", [("stop", "5"), "SIGTERM"])])
async def test_a_kill_stops_and_removes_the_container(bench, daemon, grace, signals):
    runner = {"type": DOCKER, "killGracePeriod": grace} if grace else {"type": DOCKER}
    async with anyio.create_task_group() as group:

        async def run():
            await bench.run(type=SHELL, taskRunner=runner, commands=["echo up; sleep 300"])

        group.start_soon(run)
        with anyio.fail_after(20):
            while not getattr(bench, "last", None) or "up" not in bench.last.shown("INFO"):  # noqa: ASYNC110
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    assert daemon.signals == signals
    assert not daemon.containers
    assert the_container(daemon)["process"].wait(10) != 0


async def test_a_container_may_stay(bench, daemon):
    await bench.run(type=SHELL, taskRunner={"type": DOCKER, "delete": False}, commands=["true"])
    assert len(daemon.containers) == 1


async def test_a_container_may_be_left_to_itself(bench, daemon):
    outputs, _ = await bench.run(type=SHELL, taskRunner={"type": DOCKER, "wait": False}, commands=["sleep 300"])
    assert outputs["exitCode"] == 0
    (container,) = daemon.containers.values()
    assert container["process"].poll() is None
    container["process"].kill()


async def test_much_output_comes_through_in_order(bench):
    _, caught = await bench.run(type=SHELL, commands=["seq 1 200000"])
    assert caught.shown("INFO") == [str(number) for number in range(1, 200_001)]


async def test_scripts_in_containers_may_import_kestra(bench, daemon):
    daemon.images.add("python:3.13-slim")
    outputs, _ = await bench.run(
        type="io.kestra.plugin.scripts.python.Script",
        beforeCommands=['python() { python3 "$@"; }'],
        script="from kestra import Kestra\nKestra.outputs({'a': 1})",
    )
    assert outputs["vars"] == {"a": 1}


async def test_nothing_is_written_outside_of_the_directory(bench, daemon):
    """A container may answer anything; a tar is no reason to write elsewhere."""
    name = bench.directory.name

    def member(path, kind=tarfile.REGTYPE, link=""):
        made = tarfile.TarInfo(path)
        made.type, made.linkname = kind, link
        return made

    planted = [
        member(f"{name}/../../escaped.txt"),
        member(f"{name}/link", tarfile.SYMTYPE, "/etc"),
        member(f"{name}/pipe", tarfile.FIFOTYPE),
        member(f"{name}/hard", tarfile.LNKTYPE, f"{name}/../../secret.txt"),
        member(f"{name}/good.txt"),
    ]
    (bench.folder / "secret.txt").write_text("hush")

    async with anyio.create_task_group() as group:

        async def plant():
            while not daemon.containers:  # noqa: ASYNC110
                await anyio.sleep(0.005)
            next(iter(daemon.containers.values()))["planted"] = planted

        group.start_soon(plant)
        outputs, caught = await bench.run(type=SHELL, outputFiles=["**"], commands=["sleep 0.3"])
    assert list(outputs["outputFiles"]) == ["good.txt"]
    assert len(caught.shown("WARN")) == 4
    assert not (bench.folder.parent / "escaped.txt").exists()
    assert not (bench.directory / "link").exists()


async def test_the_old_way_to_ask_for_an_image(tmp_path, daemon):
    bench = Bench(tmp_path, KestraVersion.V1_3)
    bench.services = replace(
        bench.services, runners=RunnerPolicy(find_daemon=lambda host: find_daemon(host or daemon.host))
    )
    daemon.images.add("alpine:3")
    await bench.run(type=SHELL, runner="DOCKER", docker={"image": "alpine:3", "user": "me"}, commands=["true"])
    config = the_container(daemon)["Config"]
    assert (config["Image"], config["User"]) == ("alpine:3", "me")


async def test_a_daemon_that_goes_away_fails_the_task(bench, daemon):
    bench.services = replace(
        bench.services, runners=RunnerPolicy(find_daemon=lambda _: Daemon("unix:///nowhere/docker.sock"))
    )
    failure = await bench.failure(type=SHELL, commands=["true"])
    assert failure.message.startswith("The Docker daemon does not answer")


def test_a_daemon_is_looked_for_where_it_is_said_to_be(monkeypatch, daemon):
    find_daemon.cache_clear()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    found = find_daemon()
    assert isinstance(found, NoDaemon)
    assert "unix:///nowhere/docker.sock" in found.reason
    assert find_daemon(daemon.host) == Daemon(daemon.host)
    find_daemon.cache_clear()
    monkeypatch.setenv("DOCKER_HOST", daemon.host)
    assert find_daemon() == Daemon(daemon.host)
    find_daemon.cache_clear()


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("1b", 1), ("2k", 2048), ("1.5MB", 3 << 19), ("1GiB", 1 << 30), (64, 64), ("-1", -1)]
)
def test_sizes(text, size):
    assert parse_bytes("memory", text) == size


@pytest.mark.parametrize(
    "written",
    [
        {"pullPolicy": "SOMETIMES"},
        {"fileHandlingStrategy": "COPY"},
        {"memory": {"memory": "lots"}},
        {"memory": "512MB"},
        {"cpu": {"cpus": "many"}},
        {"killGracePeriod": "5 seconds"},
        {"config": "{broken"},
        {"config": [1]},
    ],
)
def test_settings_that_can_not_be_used_are_named(written):
    with pytest.raises(BadSetting, match=next(iter(written))):
        read_settings(written)


def test_every_property_of_the_catalog_is_read_or_has_a_reason():
    from tiercel_schemas.catalog import load_catalog

    plugin = load_catalog(KestraVersion.V2_0).plugin(DOCKER)
    read = {"host", "config", "credentials", "user", "entryPoint", "extraHosts", "networkMode", "portBindings"}
    read |= {"volumes", "pullPolicy", "deviceRequests", "cpu", "memory", "shmSize", "privileged", "delete", "wait"}
    read |= {"fileHandlingStrategy", "killGracePeriod"}
    without_meaning_here = {
        "resume": "a run that was cut off starts its tasks anew",
        "type": "chose the runner",
        "version": "of Kestra's plugin",
    }
    assert set(plugin.properties) - read - set(without_meaning_here) == set()
    assert read <= set(plugin.properties)


def test_images_are_those_of_the_catalog():
    from tiercel_engine.tasks.scripts.languages import LANGUAGES
    from tiercel_schemas.catalog import load_catalog

    catalog = load_catalog(KestraVersion.V2_0)
    for name, language in LANGUAGES.items():
        declared = catalog.plugin(f"io.kestra.plugin.scripts.{name}.Commands").properties["containerImage"].default
        assert language.image == declared, name


def test_preflight_says_nothing_of_a_task_that_gets_what_it_asks_for(daemon):
    from tiercel_engine.tasks.preflight import preflight
    from tiercel_schemas.model import read_flow

    flow = {"id": "f", "namespace": "a", "tasks": [{"id": "t", "type": SHELL, "commands": ["true"]}]}
    policy = RunnerPolicy(find_daemon=lambda _: Daemon(daemon.host))
    assert preflight([read_flow(flow, KestraVersion.V2_0)], policy) == []
    absent = {**flow, "tasks": [{"id": "t", "type": "io.kestra.plugin.scripts.julia.Script", "script": "1"}]}
    assert preflight([read_flow(absent, KestraVersion.V2_0)], replace(policy, find_program=lambda _: None)) == []
    nobody = RunnerPolicy(find_daemon=lambda _: NoDaemon("no Docker daemon answers on this machine"))
    (notice,) = preflight([read_flow(flow, KestraVersion.V2_0)], nobody)
    assert (notice.level, notice.code) == ("WARN", "runner-replaced")
    assert "no Docker daemon answers" in notice.message
    assert "plain process with /" in notice.message
