"""A double of Google Cloud Storage's JSON API, as far as gcsfs asks: objects in memory."""

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


def _handler(objects):
    def described(key):
        bucket, name = key
        content, kind = objects[key]
        digest = base64.b64encode(hashlib.md5(content).digest()).decode()
        return {
            "kind": "storage#object", "bucket": bucket, "name": name, "size": str(len(content)), "contentType": kind,
            "md5Hash": digest, "crc32c": "AAAAAA==", "etag": "e", "generation": "1",
            "timeCreated": "2024-01-01T00:00:00Z",
            "updated": "2024-01-01T00:00:00Z", "id": f"{bucket}/{name}/1",
        }  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status, content, kind="application/json"):
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def missing(self):
            self.answer(404, {"error": {"code": 404, "message": "Not Found", "errors": [{"message": "Not Found"}]}})

        def key(self, path):
            match = re.search(r"/b/([^/]+)/o/([^/]+)$", path)
            return (match[1], unquote(match[2])) if match else None

        def do_GET(self):
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            key = self.key(parts.path)
            if key is not None:
                if key not in objects:
                    self.missing()
                elif query.get("alt") == "media" or "/download/" in parts.path:
                    self.answer(200, *objects[key])
                else:
                    self.answer(200, described(key))
                return
            bucket = re.search(r"/b/([^/]+)/o$", parts.path)
            if bucket is None:
                self.missing()
                return
            prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
            items, folders = [], set()
            for name in sorted(name for its, name in objects if its == bucket[1] and name.startswith(prefix)):
                rest = name[len(prefix) :]
                if delimiter and delimiter in rest:
                    folders.add(prefix + rest.split(delimiter)[0] + delimiter)
                else:
                    items.append(described((bucket[1], name)))
            self.answer(200, {"kind": "storage#objects", "items": items, "prefixes": sorted(folders)})

        def do_POST(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            rewrite = re.search(r"/b/([^/]+)/o/([^/]+)/rewriteTo/b/([^/]+)/o/([^/]+)$", parts.path)
            if rewrite:
                source, target = (rewrite[1], unquote(rewrite[2])), (rewrite[3], unquote(rewrite[4]))
                if source not in objects:
                    self.missing()
                    return
                objects[target] = objects[source]
                self.answer(200, {"done": True, "resource": described(target)})
                return
            bucket = re.search(r"/upload/storage/v1/b/([^/]+)/o$", parts.path)
            if bucket is None:
                self.missing()
                return
            boundary = re.search(r'boundary="?=*([^";]+)', self.headers["Content-Type"])[1].strip("=")
            pieces = re.split(rb"--=*" + boundary.encode() + rb"=*(?:--)?\r?\n?", body)
            about, content = (re.split(rb"\r?\n\r?\n", piece, maxsplit=1) for piece in pieces[1:3])
            said = json.loads(about[1])
            kind = re.search(rb"Content-Type: ([^\r\n]+)", content[0])
            key = (bucket[1], said["name"])
            objects[key] = (re.sub(rb"\r?\n\Z", b"", content[1]), (kind[1] if kind else b"").decode())
            self.answer(200, described(key))

        def do_DELETE(self):
            key = self.key(urlsplit(self.path).path)
            if key not in objects:
                self.missing()
                return
            del objects[key]
            self.answer(204, b"")

        def log_message(self, *_):
            pass

    return Handler


@contextmanager
def gcs_double():
    """The address of a server, and its objects: content and type by bucket and name."""
    objects = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(objects))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
