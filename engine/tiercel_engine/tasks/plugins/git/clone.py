"""Cloning a repository into the working directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.git.program import GIT, Git, check_url, opened_git
from tiercel_engine.tasks.properties import flag, required_text, text, whole


@dataclass(frozen=True, slots=True)
class _Wanted:
    url: str
    branch: str | None
    tag: str | None
    commit: str | None
    depth: int
    every_branch: bool
    tags: bool
    submodules: bool

    @property
    def fetch_options(self) -> list[str]:
        """What both `clone` and `fetch` take."""
        # The commit or tag that is asked for may lie deeper than the depth.
        shallow = [] if self.commit or self.tag or self.depth < 1 else [f"--depth={self.depth}"]
        return [*shallow, *([] if self.tags else ["--no-tags"])]


@task_type("io.kestra.plugin.git.Clone", needs=GIT)
class Clone:
    """Clones a repository; into a folder with files by fetching, as those stay."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `directory`; raises `TaskFailure` when git fails."""
        wanted = await _wanted(context)
        root = await context.working_directory()
        target = (root / (await text(context, "directory") or "")).resolve()
        if not target.is_relative_to(root.resolve()):
            raise TaskFailure("Property 'directory' leaves the working directory")
        target.mkdir(parents=True, exist_ok=True)
        context.log("INFO", f"Start cloning from '{wanted.url}'")
        async with opened_git(context, wanted.url) as git:
            if any(target.iterdir()):
                await _fetch_into(git, wanted, target)
            else:
                await _clone(git, wanted, target)
            point = wanted.commit or (f"refs/tags/{wanted.tag}" if wanted.tag else None)
            if point is not None:
                await git.run("checkout", "--detach", point, "--", folder=target)
            if wanted.submodules:
                await git.run("submodule", "update", "--init", "--recursive", folder=target)
        return TaskResult({"directory": str(target)})


async def _wanted(context: TaskContext) -> _Wanted:
    depth = await whole(context, "depth")
    wanted = _Wanted(
        url=check_url(await required_text(context, "url")),
        branch=await text(context, "branch"),
        tag=await text(context, "tag"),
        commit=await text(context, "commit"),
        depth=1 if depth is None else depth,
        every_branch=await flag(context, "cloneAllBranches", default=True),
        tags=not await flag(context, "noTags", default=False),
        submodules=await flag(context, "cloneSubmodules", default=False),
    )
    if not wanted.every_branch and not wanted.branch:
        raise TaskFailure("Invalid clone configuration: when `cloneAllBranches` is false, `branch` must be set.")
    if wanted.tag and not wanted.tags:
        raise TaskFailure("Invalid clone configuration: `tag` cannot be used with `noTags: true`.")
    for point in (wanted.branch, wanted.tag, wanted.commit):
        if point is not None and point.startswith("-"):
            raise TaskFailure(f"Invalid revision '{point}'")
    return wanted


async def _clone(git: Git, wanted: _Wanted, target: Path) -> None:
    options = [*wanted.fetch_options, "--no-single-branch" if wanted.every_branch else "--single-branch"]
    if wanted.branch and not (wanted.commit or wanted.tag):
        options.append(f"--branch={_short(wanted.branch)}")
    await git.run("clone", *options, "--", wanted.url, str(target), folder=target)


async def _fetch_into(git: Git, wanted: _Wanted, target: Path) -> None:
    await git.run("init", folder=target)
    await git.run("remote", "add", "origin", wanted.url, folder=target)
    which = "*" if wanted.every_branch or not wanted.branch else _short(wanted.branch)
    heads = f"+refs/heads/{which}:refs/remotes/origin/{which}"
    await git.run("fetch", *wanted.fetch_options, "origin", heads, folder=target)
    if wanted.commit or wanted.tag:
        return
    branch = _short(wanted.branch) if wanted.branch else await _default_branch(git, target)
    await git.run("checkout", "-B", branch, f"refs/remotes/origin/{branch}", folder=target)


async def _default_branch(git: Git, target: Path) -> str:
    await git.run("remote", "set-head", "origin", "--auto", folder=target)
    head = await git.run("symbolic-ref", "refs/remotes/origin/HEAD", folder=target)
    return head.removeprefix("refs/remotes/origin/")


def _short(branch: str) -> str:
    return branch.removeprefix("refs/heads/")
