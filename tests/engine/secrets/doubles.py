"""Stand-ins for keepers of secrets, faithful in what a reader of secrets meets: paths, headers, statuses, bodies.

The real ones can't be had here. What they answer is taken from their published interfaces.
"""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "s.root-token"
ROLE = ("role-1", "secret-1")


@contextmanager
def served(handler):
    """The address of a server that runs a handler on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def address(server):
    return f"http://127.0.0.1:{server.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def vault(secrets):
    """Vault's KV engine: `secrets` by path, as version 1 under `kv1/` and as version 2 under `secret/`."""

    class Vault(Answering):
        def do_GET(self):
            self.server.asked.append(self.path)
            if self.headers.get("X-Vault-Token") != TOKEN:
                self.answer(403, {"errors": ["permission denied"]})
                return
            path = self.path.partition("?")[0]
            for prefix, wrap in (("/v1/secret/data/", lambda data: {"data": data, "metadata": {"version": 3}}),
                                 ("/v1/kv1/", lambda data: data)):  # fmt: skip
                if path.startswith(prefix):
                    found = secrets.get(path.removeprefix(prefix))
                    if found is not None:
                        self.answer(200, {"request_id": "r", "lease_id": "", "data": wrap(found)})
                        return
            self.answer(404, {"errors": []})

        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            given = json.loads(self.rfile.read(length) or b"{}")
            if self.path != "/v1/auth/approle/login" or (given.get("role_id"), given.get("secret_id")) != ROLE:
                self.answer(400, {"errors": ["invalid role or secret ID"]})
                return
            self.answer(200, {"auth": {"client_token": TOKEN, "lease_duration": 3600, "renewable": True}})

    return Vault


def google(secrets, token):
    """Google's Secret Manager: `secrets` by `PROJECT/NAME`."""

    class Google(Answering):
        def do_GET(self):
            self.server.asked.append(self.path)
            if self.headers.get("Authorization") != f"Bearer {token}":
                self.answer(401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}})
                return
            parts = self.path.split("/")
            known = secrets.get(f"{parts[3]}/{parts[5]}") if self.path.endswith("/versions/latest:access") else None
            if known is None:
                self.answer(404, {"error": {"code": 404, "status": "NOT_FOUND"}})
                return
            data = base64.b64encode(known.encode()).decode()
            self.answer(200, {"name": self.path, "payload": {"data": data}})

    return Google


def azure(secrets, token):
    """Azure's Key Vault: `secrets` by name, in any case."""

    class Azure(Answering):
        def do_GET(self):
            self.server.asked.append(self.path)
            path, _, query = self.path.partition("?")
            if self.headers.get("Authorization") != f"Bearer {token}":
                self.answer(401, {"error": {"code": "Unauthorized"}})
                return
            if "api-version=" not in query:
                self.answer(400, {"error": {"code": "BadParameter"}})
                return
            known = secrets.get(path.removeprefix("/secrets/").lower())
            if known is None:
                self.answer(404, {"error": {"code": "SecretNotFound"}})
                return
            self.answer(200, {"value": known, "id": f"https://x{path}/1", "attributes": {"enabled": True}})

    return Azure
