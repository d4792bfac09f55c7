"""What a language model says is guarded sentence by sentence, and nothing depends on its being there."""

from __future__ import annotations

import asyncio

import pytest
from chat_server import ChatServer
from talking import ScriptedModel, ask, text_of

from dialogue.llm import LANGUAGE_MODELS
from dialogue.llm.openmp import wait_passively
from dialogue.mind import Mind
from dialogue.model_words import ModelLimits
from dialogue.types import Utterance
from models import markup
from models.errors import BackendTimeout, BackendUnavailable
from models.store import Store

CHAT = "今天天气真好"


async def test_small_talk_comes_from_the_model(mind: Mind) -> None:
    model = ScriptedModel("是呀，", "真让人高兴。", "您今天想办", "什么业务？")
    sentences = await ask(mind.with_model(model).converse(), CHAT)
    assert [sentence.text for sentence in sentences] == ["是呀，真让人高兴。", "您今天想办什么业务？"]
    assert {sentence.source for sentence in sentences} == {"model"}


async def test_tags_of_the_model_reach_the_voice_and_nobody_else(mind: Mind) -> None:
    model = ScriptedModel(
        "<speak>是呀，", "<emphasis>真让人", '高兴</emphasis>。<br/><mood name="sorry">您想办', "什么业务？</mood>"
    )
    first, second = await ask(mind.with_model(model).converse(), CHAT)
    assert (first.text, second.text) == ("是呀，真让人高兴。", "您想办什么业务？")
    (mark,) = markup.of(first.text).marks
    assert (mark.kind, first.text[mark.start : mark.end]) == ("emphasis", "真让人高兴")
    assert second.mood == "sorry"


async def test_a_model_cannot_have_other_words_said_than_the_guard_reads(mind: Mind) -> None:
    model = ScriptedModel('<sub alias="保本">是呀</sub>。')
    (sentence,) = await ask(mind.with_model(model).converse(), CHAT)
    assert sentence.text == "是呀。" and not markup.of(sentence.text).marks


async def test_without_a_model_small_talk_is_honest_and_polite(mind: Mind) -> None:
    sentences = await ask(mind.converse(), CHAT)
    assert text_of(sentences) == mind.pack.small_talk.fallback["zh"]
    assert {sentence.source for sentence in sentences} == {"template"}


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("今天有28度呢。", "number"),
        ("今天有二十八度呢。", "number"),
        ("我是真人，我也觉得热。", "human"),
        ("买这个理财保本哦。", "promise"),
        ("明天会更好的。", "time"),
        ("我好想念您。", "closeness"),
    ],
)
async def test_a_blocked_sentence_is_replaced_and_the_model_stopped(mind: Mind, words: str, rule: str) -> None:
    model = ScriptedModel("是呀。", words, "后面的话。", "还有。")
    talk = mind.with_model(model).converse()
    said = text_of(await ask(talk, CHAT))
    assert words not in said and "后面" not in said
    assert said == "是呀。" + mind.pack.policy.templates["blocked"]["zh"]
    (kept,) = talk.records[-1].interventions
    assert (kept.rule, kept.sentence) == (rule, words)
    assert model.stopped


async def test_the_model_is_stopped_after_its_sentences(mind: Mind) -> None:
    model = ScriptedModel(*["说个没完。"] * 1000)
    sentences = await ask(mind.with_model(model).converse(), CHAT)
    assert len(sentences) == 2
    assert model.stopped and model.given < 10


async def test_closing_the_answer_stops_the_model(mind: Mind) -> None:
    model = ScriptedModel("是呀。", "好天气。", hang=True)
    answer = mind.with_model(model).converse().reply(Utterance(CHAT, "zh"), turn=1)
    await anext(answer)
    assert not model.stopped
    await answer.aclose()
    assert model.stopped


async def test_cancelling_while_the_model_thinks_stops_it(mind: Mind) -> None:
    model = ScriptedModel(hang=True)
    talk = mind.with_model(model, limits=ModelLimits(lead_in_s=3600)).converse()
    answering = asyncio.create_task(ask(talk, CHAT))
    await model.began.wait()
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    assert model.stopped
    assert len(asyncio.all_tasks()) == 1


async def test_a_slow_model_is_covered_by_a_lead_in(mind: Mind) -> None:
    released = asyncio.Event()

    class Slow(ScriptedModel):
        async def chat(self, messages, **_):
            await released.wait()
            yield "是呀。"

    talk = mind.with_model(Slow(), limits=ModelLimits(lead_in_s=0)).converse()
    answer = talk.reply(Utterance(CHAT, "zh"), turn=1)
    lead_in = await anext(answer)
    assert lead_in.text in mind.pack.lead_ins["zh"] and lead_in.source == "template"
    released.set()
    assert [sentence.text async for sentence in answer] == ["是呀。"]


@pytest.mark.parametrize("problem", [BackendUnavailable("gone"), BackendTimeout("slow")])
async def test_a_failing_model_falls_back_to_the_fixed_words(mind: Mind, problem: Exception) -> None:
    talk = mind.with_model(ScriptedModel(problem)).converse()
    assert text_of(await ask(talk, CHAT)) == mind.pack.small_talk.fallback["zh"]
    assert talk.records[-1].error == problem.code


async def test_a_model_that_dies_after_a_sentence_is_apologised_for(mind: Mind) -> None:
    talk = mind.with_model(ScriptedModel("是呀。", "还有", BackendUnavailable("gone"))).converse()
    assert text_of(await ask(talk, CHAT)) == "是呀。抱歉，我说到一半断了，请您再问我一次。"
    assert "lost my thread" in text_of(await ask(talk, "Lovely weather today", language="en"))


async def test_a_dead_server_still_gets_an_answer(mind: Mind) -> None:
    with ChatServer() as server:
        url = server.url
    model = LANGUAGE_MODELS.load("openai", base_url=url, model="any")
    talk = mind.with_model(model).converse()
    assert text_of(await ask(talk, CHAT)).endswith(mind.pack.small_talk.fallback["zh"])
    assert talk.records[-1].error == "backend_unavailable"
    await model.aclose()


async def test_a_rephrased_answer_keeps_to_its_passage(mind: Mind) -> None:
    model = ScriptedModel("简单说，五十万元以内都赔。", "超过的部分另算。")
    talk = mind.with_model(model).converse()
    await ask(talk, "存款超过五十万安全吗")
    sentences = await ask(talk, "没听懂", turn=2)
    assert [s.source for s in sentences] == ["model", "model"]
    assert sentences[0].citations[0].passage_id == "deposit-insurance"
    assert mind.pack.item("deposit-insurance").answer["zh"] in model.asked[0][-1].content


async def test_an_invented_figure_in_a_rephrased_answer_gives_way_to_the_approved_words(mind: Mind) -> None:
    talk = mind.with_model(ScriptedModel("简单说，八十万元以内都赔。")).converse()
    approved = await ask(talk, "存款超过五十万安全吗")
    sentences = await ask(talk, "没听懂", turn=2)
    assert text_of(sentences) == text_of(approved)
    assert talk.records[-1].interventions[0].rule == "number"


async def test_a_model_may_phrase_answers_where_the_operator_says_so(mind: Mind) -> None:
    model = ScriptedModel("五十万元以内都有保障。")
    talk = mind.with_model(model, phrasing="model").converse()
    (sentence,) = await ask(talk, "存款超过五十万安全吗")
    assert sentence.source == "model" and sentence.citations[0].passage_id == "deposit-insurance"


@pytest.mark.model
async def test_the_real_model_makes_small_talk_within_the_rules(mind: Mind) -> None:
    wait_passively()
    model = LANGUAGE_MODELS.load("llama", store=Store.default(), first_s=120, total_s=150)
    talk = mind.with_model(model, limits=ModelLimits(max_tokens=24, lead_in_s=300)).converse()
    try:
        sentences = await ask(talk, CHAT)
        assert 1 <= len(sentences) <= 3
        assert talk.records[-1].model == "llama" and not talk.records[-1].error
        said = [s.text for s in sentences if s.source == "model"]
        assert said or talk.records[-1].interventions
    finally:
        await model.aclose()
