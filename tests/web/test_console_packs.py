"""Persona and knowledge in the console, in a real browser: edited, checked, compared, tried, published, taken back; and
nothing that was typed is lost without a word."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from axe import barriers
from one_persona import environment

from models.store import Store

pytestmark = pytest.mark.browser

WITHIN = 120_000  # ms; a limit on hanging
FILE = "knowledge/cards.md"
QUESTION = "银行卡丢了怎么办"
NEW = "请先拨打背面电话，口头挂失。"  # what the item is to answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service whose versions of packs are its own: those of this machine stay as they are."""
    folder = tmp_path_factory.mktemp("packs")
    home, real = folder / "home", Store.default().home
    home.mkdir()
    for name in ("models", "avatars", "cache"):
        (home / name).symlink_to(real / name)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = os.environ | environment(folder) | {"SHUREN_HOME": str(home)}
    command = [str(Path(sys.executable).parent / "shuren"), "serve", "--port", str(port)]
    with (folder / "server.log").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=settings)
    try:
        _until(lambda: process.poll() is not None or _ready(f"http://127.0.0.1:{port}/readyz"))
        assert process.poll() is None, (folder / "server.log").read_text("utf-8", "replace")[-4000:]
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def shelf(server: str) -> Iterator[str]:
    """The teller's packs by REST; afterwards the version that came with the service is in use again."""
    url = f"{server}/v1/personas/bank-teller"
    yield url
    httpx.post(f"{url}/activate", json={"version": ""}, timeout=60).raise_for_status()
    _until(lambda: NEW not in _answer(server))


@pytest.fixture
def page(server: str, browser, shelf: str):
    """The part of the console, as somebody on this machine sees it before the first key."""
    page = browser(locale="en-GB", width=1280, height=900)
    page.set_default_timeout(WITHIN)
    refused = page.refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{server}/console#packs")
    page.locator("select[name=persona]").select_option("bank-teller")
    page.locator(".files").wait_for()
    return page


def opened(page, file: str = FILE):
    """The text of a file in the editor."""
    page.locator("button.file", has_text=file).click()
    page.locator("label[for=pack-text]", has_text=file).wait_for()
    return page.locator("#pack-text")


def with_answer(text: str, key: str = "zh") -> tuple[str, int]:
    """The text with a new Chinese answer of its item about lost cards, and the number of that line."""
    lines = text.split("\n")
    item = next(number for number, line in enumerate(lines) if line.startswith("## card-lost:"))
    at = next(number for number in range(item, len(lines)) if lines[number].startswith("zh:"))
    return "\n".join([*lines[:at], f"{key}: {NEW}", *lines[at + 1 :]]), at + 1


def test_an_answer_is_edited_mended_tried_published_and_taken_back(page, server: str, shelf: str) -> None:
    before = _answer(server)
    area = opened(page)
    whole = area.input_value()
    broken, line = with_answer(whole, key="zz")
    area.fill(broken)
    page.get_by_role("button", name="Check", exact=True).click()
    place = page.get_by_role("button", name=f"{FILE}:{line}", exact=True).first
    place.wait_for()
    first = page.locator(".mistakes .place").first.inner_text()
    assert first.startswith(FILE)  # what was edited comes before what misses it elsewhere
    assert not barriers(page)
    opened(page, "persona.yaml")
    place.press("Enter")  # leads to the mistake
    page.locator("#pack-text:focus").wait_for()
    selected = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    _until(lambda: page.locator("#pack-text").evaluate(selected) == f"zz: {NEW}")
    assert f"▸{line}" in page.locator(".gutter").inner_text()
    page.keyboard.type(f"zh: {NEW}")
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("nothing is wrong").wait_for()

    page.get_by_label("What was changed").fill("shorter, for the phone")
    page.get_by_role("button", name="Save as a new version").click()
    page.locator(".hunk.added", has_text=NEW).wait_for()
    assert page.locator(".hunk.removed").count() == 1
    assert "added" in page.locator(".hunk.added").inner_text()  # not by colour alone
    assert _answer(server) == before  # saving puts nothing to use

    page.get_by_role("tab", name="Changes").press("ArrowRight")
    page.get_by_label("Question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".card").nth(1).wait_for()
    draft, used = page.locator(".card").all()
    assert NEW in draft.inner_text() and NEW not in used.inner_text()
    assert "Citations" in draft.inner_text() and "nothing kept back" in draft.inner_text()
    page.get_by_text("another answer").wait_for()
    assert not barriers(page)

    page.get_by_role("tab", name="Versions").click()
    row = page.locator("tr", has_text="shorter, for the phone")
    row.get_by_role("button", name="Publish").click()
    page.locator("#deciding:focus").wait_for()
    page.locator(".card .hunk.added", has_text=NEW).wait_for()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Published: new talks").wait_for()
    assert not barriers(page)
    _until(lambda: NEW in _answer(server))
    row.get_by_text("In use", exact=True).wait_for()

    page.get_by_role("button", name="Roll back to this").click()
    page.get_by_role("button", name="Roll back", exact=True).click()
    page.get_by_text("Rolled back").wait_for()
    _until(lambda: _answer(server) == before)
    assert not page.refused


def test_unsaved_edits_outlive_a_reload_and_are_asked_about_before_they_go(page) -> None:
    area = opened(page)
    edited, _ = with_answer(area.input_value())
    area.fill(edited)
    answers, asked = iter((False, True)), []

    def answer(dialog) -> None:
        asked.append(dialog.message)
        dialog.accept() if dialog.type == "beforeunload" or next(answers) else dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("link", name="Health").click()
    page.locator("nav a[href='#packs'][aria-current=page]").wait_for()
    assert FILE in asked[0] and area.input_value() == edited  # the operator stayed
    page.reload()
    page.get_by_text("unsaved edits of this tab are back").wait_for()
    assert opened(page).input_value() == edited
    page.get_by_role("link", name="Health").click()
    page.locator("nav a[href='#health'][aria-current=page]").wait_for()
    page.get_by_role("link", name="Packs").click()
    assert opened(page).input_value() != edited


def test_what_somebody_else_saved_meanwhile_is_told_and_edits_go_on_on_top_of_it(page, shelf: str) -> None:
    area = opened(page)
    edited, _ = with_answer(area.input_value())
    area.fill(edited)
    words = httpx.get(f"{shelf}/file", params={"file": "vocabulary.txt"}, timeout=60).json()["text"] + "零钞清点\n"
    theirs = {"files": {"vocabulary.txt": words}, "note": "a new word"}
    version = httpx.post(f"{shelf}/versions", json=theirs, timeout=60).json()["version"]
    page.get_by_role("button", name="Save as a new version").click()
    notice = page.locator(".notice", has_text="a new word")
    notice.wait_for()
    assert not barriers(page)
    notice.get_by_role("button", name="Put my edits on top").click()
    page.locator(".hunk.added", has_text="零钞清点").wait_for()
    page.locator(".hunk.added", has_text=NEW).wait_for()
    assert page.locator("select[name=version]").input_value() == version


def test_both_schemes_are_free_of_barriers_in_every_tab(page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name in ("Edit", "Changes", "Try it", "Evals", "Versions"):
            page.get_by_role("tab", name=name).click()
            page.locator(f"[role=tab][aria-selected=true]:has-text('{name}')").wait_for()
            page.wait_for_timeout(300)
            assert not barriers(page), (scheme, name)


def _answer(server: str) -> str:
    """What she says to somebody who asks now."""
    body = {"model": "bank-teller", "messages": [{"role": "user", "content": QUESTION}]}
    told = httpx.post(f"{server}/v1/chat/completions", json=body, timeout=120).json()
    return told["choices"][0]["message"]["content"]


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(900):
        if condition():
            return
        time.sleep(0.2)
    pytest.fail("It did not come to pass.")
