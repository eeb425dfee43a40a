"""A web server with what HTTP options are about: logins, redirects, certificates, forms, slow or packed answers."""

import base64
import gzip
import hashlib
import json
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from urllib.request import urlopen

EVENTS = b""": hello

event: token
id: 1
data: {"choices": [{"delta": {"content": "Hel"}}]}

retry: 1500
data: {"choices": [{"delta": {"content": "lo"}}]}

data: two
data: lines

data: [DONE]
"""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if self.path.startswith("http://"):
            self.proxied()
            return
        step, *rest = urlsplit(self.path).path.strip("/").split("/")
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        getattr(self, f"answer_{step}", self.answer_unknown)(body, *rest)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do  # noqa: N815

    def answer(self, code, content=b"", kind="text/plain", **headers):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def proxied(self):
        login = self.headers.get("Proxy-Authorization")
        self.server.proxied.append((self.path, login))
        with urlopen(self.path) as answer:
            self.answer(answer.status, answer.read(), answer.headers["Content-Type"])

    def answer_unknown(self, _body, *_rest):
        self.answer(404, b"nothing here")

    def answer_echo(self, body, *_rest):
        said = {
            "method": self.command,
            "path": self.path,
            "headers": dict(self.headers),
            "body": body.decode("latin-1"),
        }
        self.answer(200, json.dumps(said).encode(), "application/json")

    def answer_status(self, _body, code):
        self.answer(int(code), b"so be it")

    def answer_basic(self, _body):
        right = "Basic " + base64.b64encode(b"me:p:w\xc3\xa4").decode()
        good = self.headers.get("Authorization") == right
        self.answer(200 if good else 401, b"in" if good else b"out")

    def answer_bearer(self, _body):
        good = self.headers.get("Authorization") == "Bearer tok"
        self.answer(200 if good else 401, b"in" if good else b"out")

    def answer_digest(self, _body):
        given = self.headers.get("Authorization") or ""
        if not given.startswith("Digest "):
            self.answer(401, b"", WWW_Authenticate='Digest realm="r", nonce="n", qop="auth", algorithm=MD5')
            return
        parts = dict(part.strip().split("=", 1) for part in given[7:].split(", "))
        parts = {name: value.strip('"') for name, value in parts.items()}

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()

        first, second = md5("me:r:pw"), md5(f"{self.command}:{self.path}")
        right = md5(f"{first}:n:{parts['nc']}:{parts['cnonce']}:auth:{second}")
        self.answer(200 if parts["response"] == right else 401, b"in")

    def answer_away(self, _body, code):
        self.answer(int(code), b"", Location="/echo")

    def answer_elsewhere(self, _body, port):
        self.answer(302, b"", Location=f"http://localhost:{port}/echo")

    def answer_round(self, _body):
        self.answer(302, b"", Location="/round")

    def answer_slow(self, _body):
        time.sleep(1.5)
        self.answer(200, b"late")

    def answer_packed(self, _body):
        self.answer(200, gzip.compress(b"unpacked" * 10), Content_Encoding="gzip")

    def answer_latin(self, _body):
        self.answer(200, "ä".encode("latin-1"), "text/plain")

    def answer_named(self, _body, kind):
        names = {
            "plain": "attachment; filename=a.csv",
            "quoted": 'attachment; filename="b c.csv"',
            "climbing": 'attachment; filename="../../etc/d.csv"',
            "encoded": "attachment; filename=\"x.csv\"; filename*=UTF-8''na%C3%AFve.csv",
        }
        self.answer(200, b"x", "text/csv", Content_Disposition=names[kind])

    def answer_empty(self, _body):
        self.answer(200)

    def answer_bytes(self, _body, size):
        self.answer(200, b"x" * int(size), "application/octet-stream")

    def answer_events(self, _body):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for start in range(0, len(EVENTS), 7):
            self.wfile.write(EVENTS[start : start + 7])
            self.wfile.flush()
        self.close_connection = True


class Service:
    def __init__(self, server, scheme):
        self.server = server
        self.port = server.server_port
        self.url = f"{scheme}://localhost:{self.port}"
        self.seen = server.seen
        self.proxied = server.proxied


@contextmanager
def serving(certificate=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.seen, server.proxied = [], []
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Service(server, "https" if certificate else "http")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(path):
    """A key and a certificate for localhost that nobody vouches for, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
