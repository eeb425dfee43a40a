"""A Docker daemon that is none: the part of the API that the runner speaks, over a real socket.

It keeps each container's files in a folder and runs its command as a plain process there, so that what goes in and
out is real. What only a kernel can do (isolation, limits, networks) it takes down and forgets: `containers` has the
requests as they came.
"""

import io
import json
import os
import re
import shutil
import signal
import socketserver
import struct
import subprocess
import tarfile
import tempfile
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


class FakeDocker:
    """The daemon's state. `images` are there, those of `registry` can be pulled."""

    def __init__(self, root):
        self.root = Path(root)
        self.images = {"ubuntu:latest"}
        self.registry = {}
        self.containers = {}
        self.removed = {}
        self.pulls = []
        self.signals = []

    def folder_of(self, container, path):
        """Where a path of a container really lies."""
        return self.root / container["Id"] / path.lstrip("/")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass

    @property
    def state(self):
        return self.server.state

    def do(self):
        parts = urlsplit(self.path)
        path = re.sub(r"^/v[0-9.]+", "", unquote(parts.path))
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        for method, pattern, handle in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == self.command:
                handle(self, query, *match.groups())
                return
        self.json(404, {"message": f"page not found: {self.command} {path}"})

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do  # noqa: N815  (the base class's names)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            read = b""
            while size := int(self.rfile.readline(), 16):
                read += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return read
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def json(self, code, value=None, headers=()):
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Api-Version", "1.45")
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def container(self, name):
        found = self.state.containers.get(name)
        if found is None:
            self.json(404, {"message": f"No such container: {name}"})
        return found

    # -- the routes

    def ping(self, _query):
        self.json(200, "OK")

    def version(self, _query):
        self.json(200, {"ApiVersion": "1.45", "Version": "0-fake", "MinAPIVersion": "1.24"})

    def inspect_image(self, _query, name):
        full = name if ":" in name else f"{name}:latest"
        if full in self.state.images:
            self.json(200, {"Id": full})
        else:
            self.json(404, {"message": f"No such image: {name}"})

    def pull(self, query):
        self.body()
        full = f"{query['fromImage']}:{query.get('tag', 'latest')}"
        self.state.pulls.append((full, self.headers.get("X-Registry-Auth")))
        steps = [{"status": f"Pulling from {full}", "id": "latest"}]
        steps.append({"status": "Downloading", "progressDetail": {"current": 1, "total": 9}, "id": "abc"})
        told = self.state.registry.get(full)
        if told is None:
            steps.append({"error": f"manifest for {full} not found", "errorDetail": {}})
        else:
            self.state.images.add(full)
            steps.append({"status": "Download complete", "progressDetail": {}, "id": "abc"})
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for step in steps:
            data = json.dumps(step).encode() + b"\r\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def create(self, _query):
        config = json.loads(self.body())
        image = config["Image"] if ":" in config["Image"] else f"{config['Image']}:latest"
        if image not in self.state.images:
            self.json(404, {"message": f"No such image: {image}"})
            return
        container = {"Id": uuid.uuid4().hex * 2, "Config": config, "process": None, "code": None}
        container["started"], container["attached"] = threading.Event(), threading.Event()
        container["ended"], container["lock"] = threading.Event(), threading.Lock()
        self.state.containers[container["Id"]] = container
        for mount in config["HostConfig"].get("Mounts") or ():
            place = self.state.folder_of(container, mount["Target"])
            if mount["Type"] == "bind":
                place.parent.mkdir(parents=True)
                place.symlink_to(mount["Source"])
            else:
                place.mkdir(parents=True)
        self.json(201, {"Id": container["Id"], "Warnings": []})

    def inspect(self, _query, name):
        if container := self.container(name):
            self.json(200, {"Id": name, "Config": {**container["Config"], "Tty": False}})

    def put_archive(self, query, name):
        data = self.body()
        if container := self.container(name):
            place = self.state.folder_of(container, query["path"])
            if not place.is_dir():
                self.json(404, {"message": f"Could not find the file {query['path']}"})
                return
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                archive.extractall(place, filter="fully_trusted" if hasattr(tarfile, "data_filter") else None)
            self.json(200)

    def get_archive(self, query, name):
        if container := self.container(name):
            place = self.state.folder_of(container, query["path"])
            if not place.exists():
                self.json(404, {"message": f"Could not find the file {query['path']}"})
                return
            packed = io.BytesIO()
            with tarfile.open(fileobj=packed, mode="w") as archive:
                archive.add(place.resolve(), arcname=place.name)
                for extra in container.get("planted", ()):
                    archive.addfile(extra)
            self.send_response(200)
            stat = {"name": place.name, "size": 0, "mode": 0, "mtime": "", "linkTarget": ""}
            import base64

            self.send_header("X-Docker-Container-Path-Stat", base64.b64encode(json.dumps(stat).encode()).decode())
            self.send_header("Content-Length", str(len(packed.getvalue())))
            self.end_headers()
            self.wfile.write(packed.getvalue())

    def attach(self, _query, name):
        if not (container := self.container(name)):
            return
        self.send_response(101, "UPGRADED")
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "tcp")
        self.end_headers()
        self.wfile.flush()
        container["attached"].set()
        container["started"].wait(30)
        process = container["process"]
        if process is not None:
            lock = threading.Lock()
            readers = [
                threading.Thread(target=self._copy, args=(stream, number, lock))
                for number, stream in ((1, process.stdout), (2, process.stderr))
            ]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            container["code"] = process.wait()
        container["ended"].set()
        self.close_connection = True

    def _copy(self, stream, number, lock):
        while data := stream.read1(20_000):
            with lock:
                try:
                    self.wfile.write(struct.pack(">BxxxL", number, len(data)) + data)
                    self.wfile.flush()
                except OSError:
                    return

    def start(self, _query, name):
        self.body()
        if not (container := self.container(name)):
            return
        config = container["Config"]
        directory = self.state.folder_of(container, config["WorkingDir"])
        command = [*(config.get("Entrypoint") or []), *config["Cmd"]]
        command = [part for part in command[:1] if part] + command[1:]
        if shutil.which(command[0]) is None:
            container["started"].set()
            self.json(400, {"message": f'exec: "{command[0]}": executable file not found in $PATH'})
            return
        # Paths of the container are folders of this machine; the command is told so.
        inside = str(self.state.root / container["Id"])
        environment = dict(each.split("=", 1) for each in config["Env"])
        environment = {
            key: value.replace("/opt/tiercel", f"{inside}/opt/tiercel") for key, value in environment.items()
        }
        command = [part.replace(config["WorkingDir"], str(directory)) for part in command]
        with container["lock"]:
            if name not in self.state.containers:
                self.json(404, {"message": f"No such container: {name}"})
                return
            container["process"] = subprocess.Popen(
                command,
                cwd=directory,
                env={"PATH": os.environ["PATH"], **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            container["started"].set()
        self.json(204)

    def wait(self, _query, name):
        self.body()
        if container := self.container(name):
            container["ended"].wait(30)
            code = container["code"]
            self.json(200, {"StatusCode": code if code is None or code >= 0 else 128 - code})

    def kill(self, _query, name):
        self.body()
        self._signal(name, signal.SIGKILL)

    def stop(self, query, name):
        self.body()
        self.state.signals.append(("stop", query.get("t")))
        self._signal(name, signal.SIGTERM)

    def _signal(self, name, number):
        if container := self.container(name):
            self.state.signals.append(number.name)
            with container["lock"]:
                process = container["process"]
                if process is not None and process.poll() is None:
                    os.killpg(process.pid, number)
            if process is None:
                self.json(409, {"message": f"container {name} is not running"})
                return
            self.json(204)

    def remove(self, query, name):
        if container := self.container(name):
            with container["lock"]:
                process = container["process"]
                if process is not None and process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                self.state.removed[name] = (container, query)
                del self.state.containers[name]
            container["started"].set()
            self.json(204)


_NAME = r"([^/]+)"
_ROUTES = [
    ("GET", "/_ping", _Handler.ping),
    ("HEAD", "/_ping", _Handler.ping),
    ("GET", "/version", _Handler.version),
    ("GET", r"/images/(.+)/json", _Handler.inspect_image),
    ("POST", "/images/create", _Handler.pull),
    ("POST", "/containers/create", _Handler.create),
    ("GET", f"/containers/{_NAME}/json", _Handler.inspect),
    ("PUT", f"/containers/{_NAME}/archive", _Handler.put_archive),
    ("GET", f"/containers/{_NAME}/archive", _Handler.get_archive),
    ("POST", f"/containers/{_NAME}/attach", _Handler.attach),
    ("POST", f"/containers/{_NAME}/start", _Handler.start),
    ("POST", f"/containers/{_NAME}/wait", _Handler.wait),
    ("POST", f"/containers/{_NAME}/kill", _Handler.kill),
    ("POST", f"/containers/{_NAME}/stop", _Handler.stop),
    ("DELETE", f"/containers/{_NAME}", _Handler.remove),
]


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32


@contextmanager
def serving_docker():
    """The state of a daemon that serves at `state.host` meanwhile."""
    # A socket's path must be short, so no folder of pytest's.
    with tempfile.TemporaryDirectory(prefix="tcl") as folder:
        state = FakeDocker(Path(folder) / "containers")
        state.root.mkdir()
        path = Path(folder) / "docker.sock"
        server = _Server(str(path), _Handler)
        server.state = state
        state.host = f"unix://{path}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
