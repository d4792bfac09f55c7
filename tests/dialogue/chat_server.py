"""A small real HTTP server that speaks OpenAI's chat completions as server-sent events, well or badly."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatServer:
    """Serves on the loopback. `mode`: ok, hang, broken, error, drip. Counts what it sent."""

    def __init__(self, mode: str = "ok", words: tuple[str, ...] = ("今天", "天气", "真好。", "我也", "高兴。")) -> None:
        self.mode = mode
        self.words = words
        self.sent = 0
        self.requests: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.cut = threading.Event()  # the client went away while words were still to come
        self.release = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:  # noqa: N802 – the name http.server calls
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.requests.append({"path": self.path, **json.loads(body)})
                server.headers.append(dict(self.headers))
                server._answer(self)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> ChatServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
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
