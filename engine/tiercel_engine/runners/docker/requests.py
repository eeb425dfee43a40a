"""The settings of a task as the request that creates its container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tiercel_engine.inputs.types.texts import as_text
from tiercel_engine.runners.docker.settings import DockerSettings

if TYPE_CHECKING:
    from docker import APIClient
    from docker.types import HostConfig

    from tiercel_engine.runners.docker.container import ContainerJob


def container_config(client: APIClient, job: ContainerJob) -> dict[str, Any]:
    """The body of the request that creates the container of a job."""
    settings = job.settings
    ports = _ports(settings)
    config = client.create_container_config(
        job.image,
        command=list(job.arguments),
        user=settings.user,
        environment=dict(job.environment),
        working_dir=str(job.directory),
        entrypoint=list(settings.entry_point),
        labels=dict(job.labels),
        ports=[(port.partition("/")[0], port.partition("/")[2] or "tcp") for port in ports] or None,
        host_config=_host_config(client, job, ports),
    )
    return dict(config)


def _host_config(client: APIClient, job: ContainerJob, ports: Mapping[str, Any]) -> HostConfig:
    from docker.types import Mount

    settings, limits = job.settings, job.settings.limits
    directory = str(job.directory)
    if settings.mounts_directory:
        mount = Mount(target=directory, source=directory, type="bind")
    else:
        mount = Mount(target=directory, source=None, type="volume")
    asked: dict[str, Any] = {
        "mounts": [mount],
        "binds": list(settings.volumes) or None,
        "port_bindings": dict(ports) or None,
        "network_mode": settings.network_mode,
        "extra_hosts": list(settings.extra_hosts) or None,
        "privileged": settings.privileged or None,
        "nano_cpus": limits.nano_cpus,
        "mem_limit": limits.memory,
        "memswap_limit": limits.memory_swap,
        "mem_reservation": limits.memory_reservation,
        "kernel_memory": limits.kernel_memory,
        "mem_swappiness": limits.memory_swappiness,
        "oom_kill_disable": limits.oom_kill_disable,
        "shm_size": limits.shm_size,
        "device_requests": [_device_request(each) for each in settings.device_requests] or None,
    }
    made: HostConfig = client.create_host_config(**{name: value for name, value in asked.items() if value is not None})
    return made


def _ports(settings: DockerSettings) -> dict[str, Any]:
    from docker.utils.ports import build_port_bindings

    if not settings.port_bindings:
        return {}
    return dict(build_port_bindings(settings.port_bindings))


def _device_request(written: Mapping[str, Any]) -> Mapping[str, Any]:
    from docker.types import DeviceRequest

    count = written.get("count")
    return DeviceRequest(
        driver=as_text(written.get("driver") or ""),
        count=int(as_text(count)) if count is not None else 0,
        device_ids=[as_text(each) for each in written.get("deviceIds") or ()],
        capabilities=[[as_text(each) for each in group] for group in written.get("capabilities") or ()],
        options={str(key): as_text(value) for key, value in (written.get("options") or {}).items()},
    )
