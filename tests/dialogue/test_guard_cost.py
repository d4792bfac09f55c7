"""The guard costs no pause: a blocked sentence is replaced at once, and a verdict takes about a millisecond."""

from __future__ import annotations

import asyncio
import time

from talking import ScriptedModel

from bench.virtual_time import run_virtual
from dialogue.guard import Guard
from dialogue.mind import Mind
from dialogue.pack import Pack
from dialogue.sentences import split
from dialogue.types import Utterance

A_PAUSE = 0.3  # seconds between two sentences of the model


class Slow(ScriptedModel):
    async def chat(self, messages, **_):
        for piece in self.pieces:
            await asyncio.sleep(A_PAUSE)
            yield piece


def test_a_sentence_that_is_blocked_in_the_middle_is_replaced_without_a_stall(mind: Mind) -> None:
    async def main() -> list[tuple[float, str]]:
        loop = asyncio.get_running_loop()
        talk = mind.with_model(Slow("是呀。", "这个理财保苯。", *["还有。"] * 20)).converse()
        began = loop.time()
        answer = talk.reply(Utterance("今天天气真好", "zh"), turn=1)
        return [(loop.time() - began, sentence.text) async for sentence in answer]

    heard = run_virtual(main())
    blocked = mind.pack.policy.templates["blocked"]["zh"]
    assert [text for _, text in heard] == ["是呀。", blocked]
    at = [when for when, _ in heard]
    assert at[1] - at[0] <= A_PAUSE + 0.001  # no later than the model's own next sentence would have come


def test_a_verdict_takes_about_a_millisecond(pack: Pack) -> None:
    guard = Guard(pack)
    said = [
        (sentence, tuple(item.answer.values()))
        for item in pack.items[:40]
        for answer in item.answer.values()
        for sentence in split(answer)
    ]
    for sentence, passages in said:
        guard.check(sentence, passages)
    began = time.process_time()
    for sentence, passages in said:
        guard.check(sentence, passages)
    each = (time.process_time() - began) / len(said) * 1000
    print(f"guard: {each:.2f} ms of CPU a sentence, {len(said)} sentences")
    assert each <= 6  # three times what is wanted, since test machines are busy
