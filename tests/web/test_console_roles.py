"""What each role sees of packs in the console, in a real browser: who writes and who publishes, which is not the same
person where four eyes are asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from axe import barriers
from scripted_house import ScriptedHouse, make_app
from scripted_service import served

from dialogue.packs import find_pack
from server.storage.database import Database
from server.storage.keeping import Keeping

pytestmark = pytest.mark.browser
WITHIN = 120_000  # ms; a limit on hanging
ID, FILE = "commentator", "vocabulary.txt"
ROLES = ("editor", "compliance", "auditor", "admin")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a service without engines, whose packs are its own, and a key of each role. Four eyes are asked
    for."""
    shutil.copytree(find_pack(ID), tmp_path / "personas" / ID)
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    keeping.database.migrate()
    house = ScriptedHouse()
    house.keeping = keeping
    packs = {"home": tmp_path, "personas": tmp_path / "personas"}
    app = make_app(house, keeping=keeping, access={"four_eyes": True}, **packs)
    keys = {role: app.state.access.keys.create("default", role).secret for role in ROLES}
    with served(app) as address:
        yield address, keys
    keeping.database.dispose()


@pytest.fixture
def enter(service, browser) -> Callable:
    """Signs in to packs with the key of a role; who was there before signs out."""
    address, keys = service
    page = browser(locale="en-GB", width=1280, height=900)
    page.set_default_timeout(WITHIN)
    page.goto(f"{address}/console#packs")

    def sign_in(role: str):
        page.locator("#key").or_(page.get_by_role("button", name="Sign out")).wait_for()
        if page.get_by_role("button", name="Sign out").is_visible():
            page.get_by_role("button", name="Sign out").click()
        page.locator("#key").fill(keys[role])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Packs").click()
        page.locator(".files").wait_for()
        return page

    return sign_in


def by_rest(service, role: str) -> httpx.Client:
    address, keys = service
    headers = {"Authorization": f"Bearer {keys[role]}"}
    return httpx.Client(base_url=f"{address}/v1/personas/{ID}/", headers=headers, timeout=60)


def parts(page) -> list[str]:
    return page.get_by_role("navigation", name="Parts").get_by_role("link").all_inner_texts()


def row(page, note: str):
    page.get_by_role("tab", name="Versions").click()
    return page.locator("tr", has_text=note)


def test_an_editor_writes_and_somebody_else_publishes(service, enter: Callable) -> None:
    with by_rest(service, "admin") as admin:
        admin.post("versions", json={"files": {FILE: "顶级联赛杯\n"}, "note": "by the admin"}).raise_for_status()
    page = enter("editor")
    assert parts(page) == ["Packs"]
    page.locator("button.file", has_text=FILE).click()
    page.locator("label[for=pack-text]", has_text=FILE).wait_for()
    page.locator("#pack-text").fill("倒地铲\n")
    page.get_by_label("What was changed").fill("by the editor")
    page.get_by_role("button", name="Save as a new version").click()
    page.locator(".hunk.added", has_text="倒地铲").wait_for()
    row(page, "by the editor").wait_for()
    page.get_by_text("another person's: one with a compliance or admin key").wait_for()
    assert not page.get_by_role("button", name="Publish").count()
    assert not barriers(page)

    page = enter("admin")
    own = row(page, "by the admin")
    own.get_by_text("somebody else has to publish it").wait_for()
    assert not own.get_by_role("button", name="Publish").count()
    assert row(page, "by the editor").get_by_role("button", name="Publish").count() == 1

    page = enter("compliance")
    assert parts(page) == ["Packs", "Audit", "Compliance"]
    assert page.locator("#pack-text").get_attribute("readonly") is not None
    row(page, "by the admin").get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Published: new talks").wait_for()

    page = enter("auditor")
    row(page, "by the admin").get_by_text("In use").wait_for()
    assert not page.get_by_role("button", name="Publish").count()
    page.get_by_role("tab", name="Try it").click()
    page.get_by_text("Trying takes an editor, compliance or admin key.").wait_for()


def test_a_refusal_is_told_where_it_was_met_with_its_code(service, enter: Callable) -> None:
    with by_rest(service, "editor") as editor, by_rest(service, "admin") as admin:
        versions = [
            editor.post("versions", json={"files": {FILE: words}, "note": note}).json()["version"]
            for words, note in (("顶级联赛杯\n", "first"), ("倒地铲\n", "second"))
        ]
        page = enter("compliance")
        row(page, "second").get_by_role("button", name="Publish").click()
        page.locator("#deciding").wait_for()
        admin.post("activate", json={"version": versions[0]}).raise_for_status()
        page.get_by_role("button", name="Publish", exact=True).click()
        told = page.get_by_role("tabpanel").get_by_role("alert")
        told.get_by_text("version_changed").wait_for()
        assert "nothing was changed" in told.inner_text()
        assert admin.get("versions").json()["active"] == versions[0]
    page.locator("tr", has_text="first").get_by_text("In use").wait_for()
    row(page, "second").get_by_role("button", name="Publish").click()
    page.locator(".card .hunk.removed", has_text="顶级联赛杯").wait_for()  # compared with what is in use by now
