"""A small real web API that answers well or badly."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from loopback import Loopback, read_body

HUGE = 3 << 20  # bytes


class WebApi(Loopback):
    """Serves on the loopback; `requests` holds what it was asked: method, path, query, headers, body."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, str, dict, dict[str, str], object]] = []
        self.waits = threading.Event()  # a client waits for an answer
        self.left = threading.Event()  # a client that had to wait went away

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = read_body(handler)
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
