"""The page as a visitor meets it: Chromium, a microphone that plays a recorded question, the real service behind it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from polling import until

pytestmark = [pytest.mark.browser, pytest.mark.model]

LABEL = "数字人 · 内容由AI生成"
OFFSET_LIMIT_MS = 40  # between the frame on screen and the sample being heard


def open_page(browser: Callable, server: str, mic: Path | None = None, *, query: str = "", **size):
    page = browser(mic, **size)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{server}/?persona=bank-teller&lod=low{query}")
    until(page, "window.shuren && window.shuren.ready")
    return page


def wait_for_silence(page) -> None:
    """The greeting, or an answer, is over."""
    until(page, "window.shuren.state === 'listening' || window.shuren.state === 'idle'")


def sample_while_speaking(page, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """(loudness of what is played, opening of the mouth), sampled together while she speaks."""
    pairs = page.evaluate(
        """async (seconds) => {
            const pairs = [], end = performance.now() + seconds * 1000
            while (performance.now() < end && window.shuren.state === 'speaking') {
                const s = window.shuren.stats()
                pairs.push([s.audioLevel, s.mouthOpen])
                await new Promise(r => setTimeout(r, 30))
            }
            return pairs
        }""",
        seconds,
    )
    return tuple(np.array(pairs).reshape(-1, 2).T)


def test_what_is_behind_her_can_be_chosen_in_the_address(server, browser) -> None:
    page = open_page(browser, server, query="&backdrop=studio&framing=waist")
    until(page, "window.shuren.stats().triangles > 0")
    picture = np.asarray(Image.open(io.BytesIO(page.locator("canvas").first.screenshot())).convert("RGB")).astype(int)
    red, green, blue = picture[picture.shape[0] // 2, :40].mean(axis=0)
    assert red > green + 20 > blue, "the wall of the studio is not warm"
    assert not page.errors


def test_a_spoken_question_is_answered_with_voice_and_moving_lips(server, browser, microphone) -> None:
    question = "银行卡丢了怎么挂失？"
    page = open_page(browser, server, microphone((2.0, question, "zh"), length=30.0))
    assert page.get_by_text(LABEL).first.is_visible()
    until(page, "window.shuren.state === 'speaking'")
    wait_for_silence(page)

    assert page.evaluate("window.shuren.startMic()")
    until(page, "window.shuren.stats().turns.length >= 1")  # the greeting is not a turn
    until(page, "window.shuren.state === 'speaking'")
    level, mouth = sample_while_speaking(page, 8)
    stats = page.evaluate("window.shuren.stats()")

    assert level.max() > 0.02, "no audible audio was played"
    assert mouth.max() > 0.1 and mouth.std() > 0.01, "the mouth does not move"
    loud, quiet = level > 0.3 * level.max(), level < 0.05 * level.max()
    if loud.sum() >= 10 and quiet.sum() >= 10:
        assert mouth[loud].mean() > mouth[quiet].mean(), "the mouth does not move with the voice"

    offsets = np.abs(np.array(stats["avOffsetsMs"]))
    assert len(offsets) >= 20
    assert np.percentile(offsets, 95) <= OFFSET_LIMIT_MS

    said = page.evaluate("document.body.innerText")
    assert "挂失" in said
    assert page.get_by_text(LABEL).first.is_visible()
    assert not page.errors


def test_talking_over_her_silences_her(server, browser, microphone) -> None:
    """She tells something long; the visitor says 等一下 and asks something else."""
    page = open_page(browser, server, microphone((2.0, "等一下，我想问密码忘了怎么办？", "zh"), length=40.0))
    until(page, "window.shuren.state === 'speaking'")
    wait_for_silence(page)
    page.evaluate("window.shuren.sendText('我想开户，需要带什么材料？')")
    until(page, "window.shuren.state === 'speaking'")
    first = page.evaluate("window.shuren.stats().turns.length")
    assert page.evaluate("window.shuren.startMic()")
    until(page, "['paused', 'listening', 'thinking'].includes(window.shuren.state)", every=20)
    page.wait_for_timeout(120)
    assert page.evaluate("window.shuren.stats().audioLevel") < 0.01, "she still sounds after she was interrupted"
    until(page, f"window.shuren.stats().turns.length > {first}")
    assert "密码" in page.evaluate("document.body.innerText")
    assert not page.errors


def test_held_to_talk_only_what_is_said_meanwhile_is_heard(server, browser, microphone) -> None:
    asked = [(float(at), "密码忘了怎么办？", "zh") for at in range(12, 72, 12)]
    mic = microphone((1.0, "你们周末上班吗？", "zh"), *asked, length=78.0)
    page = open_page(browser, server, mic, query="&talk=hold")
    until(page, "window.shuren.state === 'speaking'")  # the greeting
    wait_for_silence(page)
    assert page.evaluate("window.shuren.startMic()")
    page.wait_for_timeout(5000)  # the first question goes by
    page.keyboard.down("Space")
    until(page, "document.body.innerText.includes('密码')")
    page.wait_for_timeout(2000)
    page.keyboard.up("Space")
    until(page, "window.shuren.state === 'speaking'")
    said = page.evaluate("document.body.innerText")
    assert "密码" in said and "周末" not in said
    assert not page.errors


def test_a_typed_question_is_answered_in_english(server, browser) -> None:
    page = open_page(browser, server, query="&lang=en", locale="en-US")
    until(page, "window.shuren.state === 'speaking'")
    wait_for_silence(page)
    page.evaluate("window.shuren.sendText('How do I report a lost bank card?')")
    until(page, "window.shuren.state === 'speaking'")
    level, mouth = sample_while_speaking(page, 4)
    assert level.max() > 0.02 and mouth.max() > 0.05
    assert "card" in page.evaluate("document.body.innerText").lower()
    assert not page.errors


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_the_page_fits_phone_and_desktop(server, browser, width: int, height: int) -> None:
    page = open_page(browser, server, width=width, height=height)
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert fits, "the page scrolls sideways"
    label = page.get_by_text(LABEL).first.bounding_box()
    stage = page.locator("canvas").first.bounding_box()
    assert stage["x"] <= label["x"] and label["x"] + label["width"] <= stage["x"] + stage["width"]
    assert stage["y"] <= label["y"] and label["y"] + label["height"] <= stage["y"] + stage["height"]
    small = page.evaluate(
        """[...document.querySelectorAll('button, input')].filter(e => e.offsetParent)
           .map(e => [e.getAttribute('aria-label') || e.innerText, e.getBoundingClientRect()])
           .filter(([, r]) => r.height < 43.5 || r.width < 43.5).map(([name]) => name)"""
    )
    assert not small, f"too small to touch: {small}"


def test_one_visitor_hears_nothing_of_another(server, browser) -> None:
    """The other one is a bare client: two browsers drawing in software would only starve each other."""
    from websockets.sync.client import connect

    page = open_page(browser, server)
    until(page, "window.shuren.state === 'speaking'")
    wait_for_silence(page)
    address = server.replace("http", "ws") + "/v1/realtime?persona=bank-teller"
    with connect(address, subprotocols=["shuren.v1"], max_size=2**22) as other:
        page.evaluate("window.shuren.sendText('银行卡丢了怎么挂失？')")
        until(page, "window.shuren.state === 'speaking'")
        received = []
        with contextlib.suppress(TimeoutError):
            while True:
                received.append(other.recv(timeout=2))
    kinds = {json.loads(message)["type"] for message in received if isinstance(message, str)}
    assert kinds == {"session.created", "shuren.label.required"}
    assert not any(isinstance(message, bytes) for message in received)


def test_a_label_taken_away_comes_back_is_counted_and_without_it_there_are_no_media(server, browser) -> None:
    page = open_page(browser, server)
    until(page, "window.shuren.stats().audioLevel > 0.02")  # the greeting
    page.evaluate("document.querySelector('.ai-label').remove()")
    assert page.get_by_text(LABEL).first.is_visible()
    until_counted(page, server, 1)
    until(page, "window.shuren.state !== 'speaking' && window.shuren.stats().audioLevel < 0.01")  # she has stopped
    media_go_on(page)

    page.evaluate(
        """const sheet = new CSSStyleSheet()
           sheet.replaceSync('.ai-label { opacity: 0 !important }')
           document.adoptedStyleSheets = [sheet]"""
    )
    until_counted(page, server, 2)
    frames = page.evaluate("window.shuren.stats().framesReceived")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.shuren.stats().framesReceived") == frames
    page.evaluate("document.adoptedStyleSheets = []")
    media_go_on(page)
    assert labels_hidden(server) == 2
    assert not page.errors


def labels_hidden(server: str) -> int:
    counted = re.search(r"^shuren_labels_hidden_total (\S+)$", httpx.get(f"{server}/metrics").text, re.MULTILINE)
    return int(float(counted[1]))


def until_counted(page, server: str, count: int) -> None:
    for _ in range(200):
        if labels_hidden(server) >= count:
            return
        page.wait_for_timeout(50)
    pytest.fail("the server was not told")


def media_go_on(page) -> None:
    """Frames come at once, and her voice with the next answer."""
    until(page, "window.shuren.ready")
    frames = page.evaluate("window.shuren.stats().framesReceived")
    until(page, f"window.shuren.stats().framesReceived > {frames + 30}")
    page.evaluate("window.shuren.sendText('密码忘了怎么办？')")
    until(page, "window.shuren.state === 'speaking' && window.shuren.stats().audioLevel > 0.02")


def test_a_streamers_own_voice_moves_her_lips_under_the_label(server, browser, microphone) -> None:
    mic = microphone((6.0, "大家好，欢迎来到直播间，今天给大家带来新茶。", "zh"), length=30.0)
    page = open_page(browser, server, mic, query="&puppet=1")
    assert page.get_by_text(LABEL).first.is_visible()
    assert not page.locator(".dock .entry").is_visible()
    until(page, "window.shuren.state === 'speaking'")
    level, mouth = sample_while_speaking(page, 4)
    assert level.max() > 0.02, "the voice is not played"
    assert mouth.max() > 0.1 and mouth.std() > 0.01, "the mouth does not move"
    until(page, "window.shuren.state === 'listening'")
    assert np.percentile(np.abs(page.evaluate("window.shuren.stats().avOffsetsMs")), 95) <= 40
    assert not page.errors
