"""What procedures say word for word is known ahead, so that it can be rendered before anybody asks."""

from __future__ import annotations

from datetime import date

from flow_talks import mind_with_flows

from dialogue.fixed import Fixed, fixed_sentences
from dialogue.refusals import replies
from dialogue.sentences import split
from speech.text.slots import Template


def test_questions_and_lines_of_procedures_are_fixed_sentences(small_pack):
    mind, _ = mind_with_flows(small_pack)
    fixed = list(fixed_sentences(mind.pack, date(2026, 12, 1)))
    texts = {each.text for each in fixed if each.language == "zh"}
    assert {"您想贷多少？", "请问您办什么业务？", "个人还是对公？", "我查一下今天的利率。", "要我再试一次吗？"} <= texts
    confirm = next(each for each in fixed if each.text.startswith("给您取一张"))
    names = ({"a": "个人业务"}, {"a": "对公业务"})
    assert confirm == Fixed("给您取一张{a}的号，可以吗？", "zh", names)
    assert "您的号码是{a}，前面还有{b}位。" in texts


def test_a_filled_line_is_recognised_as_its_fixed_sentence(small_pack):
    mind, _ = mind_with_flows(small_pack)
    fixed = [each for each in fixed_sentences(mind.pack, date(2026, 12, 1)) if each.language == "zh"]
    line = "您的号码是A012，前面还有3位。"
    assert any(Template(each.text, "zh").match(line) for each in fixed if "号码" in each.text)


def test_what_refuses_is_known_ahead(small_pack):
    mind, _ = mind_with_flows(small_pack)
    texts = {each.text for each in fixed_sentences(mind.pack, date(2026, 12, 1))}
    refusals = {part for reply in replies().values() for words in reply.values() for part in split(words)}
    assert refusals <= texts
