"""A small real HTTP server that speaks OpenAI's chat completions as server-sent events, well or badly."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler

from loopback import Loopback, read_body


class ChatServer(Loopback):
    """Serves on the loopback. `mode`: ok, hang, broken, error, drip. Counts what it sent."""

    protocol_version = "HTTP/1.0"  # an answer ends where the connection does

    def __init__(self, mode: str = "ok", words: tuple[str, ...] = ("今天", "天气", "真好。", "我也", "高兴。")) -> None:
        super().__init__()
        self.mode = mode
        self.words = words
        self.sent = 0
        self.requests: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.cut = threading.Event()  # the client went away while words were still to come

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append({"path": handler.path, **json.loads(read_body(handler))})
        self.headers.append(dict(handler.headers))
        if self.mode == "error":
            handler.send_error(500, "out of memory")
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        if self.mode == "hang":
            handler.wfile.flush()
            self.release.wait(10)
            return
        if self.mode == "broken":
            handler.wfile.write(b"data: {not json\n\n")
            return
        try:
            for word in self.words if self.mode == "ok" else self.words * 10_000:
                chunk = {"choices": [{"delta": {"content": word}, "index": 0}]}
                handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                handler.wfile.flush()
                self.sent += 1
            handler.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            self.cut.set()
