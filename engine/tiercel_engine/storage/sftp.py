"""An SFTP file system that connects to known hosts only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.storage.layout import StorageError


def open_sftp(server: str, options: Mapping[str, Any]) -> Any:
    """The files of `user@host:port`; `options` may hold `username`, `password`, `key_filename`, `known_hosts`.

    Raises `StorageError` for a host whose key is not known: a stranger could stand between.
    """
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    class KnownHostsSftp(SFTPFileSystem):  # type: ignore[misc]
        """fsspec's takes any host at its word; this one asks the known hosts."""

        cachable = False

        def _connect(self) -> None:
            given = dict(self.ssh_kwargs)
            known_hosts = given.pop("known_hosts", None)
            self.client = paramiko.SSHClient()
            if known_hosts is not None:
                self.client.load_host_keys(known_hosts)
            else:
                self.client.load_system_host_keys()
            self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
            self.client.connect(self.host, **given)
            self.ftp = self.client.open_sftp()

    user, _, host = server.rpartition("@")
    name, _, port = host.partition(":")
    settings: dict[str, Any] = {"timeout": 30, **options}
    if user:
        settings.setdefault("username", user)
    if port:
        settings.setdefault("port", int(port))
    try:
        return KnownHostsSftp(name, **settings)
    except paramiko.SSHException as error:
        raise StorageError(f"The SFTP server {host} can't be used: {error}") from error
