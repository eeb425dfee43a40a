"""Working directories as tar streams, into a container and out of it."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO

_ALL_MAY = 0o777


def pack(folder: Path, into: IO[bytes], top: str = ".") -> None:
    """Write a folder's content to a tar; in a container any user may change it."""

    def owned_by_nobody_here(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mode |= _ALL_MAY if member.isdir() else 0o666
        return member

    with tarfile.open(fileobj=into, mode="w", dereference=False) as archive:
        archive.add(folder, arcname=top, filter=owned_by_nobody_here)


def unpack(chunks: Iterable[bytes], folder: Path) -> list[str]:
    """Write the files of a tar stream, whose first step of each path is dropped, into a folder.

    Gives the names that were left out: what leads out of the folder, devices, sockets.
    """
    left_out = []
    root = folder.resolve()
    with tarfile.open(fileobj=_Chunks(chunks), mode="r|*") as archive:
        for member in archive:
            steps = PurePosixPath(member.name).parts[1:]
            if not steps:
                continue
            target = folder.joinpath(*steps)
            if ".." in steps or not _stays_inside(target, root) or not _written(archive, member, target, root):
                left_out.append(member.name)
    return left_out


def _stays_inside(target: Path, root: Path) -> bool:
    # The folder that holds it, since the last step itself is replaced, not followed.
    return target.parent.resolve().is_relative_to(root)


def _written(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, root: Path) -> bool:
    if member.isdir():
        if target.is_symlink():
            target.unlink()
        target.mkdir(parents=True, exist_ok=True)
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        # Judged by the path as it will be: links in the container lead where its own files are.
        if not (target.parent / member.linkname).resolve().is_relative_to(root):
            return False
        _make_room(target)
        target.symlink_to(member.linkname)
        return True
    if member.islnk():
        original = root.joinpath(*PurePosixPath(member.linkname).parts[1:])
        if not original.resolve().is_relative_to(root) or not original.is_file():
            return False
        if original.resolve() == target.resolve():
            return True
        _make_room(target)
        shutil.copyfile(original, target)
        return True
    source = archive.extractfile(member) if member.isfile() else None
    if source is None:
        return False
    _make_room(target)
    with target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    target.chmod((member.mode & 0o755) | 0o600)
    return True


def _make_room(target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)


class _Chunks(io.RawIOBase):
    """An iterable of bytes as a file to read from."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def pack_for_path(folder: Path, prefix: PurePosixPath, into: IO[bytes]) -> None:
    """Write a folder's files to a tar under a path, without entries for the folders above, which may exist."""
    with tarfile.open(fileobj=into, mode="w") as archive:
        for file in sorted(folder.rglob("*")):
            if not file.is_file() or "__pycache__" in file.parts:
                continue
            member = tarfile.TarInfo(str(prefix / file.relative_to(folder).as_posix()))
            member.size, member.mode = file.stat().st_size, 0o644
            member.mtime = file.stat().st_mtime
            with file.open("rb") as source:
                archive.addfile(member, source)
