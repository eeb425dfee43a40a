"""Runs `git` with a task's credentials, which stand in no argument and in no file of the repository."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import anyio

from tiercel_engine.secrets.sources import PREFIX
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.properties import as_text, flag, mapping, text, whole

GIT = Needs(programs=("git",))
_PROTOCOLS = "file:git:http:https:ssh"


@dataclass(frozen=True, slots=True)
class Git:
    """The program, set up for one task."""

    environment: dict[str, str]

    async def run(self, *arguments: str, folder: Path) -> str:
        """What a command prints; raises `TaskFailure` with what git says when it fails."""
        done = await anyio.run_process(["git", *arguments], cwd=folder, env=self.environment, check=False)
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
            raise TaskFailure(f"git {arguments[0]} failed: {said}")
        return done.stdout.decode(errors="replace").strip()


@asynccontextmanager
async def opened_git(context: TaskContext, url: str | None) -> AsyncIterator[Git]:
    """Git with the credentials, proxies, timeouts and `gitConfig` that a task asks for."""
    settings = [("safe.directory", "*"), ("advice.detachedHead", "false"), ("init.defaultBranch", "main")]
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith((PREFIX, "GIT_"))}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": _PROTOCOLS, "LC_ALL": "C"}
    username, password = await text(context, "username"), await text(context, "password")
    if url is not None and (username or password) and urlsplit(url).scheme in {"http", "https"}:
        token = base64.b64encode(f"{username or ''}:{password or ''}".encode()).decode()
        settings.append((f"http.{_origin(url)}.extraHeader", f"Authorization: Basic {token}"))
    authority = await text(context, "trustedCaPemPath")
    if authority is not None:
        settings.append(("http.sslCAInfo", authority))
    slowest = max(1, (await whole(context, "readTimeout") or 60_000) // 1000)
    settings += [("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", str(slowest))]
    if await flag(context, "noProxy", default=False):
        environment |= {"NO_PROXY": "*", "no_proxy": "*"}
    settings += [(name, as_text(value)) for name, value in (await mapping(context, "gitConfig")).items()]
    environment["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (name, value) in enumerate(settings):
        environment |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    with TemporaryDirectory(prefix="tiercel-git-") as private:
        environment |= _ssh(Path(private), await text(context, "privateKey"), await text(context, "passphrase"))
        yield Git(environment)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"


def _ssh(folder: Path, key: str | None, passphrase: str | None) -> dict[str, str]:
    command = "ssh -o BatchMode=no -o StrictHostKeyChecking=accept-new"
    if key is None:
        return {"GIT_SSH_COMMAND": command}
    file = folder / "key"
    file.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
    file.write_text(key.rstrip() + "\n", encoding="utf-8")
    found = {"GIT_SSH_COMMAND": f"{command} -o IdentitiesOnly=yes -i {file}"}
    if passphrase is None:
        return found
    ask = folder / "ask"
    ask.write_text('#!/bin/sh\nprintf "%s\\n" "$TIERCEL_PASSPHRASE"\n', encoding="utf-8")
    ask.chmod(stat.S_IRWXU)
    return {**found, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "TIERCEL_PASSPHRASE": passphrase}


def check_url(url: str) -> str:
    """The URL, if it is none that git would take for an option."""
    if url.startswith("-") or not url.strip():
        raise TaskFailure(f"Invalid repository URL '{url}'")
    return url
