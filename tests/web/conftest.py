"""A real server in its own process and Chromium with a microphone that plays a wav."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest

RATE = 24_000
READY_WITHIN = 300  # s; a limit on hanging, not a measure of speed

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "web"), str(TESTS), str(TESTS / "server")]
from chromium import CHROMIUM, FLAGS  # noqa: E402
from one_persona import environment  # noqa: E402

from dialogue.packs import find_pack  # noqa: E402

# Kiosks do not wait long here, look through the camera, and are named.
KIOSK = {
    "SHUREN_KIOSK__IDLE_S": "8",
    "SHUREN_KIOSK__FAREWELL_S": "4",
    "SHUREN_KIOSK__PRESENCE": "true",
    "SHUREN_KIOSK__WAKE_ON_PRESENCE": "false",
    "SHUREN_KIOSK__FLEET": json.dumps(["gate", "hall"]),
}


@pytest.fixture(scope="session")
def host_port() -> int:
    """Where another maker's page may be served that the service allows to embed its widget."""
    return _free_port()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, host_port: int) -> Iterator[str]:
    """`shuren serve` as an operator starts it; its address."""
    port = _free_port()
    folder = tmp_path_factory.mktemp("server")
    origins = {"SHUREN_ACCESS__ORIGINS": json.dumps([f"http://localhost:{host_port}"])}
    log, settings = folder / "server.log", os.environ | environment(folder) | origins | KIOSK
    shutil.copy(find_pack("tour-guide") / "maps.yaml", folder / "personas" / "bank-teller")
    shutil.copy(Path(__file__).parent / "fault.yaml", folder / "personas" / "bank-teller" / "flows")
    command = [str(Path(sys.executable).parent / "shuren"), "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=settings)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes wavs for the fake microphone: `microphone((8.0, "text", "zh"), …)` speaks each text at its second, in a
    voice no persona has, over a faint room noise. Chromium begins the file when the page opens the microphone."""
    from bench.speaker import Speaker

    folder = tmp_path_factory.mktemp("microphone")

    def make(*lines: tuple[float, str, str], length: float = 60.0) -> Path:
        speaker = Speaker()
        with ThreadPoolExecutor(1) as thread:  # the browser's driver occupies this thread's event loop
            thread.submit(speaker.prepare, [(text, language) for _, text, language in lines]).result()
        noise = np.random.default_rng(7).normal(0, 12, int(length * RATE))
        for at, text, language in lines:
            pcm = speaker.speak(text, language)
            start = int(at * RATE)
            noise[start : start + len(pcm)] += pcm
        path = folder / f"{abs(hash((lines, length)))}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.clip(noise, -32768, 32767).astype("<i2").tobytes())
        return path

    return make


@pytest.fixture
def browser() -> Iterator[Callable]:
    """`browser(mic=None, width=…, height=…)` opens Chromium with that microphone and more flags, and returns a page."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "Chromium is not installed; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = []

        def open_page(mic: Path | None = None, *more: str, width: int = 960, height: int = 720, locale: str = "zh-CN"):
            flags = [*FLAGS, *more, *([f"--use-file-for-fake-audio-capture={mic}%noloop"] if mic else [])]
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            opened.append(chromium)
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale=locale, permissions=["microphone"]
            )
            return context.new_page()

        yield open_page
        for chromium in opened:
            chromium.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(READY_WITHIN * 4):
        if process.poll() is not None:
            pytest.fail(f"The server stopped:\n{log.read_text('utf-8', 'replace')[-4000:]}")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).status_code == 200:
                return
        time.sleep(0.25)
    pytest.fail(f"The server is not ready:\n{log.read_text('utf-8', 'replace')[-4000:]}")
