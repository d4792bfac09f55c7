"""Takes docs/screenshot.png: the page of a running server while she answers a question.

make serve                                   # in one terminal
.venv/bin/python docs/take_screenshot.py     # in another; needs Chromium and the `dev` extra
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required", "--disable-background-networking",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000/?persona=bank-teller&looks=full")
    parser.add_argument("--ask", default="银行卡丢了怎么挂失？")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("screenshot.png"))
    parser.add_argument("--size", default="1440x900")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": width, "height": height}, locale="zh-CN", bypass_csp=True)
        page.goto(args.url)
        page.wait_for_function("window.shuren && window.shuren.state === 'speaking'", timeout=120_000)
        page.wait_for_function("window.shuren.state === 'listening'", timeout=120_000)
        page.evaluate("text => window.shuren.sendText(text)", args.ask)
        page.wait_for_function("window.shuren.state === 'speaking'", timeout=120_000)
        page.wait_for_timeout(3500)
        page.screenshot(path=args.out)
        chromium.close()
    print(args.out)


if __name__ == "__main__":
    main()
