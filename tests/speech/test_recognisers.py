"""Recognisers: one call at a time and finals first; a server's failures become ours; text comes out tidy."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import numpy as np
import pytest

from models.errors import BackendTimeout, BackendUnavailable, BackendUnknown
from speech.endpointing import split_at_pauses
from speech.recognisers import RECOGNISERS
from speech.recognisers.hypothesis import CREDITS, is_list
from speech.recognisers.lane import Lane
from speech.recognisers.openai_api import OpenAIRecogniser
from speech.script import tidy

SECOND = np.zeros(16_000, np.float32)


class Gate:
    """The first call in the lane waits here, so that others queue up behind it."""

    def __init__(self, lane: Lane) -> None:
        self.order: list[str] = []
        self.open = threading.Event()
        self.lane = lane
        self.first = asyncio.create_task(lane.run(self.open.wait, urgent=False))

    def call(self, name: str, *, urgent: bool) -> asyncio.Task:
        return asyncio.create_task(self.lane.run(lambda: self.order.append(name), urgent=urgent))


async def test_finals_go_before_partials_and_a_cancelled_caller_never_runs() -> None:
    lane = Lane("test")
    gate = Gate(lane)
    await asyncio.sleep(0)
    partial = gate.call("partial", urgent=False)
    dropped = gate.call("dropped", urgent=False)
    final = gate.call("final", urgent=True)
    await asyncio.sleep(0)
    dropped.cancel()
    gate.open.set()
    await asyncio.gather(gate.first, partial, final)
    assert gate.order == ["final", "partial"]
    await lane.aclose()


async def test_a_caller_cancelled_while_it_runs_does_not_let_the_next_one_in_beside_it() -> None:
    lane = Lane("test")
    gate = Gate(lane)
    await asyncio.sleep(0.01)
    gate.first.cancel()
    after = gate.call("after", urgent=True)
    await asyncio.sleep(0.01)
    assert gate.order == []
    gate.open.set()
    await after
    await lane.aclose()


async def test_a_closed_lane_refuses_those_that_wait_and_those_that_come() -> None:
    lane = Lane("test")
    gate = Gate(lane)
    await asyncio.sleep(0)
    waiting = gate.call("waiting", urgent=True)
    await asyncio.sleep(0)
    closing = asyncio.create_task(lane.aclose())
    with pytest.raises(BackendUnavailable):
        await waiting
    gate.open.set()
    await closing
    with pytest.raises(BackendUnavailable):
        await lane.run(lambda: None, urgent=True)
    assert gate.order == []


def server(answer) -> OpenAIRecogniser:
    """A recogniser whose server is `answer(request) -> Response`."""
    recogniser = RECOGNISERS.load("openai", base_url="http://ears.test/v1", model="sense", api_key="k")
    recogniser._client._transport = httpx.MockTransport(answer)
    return recogniser


async def test_a_server_is_asked_in_openais_words_and_its_text_is_tidied() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"text": " 我的帳單日 是哪天?"})

    recogniser = server(answer)
    heard = await recogniser.transcribe(SECOND, words=("账单日",))
    await recogniser.aclose()
    body = seen[0].read()
    assert (heard.text, heard.language) == ("我的账单日是哪天？", "zh")
    assert str(seen[0].url) == "http://ears.test/v1/audio/transcriptions"
    assert seen[0].headers["authorization"] == "Bearer k"
    assert b"RIFF" in body and b"sense" in body and "账单日".encode() in body


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def never(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refuse, BackendUnavailable),
        (never, BackendTimeout),
        (lambda request: httpx.Response(503), BackendUnavailable),
        (lambda request: httpx.Response(200, content=b"<html>"), BackendUnavailable),
        (lambda request: httpx.Response(200, content=json.dumps(["text"]).encode()), BackendUnavailable),
        (lambda request: httpx.Response(200, json={"segments": []}), BackendUnavailable),
    ],
)
async def test_a_server_that_fails_is_a_clear_error(answer, error: type) -> None:
    recogniser = server(answer)
    with pytest.raises(error, match="ears.test"):
        await recogniser.transcribe(SECOND)
    await recogniser.aclose()


def test_an_unknown_recogniser_names_the_known_ones() -> None:
    with pytest.raises(BackendUnknown) as raised:
        RECOGNISERS.load("vosk")
    assert "whisper" in raised.value.hint


def test_role_words_read_back_are_told_from_speech_that_uses_them() -> None:
    words = ("账户", "转账", "到账", "年化收益率", "账单日")
    assert is_list("账户、转账、到账、账单日", words)
    assert not is_list("我的账单日是哪一天", words)
    assert not is_list("转账什么时候到账", words)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("隨便搜一首 滄浪之歌", "随便搜一首沧浪之歌"),
        ("你好, 我的卡丟了!", "你好，我的卡丢了！"),
        ("利率是 3.5 嗎?", "利率是3.5吗？"),
        ("我的帳戶餘額和帳篷", "我的账户余额和帐篷"),
        ("。你好", "你好"),
        ("办好了.", "办好了。"),
    ],
)
def test_chinese_comes_out_simplified_with_its_own_marks_and_no_stray_spaces(raw: str, text: str) -> None:
    assert tidy(raw, "zh") == text


def test_english_keeps_its_marks_and_loses_doubled_spaces() -> None:
    assert tidy("  ... What is  the rate?", "en") == "What is the rate?"


def test_subtitle_credits_are_known_from_questions_about_subtitles() -> None:
    assert CREDITS.match("字幕由社区提供") and CREDITS.match("Thank you for watching!")
    assert not CREDITS.match("字幕怎么打开") and not CREDITS.match("谢谢")


def test_a_long_recording_is_cut_in_its_quiet_places_and_nothing_is_lost() -> None:
    levels = np.ones(1000)
    levels[280:290] = levels[560:570] = 0.0
    ranges = split_at_pauses(levels, 300)
    assert ranges[0] == (0, ranges[1][0]) and ranges[-1][1] == 1000
    assert all(b == c for (_, b), (c, _) in zip(ranges, ranges[1:], strict=False))
    assert all(b - a <= 300 for a, b in ranges)
    assert 280 <= ranges[0][1] <= 290 and 560 <= ranges[1][1] <= 570
