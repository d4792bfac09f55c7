"""A language model behind HTTP, to be killed: `python -m bench.faults.model_server PORT SENTENCE PAUSE_S`."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    """Streams one sentence, waits, and streams it again."""

    sentence, pause = "", 0.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for number in range(2):
            chunk = {"choices": [{"delta": {"content": self.sentence}}]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
            time.sleep(self.pause if number == 0 else 0)
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None: ...


if __name__ == "__main__":
    Handler.sentence, Handler.pause = sys.argv[2], float(sys.argv[3])
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
