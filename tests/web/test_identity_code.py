"""Whoever wants to know whom they talk with finds the code she was issued."""

from __future__ import annotations

from dataclasses import replace

import pytest
from axe import barriers
from polling import TURN
from scripted_house import CARD, ScriptedHouse, make_app
from scripted_service import served

from server.realtime.host import PersonaCard

pytestmark = pytest.mark.browser

ISSUED = replace(CARD, identity_code="CN-5101-0001")


class Issued(ScriptedHouse):
    def personas(self) -> list[PersonaCard]:
        return [ISSUED]

    def persona(self, name: str) -> PersonaCard:
        return ISSUED


def test_the_page_shows_the_code_she_was_issued(browser) -> None:
    with served(make_app(Issued())) as service:
        page = browser(None, "--disable-3d-apis")
        page.set_default_timeout(TURN)
        page.goto(service)
        page.get_by_role("button", name="关于这项服务").click()
        about = page.get_by_role("dialog", name="关于这项服务")
        about.get_by_text("CN-5101-0001").wait_for()
        assert about.get_by_text("数字人身份码").is_visible() and not barriers(page)
