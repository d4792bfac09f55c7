"""The page in Chromium while she answers question after question: how fluently it draws, how far apart face and
voice are, whether the voice had gaps, and whether memory grows."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from dataclasses import dataclass
from typing import Any

from avatar.render.browser import CHROMIUM
from bench.report import spread
from models.errors import BackendUnavailable

QUESTIONS = ("银行卡丢了怎么挂失？", "我想开户，需要带什么材料？", "转账多久能到账？", "你们周末上班吗？")
FLAGS = ("--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
         "--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--enable-unsafe-swiftshader",
         "--enable-precise-memory-info", "--ignore-gpu-blocklist")  # fmt: skip
WITHIN = 300  # s until she is ready; a limit on hanging
SOFTWARE = re.compile("swiftshader|llvmpipe|softpipe|software|basic render", re.I)  # as in stage/quality.ts
DRAWER = """() => {
    const context = document.createElement('canvas').getContext('webgl2')
    const info = context?.getExtension('WEBGL_debug_renderer_info')
    return context ? String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER)) : 'none'
}"""


@dataclass(frozen=True)
class Sample:
    """The page at one moment, once a second."""

    at: float  # s
    fps: float
    speaking: bool
    heap_mb: float


def run(url: str, persona: str, seconds: float, size: tuple[int, int] = (1280, 720)) -> dict[str, Any]:
    """Raises BackendUnavailable where there is no Chromium or the page does not become ready."""
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        raise BackendUnavailable("The player runs in Chromium.", hint="Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        page.goto(f"{url.rstrip('/')}/?persona={persona}")
        _ready(page)
        drawer = page.evaluate(DRAWER)
        samples = _watch(page, seconds)
        stats = page.evaluate("shuren.stats()")
        chromium.close()
    return summary(samples, stats, drawer)


def summary(samples: list[Sample], stats: dict[str, Any], drawer: str) -> dict[str, Any]:
    """`stats`: what the page tells at the end; offsets are of its last 3000 frames with voice."""
    third = max(1, len(samples) // 3)
    first, last = (statistics.median(each.heap_mb for each in part) for part in (samples[:third], samples[-third:]))
    minutes = max(1e-9, (samples[-1].at - samples[0].at) / 60 * 2 / 3)  # between the middles of the two thirds
    return {
        "drawn_by": drawer,
        "software_drawing": bool(SOFTWARE.search(drawer)),
        "fps_speaking": spread([each.fps for each in samples if each.speaking]),
        "fps_silent": spread([each.fps for each in samples if not each.speaking]),
        "offset_ms": spread([abs(offset) for offset in stats["avOffsetsMs"]]),
        "underruns": stats["underruns"],
        "late_frames": stats["droppedFrames"],
        "pixel_ratio": round(stats["pixelRatio"], 2),
        "heap_mb": {"first_third": round(first, 1), "last_third": round(last, 1)},
        "heap_growth_mb_per_minute": round((last - first) / minutes, 2),
    }


def _ready(page: Any) -> None:
    for _ in range(WITHIN * 4):
        if page.evaluate("Boolean(window.shuren?.ready)"):
            return
        page.wait_for_timeout(250)
    raise BackendUnavailable("The page did not become ready.", hint="Is the service running, and `make web` done?")


def _watch(page: Any, seconds: float) -> list[Sample]:
    samples: list[Sample] = []
    begin, asked = time.monotonic(), 0
    while (at := time.monotonic() - begin) < seconds or not samples:
        state, fps, heap = page.evaluate("[shuren.state, shuren.stats().fps, performance.memory.usedJSHeapSize]")
        samples.append(Sample(at, fps, state == "speaking", heap / 1e6))
        if state in ("idle", "listening"):
            page.evaluate("text => void shuren.sendText(text)", QUESTIONS[asked % len(QUESTIONS)])
            asked += 1
        page.wait_for_timeout(1000)
    return samples
