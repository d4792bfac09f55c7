"""Takes the pictures of the documentation: every surface of a service that this starts for itself.

make screens            # docs/screens/*.webp and docs/screenshot.png; needs Chromium
.venv/bin/python docs/take_screens.py kiosk studio        # some of them
"""

from __future__ import annotations

import io
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).parent
PORT, SITE = 8018, 9000  # of the service, and of the bank's site in docs/start/bank_site.py
SERVICE = f"http://localhost:{PORT}"
PATIENCE = 180_000  # ms; a limit on hanging
FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required", "--disable-background-networking",
]  # fmt: skip


def page(browser: Browser) -> None:
    """A visitor asks at the service's own page; by day in Chinese, by night in English."""
    for name, locale, scheme, question in (
        ("page-zh", "zh-CN", "light", "银行卡丢了怎么挂失？"),
        ("page-en-dark", "en-US", "dark", "My card is lost. What should I do?"),
    ):
        tab = _tab(browser, 1440, 900, locale, scheme)
        tab.goto(f"{SERVICE}/?persona=bank-teller&looks=full", wait_until="domcontentloaded")
        _until(tab, "window.shuren && window.shuren.state === 'speaking'")
        _until(tab, "['idle', 'listening'].includes(window.shuren.state)")
        tab.evaluate("text => window.shuren.sendText(text)", question)
        _until(tab, "window.shuren.state === 'speaking'")
        tab.wait_for_timeout(3500)
        if name == "page-zh":
            tab.screenshot(path=DOCS / "screenshot.png")
        _keep(tab, name)
        tab.context.close()  # a page that nobody sees draws on, and software draws slowly


def widget(browser: Browser) -> None:
    """The teller on the bank's site of the quick start."""
    site = runpy.run_path(str(DOCS / "start" / "bank_site.py"))["app"]
    server = uvicorn.Server(uvicorn.Config(site, host="localhost", port=SITE, log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    tab = _tab(browser, 1100, 760, "zh-CN")
    tab.goto(f"http://localhost:{SITE}", wait_until="domcontentloaded")
    _until(tab, "!!customElements.get('digital-human')")
    tab.evaluate("document.querySelector('digital-human').open()")
    _until(tab, "document.querySelector('digital-human').talk?.ready")
    tab.evaluate("document.querySelector('digital-human').talk.sendText('银行卡丢了怎么办？')")
    tab.wait_for_timeout(8000)
    _keep(tab, "widget-zh")
    server.should_exit = True


def kiosk(browser: Browser) -> None:
    """The guide invites, upright; and draws a walk."""
    tab = _tab(browser, 720, 1180, "zh-CN")
    tab.goto(f"{SERVICE}/kiosk?persona=tour-guide&lod=low", wait_until="domcontentloaded")
    _until(tab, "window.shurenKiosk && shuren.stats().triangles > 0")
    tab.wait_for_timeout(4000)
    _keep(tab, "kiosk-zh")


def studio(browser: Browser) -> None:
    """The desk while a show runs, and its stage."""
    tab = _tab(browser, 1440, 1000, "zh-CN")
    tab.goto(f"{SERVICE}/studio")
    tab.locator("select[name=persona]").select_option("live-host")
    tab.get_by_role("button", name="建好并进入").click()
    tab.get_by_role("heading", name="流程单").wait_for()
    show = tab.evaluate("new URLSearchParams(location.search).get('show')")
    at = f"{SERVICE}/v1/studio/shows/{show}"
    tab.keyboard.press("Alt+KeyS")
    _until(tab, "document.querySelector('.pill').dataset.state === 'live'")
    comments = [{"user": "小鱼", "text": "长巾现在多少钱？"}, {"user": "阿强", "text": "加我薇信"}]
    httpx.post(f"{at}/comments", json={"comments": comments}, timeout=30).raise_for_status()
    stage = _tab(browser, 960, 540, "zh-CN")
    running = httpx.get(at, timeout=30).json()
    her = f"session={running['session']}&avatar={running['avatar']}"
    stage.goto(f"{SERVICE}/stage?{her}&layout=half&background=room")
    _until(stage, "document.querySelector('.scene').dataset.connection === 'open'")
    _until(stage, "performance.getEntriesByType('resource').some((each) => each.name.includes('.glb'))")
    stage.wait_for_timeout(12000)
    _keep(stage, "stage-zh")
    _keep(tab, "studio-zh")
    httpx.post(f"{at}/controls", json={"control": {"do": "kill"}}, timeout=30)


def console(browser: Browser) -> None:
    """Talks under way, at the operator's desk."""
    session = httpx.post(f"{SERVICE}/v1/sessions", json={"persona": "bank-teller"}, timeout=60).json()["id"]
    httpx.post(f"{SERVICE}/v1/sessions/{session}/speak", json={"text": "我要转人工"}, timeout=60)
    tab = _tab(browser, 1280, 800, "zh-CN")
    tab.goto(f"{SERVICE}/console")
    tab.get_by_text("访客要求人工服务").click()
    tab.wait_for_timeout(6000)
    _keep(tab, "console-zh")


def packs(browser: Browser) -> None:
    """A mistake in an item of knowledge, found and led to. Nothing is kept."""
    tab = _tab(browser, 1280, 800, "zh-CN")
    tab.goto(f"{SERVICE}/console#packs")
    tab.locator("select[name=persona]").select_option("bank-teller")
    tab.locator("button.file", has_text="knowledge/cards.md").click()
    tab.locator("label[for=pack-text]", has_text="knowledge/cards.md").wait_for()
    text = tab.locator("#pack-text")
    text.fill(text.input_value().replace("{hotline}", "{hotlin}", 1))
    tab.get_by_role("button", name="检查", exact=True).click()
    tab.locator(".place", has_text="knowledge/cards.md:").first.click()
    tab.locator("#pack-text:focus").wait_for()
    tab.wait_for_timeout(500)
    _keep(tab, "packs-zh")


SURFACES: dict[str, Callable[[Browser], None]] = {
    each.__name__: each for each in (page, widget, kiosk, studio, console, packs)
}


@contextmanager
def served() -> Iterator[None]:
    """The service, with a store of its own that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "SHUREN_STORAGE__URL": f"sqlite:///{folder}/shuren.db",
            "SHUREN_ACCESS__ORIGINS": json.dumps([f"http://localhost:{SITE}"]),
            "SHUREN_RENDERED__AHEAD": "false",
        }
        command = [Path(sys.executable).with_name("shuren"), "serve", "--port", str(PORT)]
        process = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + PATIENCE / 1000
            while not _ready() and process.poll() is None and time.monotonic() < until:
                time.sleep(1)
            yield
        finally:
            process.terminate()
            process.wait(60)


def _ready() -> bool:
    try:
        told = httpx.get(f"{SERVICE}/readyz", timeout=5).json()
    except httpx.HTTPError:
        return False
    return told["status"] == "ready" and not any(name.startswith("persona") for name in told["degraded"])


def _tab(browser: Browser, width: int, height: int, locale: str, scheme: str = "light") -> Page:
    size = {"width": width, "height": height}
    tab = browser.new_context(viewport=size, locale=locale, color_scheme=scheme, bypass_csp=True).new_page()
    tab.set_default_timeout(PATIENCE)
    return tab


def _until(tab: Page, condition: str) -> None:
    tab.wait_for_function(condition, timeout=PATIENCE)


def _keep(tab: Page, name: str) -> None:
    """As WebP, half as many bytes as PNG; a thousand pixels wide at most."""
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    picture.thumbnail((1000, 1000))
    (DOCS / "screens").mkdir(exist_ok=True)
    picture.save(DOCS / "screens" / f"{name}.webp", quality=80)
    print(f"docs/screens/{name}.webp")


def main() -> None:
    wanted = sys.argv[1:] or list(SURFACES)
    os.environ |= {"SHUREN_SERVICE": SERVICE, "SHUREN_KEY": "-"}  # for the bank's site
    with served(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name in wanted:
            SURFACES[name](browser)
            for context in browser.contexts:
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
