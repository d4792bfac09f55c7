"""The widget on another maker's page: another origin, a strict policy, its own styles, and a token from its backend."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from polling import until

pytestmark = [pytest.mark.browser, pytest.mark.model]

LABEL = "数字人 · 内容由AI生成"

PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>某银行</title>
<link rel="stylesheet" href="/bank.css"><h1>个人业务</h1><button id="own">银行自己的按钮</button>
<script src="{service}/widget.js" data-persona="bank-teller" data-token-url="/token" data-low></script></html>"""
STYLE = "button, p, div { color: red !important; font-size: 40px !important } .stage { display: none }"


class Bank(ThreadingHTTPServer):
    """A bank's web server: its page, its style sheet, and its backend that mints tokens for logged-in customers."""

    def __init__(self, port: int, service: str) -> None:
        super().__init__(("localhost", port), _Handler)
        self.service, self.tokens = service, 0


class _Handler(BaseHTTPRequestHandler):
    server: Bank

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:  # noqa: N802 – the name http.server calls
        service = self.server.service
        if self.path == "/bank.css":
            return self._answer("text/css", STYLE)
        policy = (
            f"default-src 'self'; script-src 'self' {service}; connect-src 'self' {service} ws{service[4:]} blob:; "
        )
        return self._answer("text/html", PAGE.format(service=service), policy + "img-src 'self' data: blob:")

    def do_POST(self) -> None:  # noqa: N802
        origin = f"http://localhost:{self.server.server_port}"
        wish = {"session": {"type": "realtime"}, "shuren": {"persona": "bank-teller", "origins": [origin]}}
        minted = httpx.post(f"{self.server.service}/v1/realtime/client_secrets", json=wish, timeout=20)
        self.server.tokens += 1
        return self._answer("application/json", json.dumps({"value": minted.json().get("value")}))

    def _answer(self, kind: str, body: str, policy: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def bank(server: str, host_port: int) -> Iterator[Bank]:
    served = Bank(host_port, server)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


def test_a_bank_s_page_embeds_her_and_she_answers_there(bank: Bank, browser) -> None:
    page = browser(width=1100, height=800)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    page.goto(f"http://localhost:{bank.server_port}/")
    page.evaluate(
        """window.told = []; for (const name of ['ready', 'heard', 'sentence', 'minimised'])
           document.addEventListener(`shuren-${name}`, ({ detail }) => told.push([name, detail]))"""
    )
    bubble = page.get_by_role("button", name="打开数字人")
    bubble.wait_for(timeout=30_000)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not any("/assets/app" in name or "/avatars/" in name for name in loaded), (
        "she is loaded before she is wanted"
    )

    bubble.click()
    until(page, "told.some(([name]) => name === 'ready')")
    assert page.get_by_text(LABEL).first.is_visible() and bank.tokens >= 1
    colour = "getComputedStyle(document.querySelector('digital-human').shadowRoot.querySelector('.dock input')).color"
    assert page.evaluate(colour) == "rgb(20, 35, 31)", "the page's styles reach into her"

    page.evaluate("document.querySelector('digital-human').talk.sendText('银行卡丢了怎么挂失？')")
    until(page, "told.some(([name, it]) => name === 'sentence' && it.text.includes('挂失'))")
    until(page, "document.querySelector('digital-human').talk.stats().audioLevel > 0.01")

    page.get_by_role("button", name="收起数字人").click()
    until(page, "document.querySelector('digital-human').talk.stats().audioLevel < 0.01")
    assert bubble.is_visible() and not page.get_by_text(LABEL).first.is_visible()
    assert not problems
