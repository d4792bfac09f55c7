"""What is meant for her: her name however it is spelt, never her own voice from the loudspeaker."""

from __future__ import annotations

import pytest

from avatar.attention import CALLED_FOR, ECHO_AFTER, Attention

NAMES = ("蓉蓉", "Rongrong")
SAYS = "请您先打客服电话口头挂失，然后带上身份证到网点补办新卡。"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("蓉蓉，银行卡丢了怎么办？", "银行卡丢了怎么办？"),
        ("你好荣荣，几点下班", "几点下班"),
        ("龙龙请问一下", "请问一下"),
        ("Hey Rong Rong, what time is it?", "what time is it?"),
        ("Rongron, where is the cash machine?", "where is the cash machine?"),
        ("银行卡丢了怎么办，蓉蓉", "银行卡丢了怎么办"),
        ("蓉蓉", ""),
        ("这里很容易找", None),
        ("我们去取钱吧", None),
        ("What time is it?", None),
    ],
)
def test_her_name_is_known_however_it_is_spelt_and_left_out_of_the_question(text: str, meant: str | None) -> None:
    assert Attention(NAMES).called(text, now=100.0) == meant


def test_what_follows_soon_needs_no_name() -> None:
    attention = Attention(NAMES)
    attention.called("蓉蓉，几点下班", now=0.0)
    assert attention.called("那明天呢", now=CALLED_FOR) == "那明天呢"
    assert attention.called("那后天呢", now=CALLED_FOR + 1) is None
    attention.attend(now=60.0)
    assert attention.called("那后天呢", now=60.0 + CALLED_FOR) == "那后天呢"


@pytest.mark.parametrize("text", ["先打课服电话口头挂失", "带上身份证到网店", "嗯先打客服电话口头"])
def test_her_own_words_are_known_even_where_they_are_misheard(text: str) -> None:
    attention = Attention()
    attention.she_says(SAYS, until=10.0)
    assert attention.is_echo(text, began=9.0)


@pytest.mark.parametrize("text", ["那手续费要多少钱", "身份证", "我没有带身份证怎么办", "等一下", ""])
def test_what_a_person_says_over_her_is_no_echo(text: str) -> None:
    attention = Attention()
    attention.she_says(SAYS, until=10.0)
    assert not attention.is_echo(text, began=9.0)


def test_a_person_may_repeat_what_she_said_once_she_has_ended() -> None:
    attention = Attention()
    attention.she_says(SAYS, until=10.0)
    assert not attention.is_echo("先打客服电话口头挂失", began=10.1 + ECHO_AFTER)
    attention.she_says(SAYS, until=30.0)
    attention.she_stopped(at=20.0)
    assert not attention.is_echo("先打客服电话口头挂失", began=25.0)
