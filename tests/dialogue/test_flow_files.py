"""A procedure's file is read as docs/flows.md says, and every mistake in it is told with line and mend."""

from __future__ import annotations

import pytest
from flow_files import documented, read

from models.errors import PackInvalid


def test_the_documented_example_is_read_as_it_says(tmp_path):
    flow = read(tmp_path, documented())
    assert flow.id == "queue-ticket"
    assert [choice.name for choice in flow.slots["business"].choices] == ["personal", "company"]
    assert [step.ask or step.call or "say" for step in flow.steps] == ["business", "take_ticket", "say", "say"]
    assert flow.steps[1].save == "ticket"
    assert flow.steps[3].when == {"ticket.ahead": {"least": 10}}
    assert flow.tools == {"take_ticket"}


def test_words_that_the_branch_sets_are_filled_in(tmp_path):
    from flow_files import SPECS, write

    from dialogue.flows.load import load_flows

    text = documented().replace("您的号码是", "{desk}：您的号码是")
    folder = write(tmp_path, text)
    (flow,) = load_flows(folder, tools=SPECS, items=(), settings={"desk": {"zh": "大堂", "en": "lobby"}})
    assert flow.steps[2].say["zh"] == "大堂：您的号码是{ticket.number}，前面还有{ticket.ahead}位。"


OFFER = "offer: {zh: 要吗, en: May I}\n"
MISTAKES = {
    "the file's name": ("id: queue-ticket", "id: ticket", 2, "Make them the same"),
    "an unknown key": ("    type: choice", "    typ: choice", 12, "Did you mean"),
    "an unknown type": ("    type: choice", "    type: list", 12, "Choose one of: choice"),
    "a slot nobody defines": ("  - ask: business", "  - ask: busines", 19, "Did you mean 'business'?"),
    "a slot nobody asks for": ("  - ask: business\n", "", 11, "Add `- ask: business`"),
    "a tool the pack lacks": ("call: take_ticket", "call: take_tickets", 20, "Did you mean 'take_ticket'?"),
    "an argument the tool lacks": ('{business: "{', '{busines: "{', 21, "Did you mean 'business'?"),
    "an argument of two parts": ('"{business}"}', '"x {business}"}', 21, "and nothing else in the quotes"),
    "an effect without confirmation": ("    confirm:", "    failed:", 20, "Add `confirm:`"),
    "a result of later": ("给您取一张{business}", "给您取一张{ticket.number}", 22, "Known here: business"),
    "a value a choice never has": ("{ticket.ahead: {least: 10}}", "{business: gold}", 27, "name of one of its choices"),
    "a comparison that is none": ("{least: 10}", "{atleast: 10}", 27, "Give a value, a list"),
    "a kind that is none": ("前面还有{ticket.ahead}", "前面还有{ticket.ahead|euro}", 24, "|money"),
    "two things in a step": ("  - ask: business", "  - ask: business\n    go: end", 20, "Give one of"),
    "a go to nowhere": ("  - ask: business", "  - go: nowhere\n  - ask: business", 19, "Use end or human"),
    "a step nothing leads to": ("  - ask: business", "  - go: end\n  - ask: business", 20, "let a `go` name it"),
    "an item that is not there": ("steps:", f"offered_after: [card-los]\n{OFFER}steps:", 18, "card-lost"),
    "an offer after nothing": ("steps:", f"{OFFER}steps:", 18, "Give both"),
    "a default out of the choices": ("    type: choice", "    type: choice\n    default: gold", 13, "choices' names"),
    "bounds of words": ("    type: choice", "    type: choice\n    least: 1", 13, "Give a number"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_mend(mistake, tmp_path):
    right, wrong, line, mend = MISTAKES[mistake]
    text = documented()
    assert right in text
    with pytest.raises(PackInvalid) as told:
        read(tmp_path, text.replace(right, wrong, 1))
    assert told.value.line == line, told.value
    assert mend in told.value.hint
