"""Who asks their system for less motion sees a face that speaks on a body that stands still."""

from __future__ import annotations

import pytest
from polling import until
from test_page import open_page, wait_for_silence

pytestmark = [pytest.mark.browser, pytest.mark.model]

WHILE_SPEAKING = """async () => {
    let [mouth, body] = [0, 0];
    while (window.shuren.state === 'speaking') {
        const stats = window.shuren.stats();
        mouth = Math.max(mouth, stats.mouthOpen);
        body = Math.max(body, stats.bodyMotion);
        await new Promise((then) => setTimeout(then, 50));
    }
    return [mouth, body];
}"""


def test_gestures_stop_and_speech_goes_on(server, browser) -> None:
    page = open_page(browser, server)
    moved = {}
    for asked in ("no-preference", "reduce"):
        wait_for_silence(page)
        page.emulate_media(reduced_motion=asked)
        page.evaluate("window.shuren.sendText('银行卡丢了怎么办')")
        until(page, "window.shuren.state === 'speaking'")
        mouth, moved[asked] = page.evaluate(WHILE_SPEAKING)
        assert mouth > 0.05, asked
    assert moved["no-preference"] > 0.02 and moved["reduce"] == 0
