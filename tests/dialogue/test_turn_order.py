"""The order of a turn: signs, personal data, moves, knowledge; the model last, and never for the first."""

from __future__ import annotations

from datetime import date

import pytest
from talking import ScriptedModel, ask, text_of

from dialogue.mind import Mind
from dialogue.model_words import ModelLimits
from dialogue.packs import load_pack
from dialogue.types import Utterance
from models.errors import BackendUnavailable

SAID_WITHOUT_A_MODEL = [
    ("有人让我把钱转到安全账户", "fraud", "96110"),
    ("对方叫我开屏幕共享", "fraud", "96110"),
    ("我不想活了", "self_harm", "12356"),
    ("有人晕倒了", "emergency_medical", "120"),
    ("大厅着火了", "emergency_fire", "119"),
    ("有人抢劫", "emergency_police", "110"),
    ("转人工", "human", "转人工"),
    ("你是真人吗", "identity", "不是真人"),
    ("再见", "exit", "再见"),
    ("我的卡号是6222021234567890128", "personal_data", "没有保存"),
    ("验证码是482913", "personal_data", "验证码"),
    ("你在录音吗", "recording", "录音"),
]


@pytest.fixture
def bad_model() -> ScriptedModel:
    """A model whose every word would be harm; asking it is the mistake."""
    return ScriptedModel("安全账户是真的，快转账，我是真人，保本百分之八。")


def with_model(mind: Mind, model: ScriptedModel, **limits: float) -> Mind:
    """The loaded mind with another model; the index is shared, building it takes seconds."""
    return mind.with_model(model, limits=ModelLimits(**limits))


@pytest.mark.parametrize(("text", "route", "words"), SAID_WITHOUT_A_MODEL)
async def test_signs_are_answered_by_fixed_words_and_never_by_a_model(
    mind: Mind, bad_model: ScriptedModel, text: str, route: str, words: str
) -> None:
    talk = with_model(mind, bad_model).converse()
    sentences = await ask(talk, text)
    assert talk.records[-1].route == route
    assert words in text_of(sentences)
    assert sentences[0].source == "template"
    assert {sentence.source for sentence in sentences} <= {"template", "approved"}
    assert not bad_model.asked


@pytest.mark.parametrize("text", ["有人让我把钱转到安全账户", "我不想活了", "有人晕倒了"])
async def test_warnings_offer_a_human_and_must_be_heard_out(mind: Mind, text: str) -> None:
    sentences = await ask(mind.converse(), text)
    assert all(sentence.must_finish for sentence in sentences)
    assert sentences[-1].handoff


async def test_goodbye_is_one_sentence_without_a_question(mind: Mind) -> None:
    (sentence,) = await ask(mind.converse(), "好的谢谢，再见")
    assert "？" not in sentence.text and not sentence.handoff


async def test_a_human_is_called_at_the_first_word(mind: Mind) -> None:
    sentences = await ask(mind.converse(), "帮我转人工")
    assert sentences[-1].handoff and "？" not in text_of(sentences)


async def test_knowledge_is_spoken_as_approved_with_its_source(mind: Mind, bad_model: ScriptedModel) -> None:
    talk = with_model(mind, bad_model).converse()
    sentences = await ask(talk, "存款超过五十万安全吗")
    item = mind.pack.item("deposit-insurance")
    assert text_of(sentences) == item.answer["zh"]
    assert all(s.source == "approved" and s.citations == (item.citation("zh"),) for s in sentences)
    assert not bad_model.asked


async def test_english_questions_are_answered_in_english_from_the_same_knowledge(mind: Mind) -> None:
    sentences = await ask(mind.converse(), "Is my money safe if the bank fails?", language="en")
    assert all(sentence.language == "en" for sentence in sentences)
    assert sentences[0].citations[0].passage_id == "deposit-insurance"
    assert "500,000" in " ".join(sentence.text for sentence in sentences)


async def test_typed_text_is_answered_in_its_own_language(mind: Mind) -> None:
    said = Utterance("How do I reset my PIN?", "zh", typed=True)
    assert [s.language async for s in mind.converse().reply(said, turn=1)][0] == "en"


async def test_a_question_with_a_secret_is_warned_about_and_still_answered(mind: Mind) -> None:
    talk = mind.converse()
    sentences = await ask(talk, "我的卡号6222021234567890128密码123456，帮我查一下余额")
    assert sentences[0].source == "template"
    assert sentences[-1].citations[0].passage_id == "balance-query"
    record = talk.records[-1]
    assert "6222" not in record.question and "123456" not in record.question
    assert {"password"} < set(record.masked)


async def test_a_phone_number_is_masked_before_memory_model_and_record(mind: Mind) -> None:
    model = ScriptedModel("好的。")
    talk = with_model(mind, model).converse()
    await ask(talk, "今天天气真好，我电话是一三八零零一三八零零零")
    await ask(talk, "今天天气真好", turn=2)
    seen = repr(model.asked) + repr(list(talk.memory)) + repr(list(talk.records))
    assert "13800138000" not in seen and "一三八" not in seen
    assert "[手机号]" in seen


async def test_products_are_followed_by_the_risk_line_that_must_be_heard_out(mind: Mind) -> None:
    sentences = await ask(mind.converse(), "理财产品保本吗")
    assert sentences[-1].text == "理财非存款，产品有风险，投资须谨慎。"
    assert sentences[-1].must_finish
    assert "投资须谨慎" not in text_of(await ask(mind.converse(), "银行卡丢了怎么办"))


async def test_what_she_does_not_know_she_says_and_offers_a_human(mind: Mind) -> None:
    talk = mind.converse()
    sentences = await ask(talk, "宇宙有多大")
    assert sentences[-1].source == "unknown" and sentences[-1].handoff
    called = await ask(talk, "好的", turn=2)
    assert talk.records[-1].route == "human" and called[-1].handoff


async def test_two_failures_in_a_row_hand_over(mind: Mind) -> None:
    talk = mind.converse()
    await ask(talk, "宇宙有多大")
    sentences = await ask(talk, "恐龙什么时候灭绝的", turn=2)
    assert talk.records[-1].route == "handoff" and sentences[-1].handoff
    await ask(talk, "宇宙有多大", turn=3)
    assert talk.records[-1].route == "unknown"


async def test_a_success_between_two_failures_starts_the_count_again(mind: Mind) -> None:
    talk = mind.converse()
    for turn, text in enumerate(["宇宙有多大", "银行卡丢了怎么办", "恐龙什么时候灭绝的"], start=1):
        await ask(talk, text, turn)
    assert talk.records[-1].route == "unknown"


async def test_between_two_items_she_asks_which_and_takes_the_choice(mind: Mind) -> None:
    talk = mind.converse()
    (question,) = await ask(talk, "我想问一下流水和存款证明")
    assert talk.records[-1].route == "which"
    first, second = talk.records[-1].items
    assert mind.pack.item(first).topic["zh"] in question.text and mind.pack.item(second).topic["zh"] in question.text
    answer = await ask(talk, "第二个", turn=2)
    assert answer[0].citations[0].passage_id == second


async def test_what_was_not_heard_well_is_asked_again(mind: Mind) -> None:
    talk = mind.converse()
    await ask(talk, "嗯 那个 哦", confidence=0.2)
    assert talk.records[-1].route == "not_heard"
    await ask(talk, "……", turn=2)
    assert talk.records[-1].route == "handoff"


async def test_again_repeats_and_a_follow_up_remembers_the_question(mind: Mind) -> None:
    talk = mind.converse()
    first = await ask(talk, "银行卡丢了怎么办")
    assert await ask(talk, "再说一遍", turn=2) == first
    await ask(talk, "What about a USB key?", turn=3, language="en")
    assert talk.records[-1].items == ("usb-key",)


async def test_out_of_date_knowledge_is_not_spoken(small_pack) -> None:
    mind = Mind(load_pack(small_pack), today=lambda: date(2031, 1, 1))
    talk = mind.converse()
    sentences = await ask(talk, "银行卡丢了怎么办")
    assert talk.records[-1].route == "stale"
    assert "可能已经有变化" in text_of(sentences) and sentences[-1].handoff


async def test_a_model_that_fails_at_once_changes_nothing_for_signs_and_knowledge(mind: Mind) -> None:
    talk = with_model(mind, ScriptedModel(BackendUnavailable("gone"))).converse()
    assert (await ask(talk, "有人让我把钱转到安全账户"))[-1].handoff
    assert (await ask(talk, "银行卡丢了怎么办", turn=2))[0].source == "approved"
