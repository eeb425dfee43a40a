"""What a task says about its container: the properties of Kestra's Docker runner, rendered, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tiercel_engine.inputs.types.texts import as_text
from tiercel_schemas.model.durations import parse_duration

_SIZE = re.compile(r"(?i)\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtp]?)i?b?\s*")
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
PullPolicy = Literal["IF_NOT_PRESENT", "ALWAYS", "NEVER"]
_POLICIES: dict[str, PullPolicy] = {"IF_NOT_PRESENT": "IF_NOT_PRESENT", "ALWAYS": "ALWAYS", "NEVER": "NEVER"}


class BadSetting(ValueError):  # noqa: N818
    """A property of the runner that can't be used; its text names it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What of the machine a container may use; sizes in bytes, None leaves the daemon's default."""

    nano_cpus: int | None = None
    memory: int | None = None
    memory_swap: int | None = None
    memory_reservation: int | None = None
    kernel_memory: int | None = None
    memory_swappiness: int | None = None
    oom_kill_disable: bool | None = None
    shm_size: int | None = None


@dataclass(frozen=True, slots=True)
class DockerSettings:
    """One container's settings. `kill_grace` is in seconds; `config` is the content of a Docker `config.json`."""

    host: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    entry_point: tuple[str, ...] = ("",)
    extra_hosts: tuple[str, ...] = ()
    network_mode: str | None = None
    port_bindings: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    pull_policy: PullPolicy = "IF_NOT_PRESENT"
    device_requests: tuple[Mapping[str, Any], ...] = ()
    limits: Limits = Limits()
    privileged: bool = False
    mounts_directory: bool = False
    """The working directory is mounted instead of copied (`fileHandlingStrategy: MOUNT`)."""
    delete: bool = True
    wait: bool = True
    kill_grace: float = 0.0


def read_settings(written: Mapping[str, Any]) -> DockerSettings:
    """The settings that rendered properties give; raises `BadSetting`."""
    strategy = as_text(written.get("fileHandlingStrategy") or "VOLUME").upper()
    if strategy not in ("VOLUME", "MOUNT"):
        raise BadSetting(f"fileHandlingStrategy has to be VOLUME or MOUNT, not '{strategy}'")
    policy = as_text(written.get("pullPolicy") or "IF_NOT_PRESENT").upper()
    if policy not in _POLICIES:
        raise BadSetting(f"pullPolicy has to be {', '.join(_POLICIES)}, not '{policy}'")
    return DockerSettings(
        host=_text(written, "host"),
        config=_config(written.get("config")),
        credentials={key: as_text(value) for key, value in _map(written, "credentials").items() if value is not None},
        user=_text(written, "user"),
        entry_point=_texts(written, "entryPoint") if written.get("entryPoint") is not None else ("",),
        extra_hosts=_texts(written, "extraHosts"),
        network_mode=_text(written, "networkMode"),
        port_bindings=_texts(written, "portBindings"),
        volumes=_texts(written, "volumes"),
        pull_policy=_POLICIES[policy],
        device_requests=tuple(each for each in written.get("deviceRequests") or () if isinstance(each, Mapping)),
        limits=_limits(written),
        privileged=_flag(written, "privileged", default=False),
        mounts_directory=strategy == "MOUNT",
        delete=_flag(written, "delete", default=True),
        wait=_flag(written, "wait", default=True),
        kill_grace=_seconds(written, "killGracePeriod"),
    )


def parse_bytes(name: str, value: Any) -> int:
    """Bytes of `512MB`, `1g`, `64`; `-1` as it is (no limit); raises `BadSetting`."""
    text = as_text(value)
    if text.strip() == "-1":
        return -1
    match = _SIZE.fullmatch(text)
    if match is None:
        raise BadSetting(f"{name} is no size: '{text}'")
    return int(float(match[1]) * 1024 ** _UNITS[match[2].lower()])


def _limits(written: Mapping[str, Any]) -> Limits:
    cpu, memory = _map(written, "cpu"), _map(written, "memory")

    def size(source: Mapping[str, Any], name: str) -> int | None:
        return None if source.get(name) is None else parse_bytes(name, source[name])

    cpus = cpu.get("cpus", cpu.get("count"))
    try:
        nano_cpus = None if cpus is None else int(float(as_text(cpus)) * 1_000_000_000)
        swappiness = memory.get("memorySwappiness")
        swappiness = None if swappiness is None else int(as_text(swappiness))
    except ValueError as error:
        raise BadSetting(f"cpu.cpus and memory.memorySwappiness have to be numbers: {error}") from error
    oom = memory.get("oomKillDisable")
    return Limits(
        nano_cpus=nano_cpus,
        memory=size(memory, "memory"),
        memory_swap=size(memory, "memorySwap"),
        memory_reservation=size(memory, "memoryReservation"),
        kernel_memory=size(memory, "kernelMemory"),
        memory_swappiness=swappiness,
        oom_kill_disable=None if oom is None else as_text(oom).lower() == "true",
        shm_size=size(written, "shmSize"),
    )


def _config(value: Any) -> Mapping[str, Any]:
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        import json

        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadSetting(f"config is no JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise BadSetting("config has to be a map or the JSON text of one")
    return value


def _map(written: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = written.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadSetting(f"{name} has to be a map")
    return value


def _text(written: Mapping[str, Any], name: str) -> str | None:
    value = written.get(name)
    return None if value is None or value == "" else as_text(value)


def _texts(written: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = written.get(name)
    if value is None:
        return ()
    items: Sequence[Any] = value if isinstance(value, (list, tuple)) else [value]
    return tuple(as_text(item) for item in items)


def _flag(written: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = written.get(name)
    return default if value is None else as_text(value).lower() == "true"


def _seconds(written: Mapping[str, Any], name: str) -> float:
    value = _text(written, name)
    if value is None:
        return 0.0
    try:
        return parse_duration(value).total_seconds()
    except ValueError as error:
        raise BadSetting(f"{name} is no duration: '{value}'") from error
