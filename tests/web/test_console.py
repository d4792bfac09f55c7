"""The operator console in a real browser: signed in by key, a talk taken over, every part without barriers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from axe import barriers
from scripted_house import ScriptedHouse, make_app
from scripted_service import served

from server.storage.database import Database
from server.storage.keeping import Keeping

pytestmark = pytest.mark.browser

PARTS = ("live", "quality", "figures", "keys", "audit", "compliance", "health")
WITHIN = 120_000  # ms; a limit on hanging


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and an admin's key of a service without engines: whom the console lets in does not depend on them."""
    folder = tmp_path_factory.mktemp("console")
    keeping = Keeping(Database(f"sqlite:///{folder / 'shuren.db'}"))
    keeping.database.migrate()
    house = ScriptedHouse()
    house.keeping, house.digests = keeping, dict
    app = make_app(house, keeping=keeping, home=folder)
    secret = app.state.access.keys.create("default", "admin", name="operations").secret
    with served(app) as address:
        yield address, secret
    keeping.database.dispose()


def test_a_key_opens_the_console_stays_in_its_tab_and_no_part_has_barriers(keyed, browser) -> None:
    address, secret = keyed
    page = browser()
    page.set_default_timeout(WITHIN)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{address}/console")
    page.wait_for_selector("#key")
    assert not barriers(page)
    page.keyboard.type("shuren_wrong")  # the field has the focus
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    page.fill("#key", secret)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav a[aria-current]")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for part in PARTS:
            page.goto(f"{address}/console#{part}")
            page.wait_for_selector(f"nav a[href='#{part}'][aria-current=page]")
            page.wait_for_selector(".page" if part != "live" else ".list")
            assert not barriers(page), (scheme, part)
    assert not refused
    assert page.evaluate("Object.values({...localStorage})") == []
    assert page.evaluate("Object.values({...sessionStorage})").count(secret) == 1
    assert not [url for url in asked if secret in url] and secret not in page.url
    page.click("header button:last-of-type")  # out again
    page.wait_for_selector("#key")
    assert secret not in page.evaluate("Object.values({...sessionStorage})")


def test_a_key_is_shown_once(keyed, browser) -> None:
    address, secret = keyed
    page = browser(locale="en-GB")
    page.set_default_timeout(WITHIN)
    page.goto(f"{address}/console#keys")
    page.fill("#key", secret)
    page.keyboard.press("Enter")
    page.get_by_label("Name").fill("desk 1")
    page.get_by_role("button", name="Make").click()
    made = page.locator(".secret").inner_text()
    assert (
        httpx.get(f"{address}/v1/console/me", headers={"Authorization": f"Bearer {made}"}).json()["scope"] == "operator"
    )
    page.get_by_role("button", name="Dismiss").click()
    page.wait_for_selector("td:has-text('desk 1')")
    assert made not in page.content()


def test_a_talk_is_taken_over_spoken_in_and_handed_back(server, browser) -> None:
    page = browser(locale="en-GB")
    page.set_default_timeout(WITHIN)
    page.goto(f"{server}/console")  # this machine, before the first key
    page.wait_for_selector(".list")
    name = httpx.post(f"{server}/v1/sessions", json={}, timeout=60).json()["id"]
    talk = f"{server}/v1/sessions/{name}"
    try:
        page.click(f".talk:has-text('{name[-6:]}')")
        httpx.post(f"{talk}/speak", json={"text": "转人工"}, timeout=60)
        page.wait_for_selector(".needs-help")
        page.get_by_role("button", name="Take over").click()
        page.get_by_label("Speak through her").fill("您好，我是小王。")
        page.keyboard.press("Enter")
        page.wait_for_selector(".line.human:has-text('小王')")
        assert not page.locator(".needs-help").count()
        page.wait_for_selector(".waterfall rect")
        assert not barriers(page)
        _until(lambda: httpx.get(talk, timeout=60).json()["state"] == "listening")
        page.get_by_role("button", name="Hand back").click()
        page.get_by_role("button", name="Take over").wait_for()
        page.wait_for_selector(".line:has-text('工作人员已经离开')")
        lines = httpx.get(f"{talk}/transcript", timeout=60).json()["lines"]
    finally:
        httpx.delete(talk, timeout=60)
    assert [line["source"] for line in lines if "小王" in line["text"]] == ["human"]


def _until(condition) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("It did not come to pass.")
