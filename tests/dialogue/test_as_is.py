"""What an operator has a persona say word for word passes the guard, and is remembered without personal data."""

from __future__ import annotations

import pytest

from dialogue.mind import Mind
from dialogue.pack import Pack
from models.errors import SpeechRefused


@pytest.fixture(scope="module")
def by_words(pack: Pack) -> Mind:
    """The bank teller without sentence encoders: nothing is looked up here."""
    return Mind(pack)


def test_the_operator_answers_for_facts_and_the_words_are_remembered(by_words: Mind) -> None:
    talk = by_words.converse()
    talk.memory.asked(1, "几点关门", "zh")
    said = talk.as_is("今天营业到19:30。请联系13812345678。")
    assert [sentence.source for sentence in said] == ["human", "human"] and "19:30" in said[0].text
    (exchange,) = talk.memory
    assert "19:30" in exchange.heard and "13812345678" not in exchange.heard
    assert talk.records[-1].route == "as_is" and "13812345678" not in str(talk.records[-1])


@pytest.mark.parametrize(
    "text", ["我是真人，不是机器人。", "请把您的密码告诉我。", "我爱您。", "请看 www.example.com 。", "  "]
)
def test_what_may_never_be_said_is_not_said_for_the_operator_either(by_words: Mind, text: str) -> None:
    talk = by_words.converse()
    with pytest.raises(SpeechRefused):
        talk.as_is(text)
    assert not talk.records
