"""A whole show in virtual time: script, comments, operator, cards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from room import PER_CHARACTER, RATE, Room, room
from virtual_time import run_virtual

from dialogue.sentences import split
from models.errors import OfferChanged, RequestInvalid, SpeechRefused
from server.studio.comments import Said
from server.studio.director import FAILURES
from server.studio.operating import operate
from server.studio.replay import replay
from server.studio.routes import CONTROL
from server.studio.studio import PHRASES, Prepared
from server.studio.view import view_of


def played(prepared: Prepared, play: Callable[[Room], Awaitable[None]], **wish) -> None:
    async def whole() -> None:
        async with room(prepared, **wish) as made:
            await play(made)

    run_virtual(whole())


async def do(room: Room, doing: str, /, **details) -> None:
    await operate(room.show, CONTROL.validate_python({"do": doing, **details}), "operator")


def test_nothing_is_said_before_the_start_and_the_show_begins_with_its_opening(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await asyncio.sleep(30)
        assert room.host.said == []
        await do(room, "start")
        await asyncio.sleep(30)
        assert room.host.words[0] == split(prepared.rundown.parts[0].lines[0].texts["zh"][0])[0]

    played(prepared, play)


def test_an_answer_comes_at_the_end_of_the_sentence_and_the_script_goes_on_with_the_next(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "go", part=3)
        await do(room, "start")
        await asyncio.sleep(2)  # in the first of two sentences
        first, second = split(prepared.rundown.parts[2].lines[0].texts["zh"][0])
        assert room.show.saying == first
        room.show.take(Said(user="甲", text="长巾能水洗吗？"))
        await asyncio.sleep(30)
        words = room.host.words
        assert words[:2] == [first, "答：长巾能水洗吗？"]
        assert words[2] in prepared.rundown.bridges["zh"] and words[3] == second
        assert room.show.metrics.told()["answers"] == 1 and room.show.metrics.told()["wait_p95_s"] > 0

    played(prepared, play)


def test_operators_words_cut_in_and_the_sentence_that_was_cut_is_said_again(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "go", part=3)
        await do(room, "start")
        await asyncio.sleep(2)
        cut = room.show.saying
        await do(room, "say", text="库房刚来电话，今天照常发货。", when="now")
        await asyncio.sleep(20)
        assert [(text, status) for _, text, status in room.host.said][:2] == [
            (cut, "cancelled"),
            ("库房刚来电话，今天照常发货。", "completed"),
        ]
        assert cut in room.host.words[1:4]
        with pytest.raises(SpeechRefused):
            await do(room, "say", text="我们全网最低。")
        with pytest.raises(OfferChanged):
            await do(room, "say", text="长巾只要9元。")

    played(prepared, play)


def test_a_price_that_changes_during_the_show_is_never_said_stale(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "go", part=3)
        await do(room, "start")
        for minute in range(12):
            room.shop.price = 300 + minute
            began = len(room.host.said)
            await asyncio.sleep(60)
            told = [text for _, text, _ in room.host.said[began:] if "元" in text and "答" not in text]
            assert all(f"{300 + minute}元" in text or f"{299 + minute}元" in text for text in told), told
        room.shop.away = True
        began = len(room.host.said)
        await asyncio.sleep(900)
        after = [text for _, text, _ in room.host.said[began + 1 :]]
        assert not any("元" in text for text in after) and PHRASES["unavailable"]["zh"] in after
        assert room.show.metrics.counts["replaced"] >= 1

    played(prepared, play)


def test_the_card_comes_on_the_sample_of_the_name(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "go", part=3)
        await do(room, "start")
        await asyncio.sleep(4)
        began, text, _ = (0.0, room.show.saying, "")
        card, _, pts = next(each for each in room.host.cards if each[0]["kind"] == "product" and each[0]["title"])
        assert (card["sku"], card["price"]) == ("brocade-scarf", "¥368")
        spoken_at = int(0.3 * RATE) + text.index("蜀锦长巾") * int(PER_CHARACTER * RATE)
        assert abs(pts - spoken_at) <= 1 and began == 0.0

    played(prepared, play)


def test_a_desk_that_falls_silent_stops_the_show_until_somebody_starts_it_again(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "start")
        await asyncio.sleep(40)
        room.attended = False
        await asyncio.sleep(75)
        assert room.show.director.state == "away"
        assert room.host.cards[-1][0] == {"kind": "away", "title": "主播休息中"}
        assert [action for action, _ in room.audited] == ["show.controlled", "show.unattended"]
        said = len(room.host.said)
        room.show.take(Said(user="甲", text="长巾能水洗吗？"))
        room.attended = True  # a heartbeat alone does not go on
        await asyncio.sleep(60)
        assert len(room.host.said) == said
        await do(room, "start")
        await asyncio.sleep(30)
        assert len(room.host.said) > said and room.host.cards[-1][0]["title"] != "主播休息中"
        room.attended = False
        await asyncio.sleep(1100)
        assert room.show.over

    played(prepared, play)


def test_pause_stops_at_the_end_of_a_sentence_and_kill_at_once(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "start")
        await asyncio.sleep(3)
        await do(room, "pause")
        await asyncio.sleep(60)
        assert [status for _, _, status in room.host.said] == ["completed"]
        await do(room, "start")
        await asyncio.sleep(1)
        await do(room, "kill")
        await asyncio.sleep(2)
        assert room.show.over and room.host.said[-1][2] == "cancelled"
        assert "ended" in [each["event"] for each in room.show.record.entries()]

    played(prepared, play)


def test_without_leave_nothing_is_answered_that_nobody_approved(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "start")
        comment = room.show.take(Said(user="甲", text="长巾能水洗吗？"))
        await asyncio.sleep(40)
        assert not [text for text in room.host.words if text.startswith("答：")]
        await do(room, "approve", comment=comment.id)
        await asyncio.sleep(20)
        assert "答：长巾能水洗吗？" in room.host.words and comment.state == "answered"

    played(prepared, play, alone=False)


def test_skip_drop_pin_product_mood_and_gesture(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "start")
        await asyncio.sleep(1)
        await do(room, "skip", what="part")
        await asyncio.sleep(1)
        assert room.show.director.script.part == 1
        await do(room, "product", sku="embroidery")
        assert room.host.cards[-1][0]["sku"] == "embroidery" and room.show.director.on_show() == {"embroidery"}
        await do(room, "product", sku=None)
        assert room.host.cards[-1][0] == {"kind": "product", "title": ""}
        await do(room, "mood", mood="glad", intensity=0.5)
        await do(room, "gesture", gesture="wave")
        assert room.host.calls == [("express", "glad", 0.5), ("gesture", "wave")]
        first, second = (room.show.take(Said(user=each, text=f"{each}能水洗吗？")) for each in ("书签", "茶叶"))
        await do(room, "drop", comment=first.id)
        await do(room, "pin", comment=second.id)
        assert (first.state, second.pinned) == ("dropped", True)
        for wrong in ({"do": "go", "part": 99}, {"do": "product", "sku": "nothing"}):
            with pytest.raises(RequestInvalid):
                await operate(room.show, CONTROL.validate_python(wrong), "operator")
        assert all(details["actor"] == "operator" for action, details in room.audited)

    played(prepared, play)


def test_an_hour_with_a_busy_chat_keeps_its_notices_and_answers(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        asks = ["长巾能水洗吗", "豆瓣辣不辣", "茉莉花茶怎么泡", "摆件多大", "发什么快递", "挂件几岁能玩"]
        chat = [Said(user=f"u{n % 40}", text=f"{asks[n % 6]}，第{n}次问？", at=n * 7.0) for n in range(500)]
        room.show.spawn(replay(room.show, chat))
        await do(room, "start")
        await asyncio.sleep(3600)
        notice = split(prepared.rundown.notice.texts["zh"][0])[0]
        times = [0.0, *(at for at, text, _ in room.host.said if text.startswith(notice))]
        assert max(b - a for a, b in zip(times, times[1:], strict=False)) <= 900 + 30
        script = [text for _, text, _ in room.host.said if not text.startswith("答：")]
        answers = len(room.host.said) - len(script)
        assert answers >= 100 and len(script) >= 100
        seen = view_of(room.show, session="sess_1", persona="live-host", avatar="mei")
        assert seen.metrics["answers"] == answers and len(seen.comments) <= 60
        assert "u1" not in str(room.show.record.entries())

    played(prepared, play)


def test_the_end_is_said(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        await do(room, "start")
        await asyncio.sleep(5)
        await do(room, "end")
        await asyncio.sleep(30)
        assert room.show.over and room.host.words[-1] == split(prepared.rundown.closing.texts["zh"][0])[-1]

    played(prepared, play)


def test_a_voice_that_keeps_failing_pauses_the_show_and_the_desk_is_told(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        room.host.broken = True
        await do(room, "start")
        await asyncio.sleep(30)
        told = view_of(room.show, session="s", persona="live-host", avatar="mei")
        assert told.state == "paused" and told.stalled
        tries = len(room.host.said)
        await asyncio.sleep(30)
        assert len(room.host.said) == tries == FAILURES
        room.host.broken = False
        await do(room, "start")
        await asyncio.sleep(20)
        assert room.host.words and not view_of(room.show, session="s", persona="live-host", avatar="mei").stalled

    played(prepared, play)


def test_one_failure_only_delays_the_sentence(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        room.host.broken = True
        await do(room, "start")
        await asyncio.sleep(1)
        room.host.broken = False
        await asyncio.sleep(20)
        assert room.host.words[0] == split(prepared.rundown.parts[0].lines[0].texts["zh"][0])[0]

    played(prepared, play)
