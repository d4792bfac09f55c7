"""The live studio in a browser: an operator runs a show at the desk, and its stage is ready for OBS."""

from __future__ import annotations

import io
import time
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from PIL import Image
from polling import TURN, until

pytestmark = [pytest.mark.browser, pytest.mark.model]

LABEL = "数字人 · 内容由AI生成"
RUNDOWN = """
format: 1
as_of: 2026-11-01
parts:
  - title: {zh: 讲挂失, en: Lost cards}
    seconds: 600
    stay: yes
    lines:
      - {zh: [欢迎来到直播间，今天我们讲怎么挂失。银行卡丢了先挂失，再补卡。], en: [Welcome.]}
"""


def film_is_labelled(path: Path, seconds: float) -> None:
    with av.open(path) as film:
        pictures = [picture.to_ndarray(format="rgb24") for picture in film.decode(video=0)]
        assert abs(len(pictures) / 25 - seconds) < 0.05 and pictures[-1].std() > 20, "nobody is in the picture"
        assert '"Label":"1"' in film.metadata["AIGC"].replace(" ", "")


def picture_of(stage) -> np.ndarray:
    """uint8 [height, width, 4]."""
    return np.asarray(Image.open(io.BytesIO(stage.screenshot(omit_background=True))).convert("RGBA"))


def test_an_operator_runs_a_show_by_the_desk_and_its_stage_shows_it(server: str, browser) -> None:
    desk = browser(width=1440, height=900)
    desk.set_default_timeout(TURN)
    problems: list[str] = []
    desk.on("pageerror", lambda error: problems.append(str(error)))
    desk.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    desk.goto(f"{server}/studio")
    desk.get_by_label("自带流程单").fill("nonsense")
    desk.get_by_role("button", name="建好并进入").click()
    desk.get_by_role("alert").wait_for()
    desk.get_by_label("自带流程单").fill(RUNDOWN)
    desk.get_by_label("录下这场，之后可以导出影片").check()
    desk.get_by_role("button", name="建好并进入").click()
    desk.get_by_role("heading", name="流程单").wait_for()
    assert desk.get_by_role("status").first.inner_text() == "待开始"

    show = desk.evaluate("new URLSearchParams(location.search).get('show')")
    at = f"{server}/v1/studio/shows/{show}"
    session = httpx.get(at, timeout=30).json()["session"]
    stage = desk.context.browser.new_context(viewport={"width": 640, "height": 360}).new_page()
    stage.set_default_timeout(TURN)
    stage.goto(f"{server}/stage?session={session}&layout=corner")
    until(stage, "document.querySelector('.scene').dataset.connection === 'open'")

    desk.keyboard.press("Alt+KeyS")
    until(desk, "document.querySelector('.pill').dataset.state === 'live'")
    until(desk, "document.querySelector('.saying').textContent.includes('欢迎来到直播间')")
    until(
        stage, "[...document.querySelectorAll('.caption')].some((line) => line.textContent.includes('欢迎来到直播间'))"
    )
    assert stage.get_by_text(LABEL).is_visible()

    card = {"kind": "product", "title": "银行卡套", "price": "¥9"}
    httpx.post(f"{server}/v1/sessions/{session}/card", json={"card": card}, timeout=30).raise_for_status()
    until(stage, "document.querySelector('.layer.product').innerText.includes('¥9')")
    begun = time.monotonic()
    while picture_of(stage)[340, 540, 3] < 200:  # her shoulders, in the corner; the address did not name her
        assert time.monotonic() < begun + TURN / 1000, "nobody is on stage"
    picture = picture_of(stage)
    assert picture[180, 320, 3] == 0, "something stands behind her"
    assert (picture[:60, :200, 3] > 200).mean() > 0.1, "the label cannot be seen"
    stage.evaluate("document.querySelector('.ai-label').remove()")
    until(stage, "document.querySelector('.ai-label')")

    desk.get_by_label("自动回答问题").uncheck()
    said = [{"user": "小鱼", "text": "银行卡丢了怎么挂失？"}, {"user": "阿强", "text": "加我薇信"}]
    httpx.post(f"{at}/comments", json={"comments": said}, timeout=30).raise_for_status()
    desk.get_by_role("button", name="回答: 银行卡丢了怎么挂失？", exact=True).click()
    until(desk, "[...document.querySelectorAll('.done b')].some((state) => state.textContent === '已回答')")
    assert desk.get_by_text("已拦截").is_visible()

    desk.get_by_role("button", name="立即停止").click()
    desk.get_by_role("button", name="再按一次，立即停止").click()
    until(desk, "document.querySelector('.pill').dataset.state === 'ended'")

    desk.get_by_label("从（秒）").fill("9000")
    desk.get_by_role("button", name="生成影片").click()
    desk.get_by_text("Nothing was recorded").wait_for()
    desk.get_by_label("从（秒）").fill("1")
    desk.get_by_label("到（秒，空着：到结尾）").fill("1.6")
    desk.get_by_role("button", name="生成影片").click()
    with desk.expect_download() as fetching:
        desk.get_by_role("button", name="下载影片").click()
    film_is_labelled(Path(fetching.value.path()), seconds=0.6)
    desk.get_by_role("button", name="English").click()
    desk.get_by_role("heading", name="Rundown").wait_for()
    assert not problems
