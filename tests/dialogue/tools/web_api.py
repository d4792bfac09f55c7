"""A small real web API that answers well or badly."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HUGE = 3 << 20  # bytes


class WebApi:
    """Serves on the loopback; `requests` holds what it was asked: method, path, query, headers, body."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict, dict[str, str], object]] = []
        self.release = threading.Event()
        self.waits = threading.Event()  # a client waits for an answer
        self.left = threading.Event()  # a client that had to wait went away
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def _any(self) -> None:
                api._answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _any

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # clients that go away are what is tested

        self._http = Server(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        return self._http.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> WebApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        parts = urlsplit(handler.path)
        said = json.loads(body) if body else None
        self.requests.append((handler.command, parts.path, parse_qs(parts.query), dict(handler.headers), said))
        match parts.path.split("/")[1]:
            case "status":
                self._send(handler, int(parts.path.split("/")[2]), b'{"secret": "zzz"}')
            case "redirect":
                handler.send_response(302)
                handler.send_header("Location", f"{self.url}/secret")
                handler.send_header("Content-Length", "0")
                handler.end_headers()
            case "garbage":
                self._send(handler, 200, b"<html>hello</html>")
            case "nan":
                self._send(handler, 200, b'{"rate": NaN}')
            case "deep":
                self._send(handler, 200, b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
            case "text":
                self._send(handler, 200, b'"just words"')
            case "list":
                self._send(handler, 200, b'[{"id": 1}, {"id": 2}]')
            case "huge":
                self._send(handler, 200, b'{"a": "' + b"x" * HUGE + b'"}')
            case "zipped":
                self._send(handler, 200, b"\x1f\x8b\x08\x00", {"Content-Encoding": "gzip"})
            case "slow":
                self._wait(handler)
            case _:
                self._send(handler, 200, json.dumps({"path": parts.path, "said": said}).encode())

    def _wait(self, handler: BaseHTTPRequestHandler) -> None:
        handler.connection.settimeout(5)
        self.waits.set()
        try:
            if handler.connection.recv(1) == b"":  # ends when the client closes the connection
                self.left.set()
        except OSError:
            self.left.set()
        handler.close_connection = True

    def _send(self, handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict | None = None) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:
            handler.close_connection = True
