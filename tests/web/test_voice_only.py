"""A page on a weak network: voice without frames, a line that says why, and frames again once the network is well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from polling import until
from slow_line import SlowLine, slow_line
from test_page import open_page, wait_for_silence

pytestmark = [pytest.mark.browser, pytest.mark.model]

WEAK = "网络较弱，暂时只有声音和字幕"
FRAMES_ALONE = 14_000  # bytes a second, when she is silent
VOICE_ALONE = 48_000


@pytest.fixture
def line(server: str) -> Iterator[SlowLine]:
    with slow_line(server) as line:
        yield line


def received(page) -> int:
    return page.evaluate("window.shuren.stats().framesReceived")


def test_on_a_weak_network_her_voice_plays_on_without_frames_which_come_back_with_it(line: SlowLine, browser) -> None:
    page = open_page(browser, line.address)
    until(page, "window.shuren.state === 'speaking'")
    wait_for_silence(page)
    assert page.evaluate("window.shuren.stats().line") == "frames"
    assert not page.get_by_text(WEAK).is_visible()

    line.rate = FRAMES_ALONE / 4
    until(page, "window.shuren.stats().line === 'weak'")
    assert page.get_by_text(WEAK).is_visible()
    line.rate, line.hold = 1.5 * VOICE_ALONE, 0.7  # room for her voice, and too slow to be well
    page.wait_for_timeout(4000)  # what was under way has come
    frames = received(page)
    page.evaluate("window.shuren.sendText('银行卡丢了怎么挂失？')")
    until(page, "window.shuren.state === 'speaking' && window.shuren.stats().audioLevel > 0.02")
    until(page, "window.shuren.stats().mouthOpen > 0.05")  # lips follow the sound
    assert page.get_by_text(WEAK).is_visible()
    wait_for_silence(page)
    assert "挂失" in page.evaluate("document.body.innerText")
    assert received(page) == frames, "frames were sent on a weak line"

    line.rate, line.hold = float("inf"), 0.0
    until(page, "window.shuren.stats().line === 'frames'")
    until(page, f"window.shuren.stats().framesReceived > {frames + 60}")
    assert not page.get_by_text(WEAK).is_visible()
    assert not page.errors


def test_slow_answers_to_pings_alone_stop_no_frames(line: SlowLine, browser) -> None:
    """So it is with a busy machine, and with a long way that carries everything."""
    page = open_page(browser, line.address)
    until(page, "window.shuren.state === 'speaking'")
    wait_for_silence(page)
    line.hold = 1.4
    page.evaluate(
        """window.lines = new Set()
           setInterval(() => window.lines.add(window.shuren.stats().line), 100)"""
    )
    page.wait_for_timeout(5000)
    page.evaluate("window.shuren.sendText('密码忘了怎么办？')")
    until(page, "window.shuren.state === 'speaking' && window.shuren.stats().audioLevel > 0.02")
    wait_for_silence(page)
    page.wait_for_timeout(8000)
    assert page.evaluate("[...window.lines]") == ["frames"]
    assert not page.errors
