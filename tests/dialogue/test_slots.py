"""A language model may point at the value in an answer no rule can read; the person has said it, and confirms it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from flow_files import LOAN, TICKET, read
from flow_talks import mind_with_flows
from talking import ScriptedModel, ask, text_of

from dialogue import slots
from dialogue.model_words import ModelLimits

TODAY = date(2026, 12, 2)
MONTHS = "十二或者二十四都行吧"  # two numbers: the rules take neither


def answer(value: str) -> ScriptedModel:
    return ScriptedModel(json.dumps({"value": value}, ensure_ascii=False))


async def talk_of(
    folder: Path, model: ScriptedModel, *said: str, text: str = LOAN, name: str = "loan", **limits: float
):
    """A talk after these utterances, its tools, and the last answer."""
    mind, tools = mind_with_flows(folder, texts={name: text}, model=model, limits=ModelLimits(**limits))
    talk = mind.converse()
    for turn, each in enumerate(said, 1):
        heard = text_of(await ask(talk, each, turn))
        talk.heard(turn, heard, interrupted=False)
    return talk, tools, heard


async def test_what_the_model_points_at_is_asked_back_and_used_after_a_yes(small_pack: Path) -> None:
    model = answer("二十四")
    begun = ("帮我算一下月供", "二十万", MONTHS)
    talk, tools, heard = await talk_of(small_pack, model, *begun)
    assert "2年" in heard and "对吗" in heard
    assert talk.records[-1].state == "guess" and not talk.records[-1].tools
    assert MONTHS in model.asked[0][-1].content
    await ask(talk, "对的", 4)
    assert [call.arguments for call in talk.records[-1].tools][0] == {"months": 24}


async def test_after_a_no_it_is_asked_anew_and_after_another_answer_that_one_counts(small_pack: Path) -> None:
    begun = ("帮我算一下月供", "二十万", MONTHS)
    talk, tools, heard = await talk_of(small_pack, answer("二十四"), *begun, "不对")
    assert talk.records[-1].state == "months" and not talk.records[-1].tools
    talk, tools, heard = await talk_of(small_pack, answer("二十四"), *begun, "三年")
    assert talk.records[-1].tools[0].arguments == {"months": 36}


@pytest.mark.parametrize("value", ["三十六", "2年", "", "二十四，利率3%"])
async def test_a_value_they_did_not_say_is_not_even_asked_about(small_pack: Path, value: str) -> None:
    begun = ("帮我算一下月供", "二十万", MONTHS)
    talk, tools, heard = await talk_of(small_pack, answer(value), *begun)
    _, _, without = await talk_of(small_pack, ScriptedModel(""), *begun)
    assert heard == without and talk.records[-1].state == "months"


async def test_of_choices_one_that_there_is_may_be_meant_and_the_effect_still_needs_its_own_yes(
    small_pack: Path,
) -> None:
    begun = ("我要取个号", "给我自己弄的", "对", "没有")
    talk, tools, heard = await talk_of(small_pack, answer("个人业务"), *begun, text=TICKET, name="ticket")
    assert talk.records[1].state == "guess"
    assert talk.records[-1].state == "confirm" and "个人业务" in heard and not tools.effects


async def test_what_the_rules_read_is_not_put_to_the_model(small_pack: Path) -> None:
    model = answer("二十四")
    await talk_of(small_pack, model, "帮我算一下月供", "二十万", "三年")
    assert not model.asked


async def test_a_model_that_is_too_slow_changes_nothing_but_the_lead_in(small_pack: Path) -> None:
    begun = ("帮我算一下月供", "二十万", MONTHS)
    model = ScriptedModel(hang=True)
    talk, _, heard = await talk_of(small_pack, model, *begun, lead_in_s=0.01, helping_s=0.05)
    _, _, without = await talk_of(small_pack, ScriptedModel(""), *begun)
    assert heard.endswith(without) and model.stopped and talk.records[-1].error == "backend_timeout"


def test_a_value_has_to_stand_in_the_answer_and_inside_its_bounds(tmp_path: Path) -> None:
    amount = read(tmp_path, LOAN, "loan").slots["amount"]
    value = lambda written, said: slots.value_of(amount, written, said, "zh", today=TODAY)  # noqa: E731
    assert value("二十万", "本来想三十万，算了二十万") == 200_000
    assert value("二十万", "本来想三十万") is None
    assert value("五百", "那就五百") is None, "less than is lent"
    assert value("不知道", "我不知道") is None
