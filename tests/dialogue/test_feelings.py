"""What feeling is in the words, and how she meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from talking import ScriptedModel, ask

from animation.mood import MOODS as FACES
from dialogue import feelings
from dialogue.directions import Directions, directed
from dialogue.feelings import Feeling, coloured, met, said
from dialogue.mind import Mind
from dialogue.packs import load_pack
from dialogue.types import Sentence


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("非常抱歉，这项业务要到柜台办理。", "sorry"),
        ("Unfortunately we are closed on Sundays.", "sorry"),
        ("恭喜您，贷款批下来了！", "glad"),
        ("Congratulations on your new home!", "glad"),
        ("请注意，任何人索要密码都是诈骗。", "serious"),
        ("Warning: never share your code with anybody.", "serious"),
        ("谢谢您的耐心等待。", "warm"),
        ("Thank you for waiting.", "warm"),
        ("别着急，先挂失。", "warm"),
        ("我们早上9点开门。", None),
        ("We open at nine.", None),
    ],
)
def test_her_own_words_carry_a_mood(text: str, mood: str | None) -> None:
    feeling = said(text)
    assert (feeling.mood if feeling else None) == mood


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("我的卡丢了怎么办，急死我了", "worried"),
        ("Help me, I lost my card!", "worried"),
        ("我妈妈上个月去世了，她的存款怎么取", "sorry"),
        ("My father passed away last month.", "sorry"),
        ("你们这什么态度，我要投诉", "serious"),
        ("This is ridiculous, I want to complain.", "serious"),
        ("太好了，我终于考上了！", "glad"),
        ("I'm so happy, we got married!", "glad"),
        ("你好", "warm"),
        ("活期利率是多少", None),
        ("What is the transfer limit?", None),
    ],
)
def test_she_meets_what_the_person_feels(text: str, mood: str | None) -> None:
    feeling = met(text)
    assert (feeling.mood if feeling else None) == mood


@pytest.mark.parametrize(
    "text",
    [
        "我不生气",
        "我没有着急",
        "不用担心",
        "别难过",
        "I'm not angry.",
        "I am not at all worried.",
        "Don't be sad",
        "我不太高兴",
    ],
)
def test_what_is_denied_is_not_felt(text: str) -> None:
    assert met(text) is None


def test_a_denial_reaches_no_further_than_its_clause() -> None:
    assert met("不，我很着急") is not None
    assert met("No, I'm really worried") is not None


def test_degree_words_make_it_more_or_less() -> None:
    assert said("非常抱歉").intensity > said("抱歉").intensity
    assert met("有点担心").intensity < met("担心").intensity
    assert said("I am so sorry").intensity > said("I am sorry").intensity


def test_anger_is_never_given_back_and_what_she_meets_stays_faint() -> None:
    data = feelings._data()
    assert "angry" not in data["said"] and "angry" not in data["met"]
    for text in (
        "气死我了，你们这些骗子，垃圾！",
        "I'm absolutely furious, you liars!",
        "非常非常难过",
        "特别开心",
        "有点急用",
    ):
        feeling = met(text)
        assert feeling and feeling.mood != "angry" and 0.2 <= feeling.intensity <= 0.5


def test_every_word_of_the_list_is_found_alone_and_calls_for_a_mood_the_face_has() -> None:
    assert set(feelings.MOODS) == set(FACES)
    for whose in ("said", "met"):
        for mood, entry in feelings._data()[whose].items():
            assert mood in feelings.MOODS
            for word in feelings._words(entry["words"]):
                assert feelings._strongest(whose, word.rstrip("*")) is not None, word


def test_a_direction_wins_then_her_words_then_the_person_then_what_is_usual() -> None:
    plain = Sentence("我们早上9点开门。", "zh", "approved")
    sorry = Sentence("很抱歉。", "zh", "approved")
    towards = Feeling("worried", 0.4)
    assert coloured(Sentence("很抱歉。", "zh", "approved", mood="warm", intensity=0.3), towards).mood == "warm"
    assert coloured(sorry, towards).mood == "sorry"
    assert (coloured(plain, towards).mood, coloured(plain, towards).intensity) == ("worried", 0.4)
    assert coloured(plain, None, Feeling("warm", 0.6)).mood == "warm"
    assert coloured(plain, None).mood == "neutral"
    assert coloured(Sentence("很抱歉。", "zh", "approved", mood="neutral"), towards).mood == "neutral"


@pytest.mark.parametrize(
    ("text", "words", "directions"),
    [
        ("[glad] 恭喜您！", "恭喜您！", Directions(Feeling("glad", 1.0))),
        ("[sorry 0.6] I could not find it.", "I could not find it.", Directions(Feeling("sorry", 0.6))),
        ("（Warm）您好", "您好", Directions(Feeling("warm", 1.0))),
        ("[sorry 0.4, refuse] 这个不行。", "这个不行。", Directions(Feeling("sorry", 0.4), "refuse")),
        ("[count_2][glad] 两种。", "两种。", Directions(Feeling("glad", 1.0), "count_2")),
        ("[explain] Well [glad 9] then.", "Well then.", Directions(Feeling("glad", 1.0), "explain")),
        ("您好 [glad]", "您好", Directions(Feeling("glad", 1.0))),
        ("[smiles warmly] 您好", "您好", Directions()),
        ("[jump off the desk] 您好", "您好", Directions()),
        ("（微笑）您好", "您好", Directions()),
        ("【动作：点头】您好", "您好", Directions()),
        ("[9] 您好", "您好", Directions()),
        ("电话（0571）是对的", "电话（0571）是对的", Directions()),
        ("[glad]", "", Directions(Feeling("glad", 1.0))),
    ],
)
def test_a_stage_direction_is_acted_and_not_spoken(text: str, words: str, directions: Directions) -> None:
    assert directed(text) == (words, directions)


async def test_every_sentence_of_an_answer_has_a_mood_the_face_knows(mind: Mind) -> None:
    for text in ("银行卡丢了怎么办", "有人让我把钱转到安全账户", "你好", "火星上能开户吗", "怎么开户"):
        for sentence in await ask(mind.converse(), text):
            assert sentence.mood in FACES and 0.0 <= sentence.intensity <= 1.0


async def test_she_answers_worry_with_concern_and_a_plain_question_plainly(small_pack: Path) -> None:
    mind = Mind(load_pack(small_pack))
    plain = await ask(mind.converse(), "取十万块要预约吗")
    worried = await ask(mind.converse(), "急死我了，取十万块要预约吗")
    assert {s.mood for s in plain} == {"neutral"}
    assert {s.mood for s in worried} == {"worried"} and all(0.2 <= s.intensity <= 0.5 for s in worried)
    assert [s.text for s in plain] == [s.text for s in worried]


async def test_what_a_pack_says_of_a_mood_wins_over_the_words(small_pack: Path) -> None:
    file = small_pack / "knowledge/money.md"
    file.write_text(file.read_text("utf-8").replace("zh: 取现金", "mood: glad 0.6\nzh: 抱歉，取现金"), "utf-8")
    answer = await ask(Mind(load_pack(small_pack)).converse(), "急死我了，取十万块要预约吗")
    assert {(s.mood, s.intensity) for s in answer} == {("glad", 0.6)}


async def test_a_model_may_direct_its_sentence_and_is_warm_otherwise(mind: Mind) -> None:
    model = ScriptedModel("[glad 0.9] 是呀，今天真不错。", "您今天想办什么业务？")
    answer = await ask(mind.with_model(model).converse(), "今天下雨了")
    assert [s.text for s in answer] == ["是呀，今天真不错。", "您今天想办什么业务？"]
    assert [(s.mood, s.intensity) for s in answer] == [("glad", 0.9), ("warm", 0.7)]
