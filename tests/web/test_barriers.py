"""Nobody is kept out: by a browser without 3D, a missing microphone, refused sound, the keyboard, or a screen reader.

The service is the real one with scripted engines, and nothing is drawn in 3D, so all of it takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from axe import barriers
from polling import TURN, until
from scripted_house import ScriptedHouse, ScriptedSession, audio, frames, make_app, sentence
from scripted_service import served

from avatar.events import FramesOut, ReplyDone, ReplyStarted

pytestmark = pytest.mark.browser

FLAT = "--disable-3d-apis"
LABEL = ".ai-label"
SAID = "银行卡丢了请先打电话挂失，再带身份证来网点补办新卡，我一直在这里。"
DEAF_AND_DUMB = """
const Real = AudioContext;
window.AudioContext = class extends Real {
    constructor(options) { super(options); void this.suspend() }
    resume() { return Promise.reject(new DOMException('refused', 'NotAllowedError')) }
};
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'))"""
EVIL = "<img src=x onerror=window.evil=1>"
CARDS = [
    {"kind": "table", "title": "存款利率", "columns": ["期限", "年利率"], "rows": [["一年", "1.10%"], ["两年", EVIL]]},
    {"kind": "map", "title": "锦里支行", "latitude": 30.646, "longitude": 104.047, "address": "武侯祠大街 231 号"},
    {"kind": "checklist", "title": "开户要带", "items": ["身份证", EVIL]},
    {"kind": "product", "title": EVIL, "price": "¥9.90", "url": "https://bank.example/card"},
    {"kind": "qr", "title": "手机银行", "text": "https://bank.example/app", "note": "扫码下载"},
    {
        "kind": "form",
        "title": "预约办理",
        "fields": [{"label": "称呼"}, {"label": "时间", "options": ["上午", "下午"]}],
    },
]


RUN_BY = {"provider": "四川某银行", "contact": "028-0000", "complaints": "95599-0"}
PLACED = """() => {
    const script = Object.assign(document.createElement('script'), { src: '/widget.js' })
    Object.assign(script.dataset, { persona: 'bank-teller', open: '', elder: '', theme: 'dark' })
    document.body.replaceChildren(script)
}"""
LOOK = """() => {
    const root = document.querySelector('digital-human').shadowRoot
    const seen = [...root.querySelectorAll('.house *')].filter(e => e.checkVisibility({ visibilityProperty: true }))
    const sizes = seen.filter(e => e.innerText).map(e => parseFloat(getComputedStyle(e).fontSize))
    return {
        small: seen.filter(e => e.matches('button, input') && e.getBoundingClientRect().height < 60).length,
        least: 1.4 * Math.min(...sizes), // what the computed sizes leave out: zoom
        ink: getComputedStyle(root.querySelector('.entry input')).color,
    }
}"""


async def say(self: ScriptedSession, text: str, *, mood: str = "", gesture: str = "") -> int:
    """Says it with a face for each moment of the voice: 100 ms a character, six frames each."""
    turn, item = self.turn + 1, f"item_{self.turn + 1}"
    self.emit(ReplyStarted(turn, item, ""), sentence(turn, text), audio(turn, text))
    self.emit(FramesOut(turn, frames(n=6 * len(text))), ReplyDone(turn, item, "completed", "", text, text, {}))
    return turn


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a service that asks whether it may keep what is said."""
    house = ScriptedHouse()
    house.make = lambda session: setattr(session, "say", say.__get__(session))
    app = make_app(house, storage={"ask": ["store_transcript"]}, disclosure=RUN_BY)
    with served(app) as address:
        yield address


def session_of(service: str) -> str:
    return httpx.get(f"{service}/v1/sessions", timeout=30).json()["sessions"][-1]["id"]


def test_without_3d_microphone_and_sound_she_is_seen_read_and_asked(service: str, browser) -> None:
    page = browser(None, FLAT)
    page.set_default_timeout(TURN)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    page.add_init_script(DEAF_AND_DUMB)
    page.goto(service)
    page.get_by_role("button", name="只用文字").click()

    asks = page.get_by_role("alertdialog")
    asks.wait_for()
    assert page.locator(LABEL).first.is_visible() and not barriers(page)
    focused = "document.activeElement.innerText"
    order = []
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
        order.append(page.evaluate(focused))
    assert order == ["先看看条款", "不同意", "同意", "先看看条款", "同意"], "the keyboard leaves the question"
    page.keyboard.press("Escape")
    asks.wait_for(state="hidden")

    at = f"{service}/v1/sessions/{session_of(service)}"
    until(page, "shuren.ready")
    httpx.post(f"{at}/say", json={"text": SAID}, timeout=30).raise_for_status()
    until(page, "document.querySelector('.caption')?.innerText.includes('挂失')")
    until(page, "Number(document.querySelector('.portrait').style.getPropertyValue('--mouth')) > 0.2")
    assert not page.evaluate("shuren.startMic()")
    assert page.get_by_text("没有找到可用的麦克风").is_visible()

    card = page.locator(".card-panel")
    for shown in CARDS:
        httpx.post(f"{at}/card", json={"card": shown}, timeout=30).raise_for_status()
        card.get_by_role("heading", name=shown["title"]).wait_for()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert not barriers(page), (shown["kind"], scheme)
    page.get_by_label("称呼").fill("王女士")
    page.get_by_label("时间").select_option("下午")
    card.get_by_role("button", name="提交").press("Enter")
    until(page, "document.querySelector('.messages').innerText.includes('称呼：王女士；时间：下午')")
    assert page.evaluate("document.activeElement.innerText") == "已提交", "the keyboard is lost with what was sent"
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert not page.evaluate("window.evil") and not problems


def test_whose_service_it_is_and_its_terms_are_one_button_away_and_the_label_stays(service: str, browser) -> None:
    page = browser(None, FLAT)
    page.set_default_timeout(TURN)
    page.goto(service)
    page.get_by_role("button", name="先看看条款").click()
    about = page.get_by_role("dialog", name="关于这项服务")
    about.get_by_role("heading", name="服务协议（模板）").wait_for()
    page.keyboard.press("Escape")
    about.wait_for(state="hidden")
    page.get_by_role("button", name="不同意").click()  # reading them has decided nothing
    page.get_by_role("button", name="关于这项服务").click()
    about.get_by_role("heading", name="服务协议（模板）").wait_for()
    told = about.inner_text()
    assert "未备案：仅限内部测试" in told and "四川某银行" in told and "95599-0" in told, "what the settings tell"
    label, box = page.locator(LABEL).first.bounding_box(), about.bounding_box()
    assert label and box and (label["y"] + label["height"] <= box["y"] or label["x"] >= box["x"] + box["width"])
    assert not barriers(page)
    page.keyboard.press("Escape")
    about.wait_for(state="hidden")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="About this service").click()
    page.get_by_role("heading", name="Terms of service (template)").wait_for()


def test_the_widget_is_large_for_elders_and_dark_where_its_page_says_so(service: str, browser) -> None:
    page = browser(None, FLAT, width=1280, height=900)
    page.set_default_timeout(TURN)
    page.goto(f"{service}/map")
    page.evaluate(PLACED)
    within = "document.querySelector('digital-human')"
    asks = page.get_by_role("alertdialog")
    asks.wait_for()
    assert not barriers(page, within)
    asks.get_by_role("button", name="同意", exact=True).click()
    page.get_by_text("按下后直接说话").wait_for()
    assert page.locator(LABEL).first.is_visible() and not barriers(page, within)
    look = page.evaluate(LOOK)
    assert look["small"] == 0 and look["least"] >= 18
    assert look["ink"] == "rgb(231, 239, 236)"


@pytest.mark.parametrize("surface", ["kiosk?persona=bank-teller", "studio"])
def test_no_surface_has_barriers(service: str, browser, surface: str) -> None:
    page = browser(None, FLAT)
    page.set_default_timeout(TURN)
    page.goto(f"{service}/{surface}")
    page.get_by_role("heading").or_(page.get_by_role("button")).first.wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not barriers(page), scheme


FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at || at === document.body) return null;
    const look = getComputedStyle(at);
    const ring = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1;
    return {name: at.outerHTML.slice(0, 120), seen: ring || look.boxShadow !== "none"};
}"""


@pytest.mark.parametrize("surface", ["?persona=bank-teller", "kiosk?persona=bank-teller", "studio", "console"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(service: str, browser, surface: str) -> None:
    page = browser(None, FLAT)
    page.set_default_timeout(TURN)
    page.goto(f"{service}/{surface}")
    page.get_by_role("heading").or_(page.get_by_role("button")).first.wait_for()
    reached = []
    while len(reached) < 60:
        page.keyboard.press("Tab")
        if (at := page.evaluate(FOCUSED)) is None or at in reached:
            break
        assert at["seen"], at["name"]
        reached.append(at)
    assert reached
