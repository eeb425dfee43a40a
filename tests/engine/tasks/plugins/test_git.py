"""Clones of real repositories: from a folder, and over HTTP with a login."""

import base64
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not os.environ.get("CI") and shutil.which("git") is None, reason="git is not installed"),
]
CLONE = "io.kestra.plugin.git.Clone"


def git(*arguments, folder):
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@x"}
    done = subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **who}, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A bare repository with two branches, a tag and three commits on main."""
    folder = tmp_path_factory.mktemp("origin")
    work = folder / "work"
    work.mkdir()
    git("init", "-q", "-b", "main", folder=work)
    for number in (1, 2, 3):
        (work / "file.txt").write_text(f"{number}\n")
        git("add", ".", folder=work)
        git("commit", "-q", "-m", str(number), folder=work)
        if number == 1:
            git("tag", "v1", folder=work)
    git("checkout", "-q", "-b", "other", folder=work)
    (work / "other.txt").write_text("o\n")
    git("add", ".", folder=work)
    git("commit", "-q", "-m", "o", folder=work)
    git("clone", "-q", "--bare", str(work), str(folder / "repo.git"), folder=folder)
    git("symbolic-ref", "HEAD", "refs/heads/main", folder=folder / "repo.git")
    return folder / "repo.git"


def head(directory):
    return git("log", "--format=%s", folder=directory).split()


@pytest.mark.parametrize(
    ("options", "commits"),
    [
        ({}, ["3"]),
        ({"depth": 2}, ["3", "2"]),
        ({"branch": "other"}, ["o"]),
        ({"branch": "refs/heads/other", "cloneAllBranches": False, "depth": 0}, ["o", "3", "2", "1"]),
        ({"tag": "v1"}, ["1"]),
        ({"commit": "{{ commit }}"}, ["2", "1"]),
        ({"directory": "sub/dir", "noTags": True}, ["3"]),
    ],
)
async def test_what_is_checked_out(bench, repository, options, commits):
    commit = git("rev-parse", "main~1", folder=repository)
    options = {name: commit if value == "{{ commit }}" else value for name, value in options.items()}
    outputs, caught = await bench.run(type=CLONE, url=f"file://{repository}", **options)
    directory = Path(outputs["directory"])
    assert directory == (bench.directory / options.get("directory", "")).resolve()
    assert head(directory) == commits
    assert caught.shown("INFO") == [f"Start cloning from 'file://{repository}'"]


@pytest.mark.parametrize("options", [{}, {"branch": "other"}, {"tag": "v1"}])
async def test_files_that_are_there_stay(bench, repository, options):
    bench.directory.mkdir()
    (bench.directory / "mine.txt").write_text("mine")
    outputs, _ = await bench.run(type=CLONE, url=f"file://{repository}", **options)
    assert (Path(outputs["directory"]) / "mine.txt").read_text() == "mine"
    assert (Path(outputs["directory"]) / "file.txt").is_file()


async def test_what_is_refused(bench, repository):
    url = f"file://{repository}"
    for options, told in [
        ({"url": "--upload-pack=touch x"}, "Invalid repository URL"),
        ({"url": "ext::sh -c 'touch pwned'"}, "not allowed"),
        ({"url": url, "branch": "--orphan"}, "Invalid revision"),
        ({"url": url, "branch": "missing"}, "missing"),
        ({"url": url, "directory": "../out"}, "leaves the working directory"),
        ({"url": url, "cloneAllBranches": False}, "`branch` must be set"),
        ({"url": url, "tag": "v1", "noTags": True}, "cannot be used with `noTags: true`"),
        ({"url": f"{url}-missing"}, "git clone failed"),
    ]:
        assert told in (await bench.failure(type=CLONE, **options)).message
    assert not list(bench.folder.rglob("pwned"))


@contextmanager
def served(root, login):
    """The address of repositories below a folder, served by git's own program to those who know the login."""
    expected = "Basic " + base64.b64encode(login.encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
                return
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            environment = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": parts.path, "QUERY_STRING": parts.query, "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(length),
                "REMOTE_USER": "u", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*", "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            done = subprocess.run(
                ["git", "http-backend"], env=environment, input=self.rfile.read(length), capture_output=True, check=True
            )
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            lines = [line.partition(": ") for line in head.decode().split("\r\n")]
            status = next((value for name, _, value in lines if name == "Status"), "200")
            self.send_response(int(status.split()[0]))
            for name, _, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_login_stays_out_of_sight(bench, repository):
    with served(repository.parent, "u:s3cr3t") as url:
        outputs, caught = await bench.run(type=CLONE, url=f"{url}/repo.git", username="u", password="s3cr3t")
        refused = await bench.failure(
            type=CLONE, url=f"{url}/repo.git", username="u", password="wr0ng", directory="again"
        )
    directory = Path(outputs["directory"])
    assert head(directory) == ["3"]
    assert "s3cr3t" not in (directory / ".git" / "config").read_text()
    assert "s3cr3t" not in str(caught.logs)
    assert "wr0ng" not in refused.message
