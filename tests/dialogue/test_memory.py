"""Questions are remembered at once, answers as far as they were heard, and nobody sees another's talk."""

from __future__ import annotations

import asyncio

from talking import ScriptedModel, ask

from dialogue.memory import EXCHANGES, LONGEST, Memory
from dialogue.mind import Mind
from dialogue.types import Utterance


async def test_a_question_is_remembered_before_the_answer_begins(mind: Mind) -> None:
    talk = mind.converse()
    answer = talk.reply(Utterance("银行卡丢了怎么办", "zh"), turn=1)
    await anext(answer)
    assert [exchange.question for exchange in talk.memory] == ["银行卡丢了怎么办"]
    await answer.aclose()


async def test_an_answer_is_remembered_only_as_far_as_it_was_heard(mind: Mind) -> None:
    talk = mind.converse()
    await ask(talk, "银行卡丢了怎么办")
    assert [exchange.heard for exchange in talk.memory] == [""]
    talk.heard(1, "别着急，先", interrupted=True)
    (exchange,) = talk.memory
    assert exchange.heard == "别着急，先" and exchange.interrupted


async def test_the_model_is_told_only_what_was_heard(mind: Mind) -> None:
    model = ScriptedModel("嗯，真不错。")
    talk = mind.with_model(model).converse()
    await ask(talk, "银行卡丢了怎么办")
    await ask(talk, "转账要手续费吗", turn=2)
    talk.heard(2, "手续费以", interrupted=True)
    await ask(talk, "今天天气真好", turn=3)
    told = [message.content for message in model.asked[-1][1:]]
    assert told == ["转账要手续费吗", "手续费以", "今天天气真好"]


def test_memory_is_bounded() -> None:
    memory = Memory()
    for turn in range(100):
        memory.asked(turn, "问" * 10_000, "zh")
        memory.heard(turn, "答" * 10_000, interrupted=False)
    kept = list(memory)
    assert len(kept) == EXCHANGES and kept[-1].turn == 99
    assert all(len(e.question) == len(e.heard) == LONGEST for e in kept)
    memory.heard(1, "too late", interrupted=False)
    assert "too late" not in [exchange.heard for exchange in memory]


async def test_talks_at_the_same_time_know_nothing_of_each_other(mind: Mind) -> None:
    talks = [mind.converse() for _ in range(4)]
    questions = ["银行卡丢了怎么办", "宇宙有多大", "我想问一下流水和存款证明", "今天天气真好"]

    async def hold(number: int) -> None:
        for turn in range(1, 4):
            await ask(talks[number], questions[number], turn)

    await asyncio.gather(*map(hold, range(4)))
    for number, talk in enumerate(talks):
        assert {exchange.question for exchange in talk.memory} == {questions[number]}
        assert len(talk.records) == 3
    assert [record.route for record in talks[1].records] == ["unknown", "handoff", "unknown"]
    assert [record.route for record in talks[0].records] == ["approved"] * 3
    stranger = mind.converse()
    await ask(stranger, "再说一遍")
    assert stranger.records[-1].route != "repeat"


async def test_a_closed_talk_forgets_and_says_nothing(mind: Mind) -> None:
    talk = mind.converse()
    await ask(talk, "银行卡丢了怎么办")
    await talk.aclose()
    assert list(talk.memory) == []
    assert await ask(talk, "银行卡丢了怎么办", 2) == []


async def test_every_turn_is_recorded_even_when_it_is_cut_short(mind: Mind) -> None:
    records = []
    talk = mind.converse(on_record=records.append)
    answer = talk.reply(Utterance("银行卡丢了怎么办", "zh"), turn=7)
    first = await anext(answer)
    await answer.aclose()
    (record,) = records
    assert (record.turn, record.route, record.items, record.said) == (7, "approved", ("card-lost",), [first.text])
