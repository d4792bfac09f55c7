"""A picture she asks for, from the visitor's own machine to her, in the page."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from polling import until
from test_page import open_page, wait_for_silence

pytestmark = [pytest.mark.browser, pytest.mark.model]


def _photo(side: int = 3000) -> bytes:
    """Larger than what may be sent: the page makes it smaller."""
    written = io.BytesIO()
    Image.effect_noise((side, side), 120).convert("RGB").save(written, "JPEG", quality=95)
    return written.getvalue()


def _asked_for_a_picture(page) -> None:
    until(page, "window.shuren.state === 'speaking'")  # the greeting
    wait_for_silence(page)
    assert not page.locator("input[type=file]").count(), "there is nothing to choose before she asks"
    page.evaluate("window.shuren.sendText('我要报修')")
    page.locator(".card-panel input[type=file]").wait_for(state="attached")


def test_a_picture_is_chosen_made_small_and_taken_as_the_answer(server, browser) -> None:
    page = open_page(browser, server)
    _asked_for_a_picture(page)
    card = page.locator(".card-panel")
    assert "办完即删" in card.inner_text()
    large = _photo()
    assert len(large) > 2_000_000
    choice = card.locator("input[type=file]")
    choice.set_input_files({"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    card.get_by_text("打不开这个文件").wait_for()
    choice.set_input_files({"name": "machine.jpg", "mimeType": "image/jpeg", "buffer": large})
    card.get_by_text("已提交").wait_for()
    until(page, "document.body.innerText.includes('照片收到了')")
    assert "📎 machine.jpg" in page.evaluate("document.body.innerText")
    assert not page.errors


def test_whoever_has_no_picture_says_so(server, browser) -> None:
    page = open_page(browser, server)
    _asked_for_a_picture(page)
    page.evaluate("window.shuren.sendText('没有')")
    until(page, "document.body.innerText.includes('那就不用照片了')")
    assert not page.errors
