"""What a pack says word for word passes its own guard: nothing a person must hear is lost to a rule."""

from __future__ import annotations

import pytest

from dialogue.guard import Guard
from dialogue.packs import find_pack, known_personas, load_pack
from dialogue.wording import Wording


@pytest.mark.parametrize("persona", known_personas())
def test_the_fixed_words_of_a_pack_pass_its_own_guard(persona):
    pack = load_pack(find_pack(persona))
    guard = Guard(pack)
    for language in pack.languages:
        say = Wording(pack, language)
        texts = [sentence.text for name in pack.policy.templates for sentence in say.template(name)]
        for flow in pack.flows:
            asked = [text for slot in flow.slots.values() for text in (slot.ask, slot.again, slot.wrong)]
            told = [text for step in flow.steps for text in (step.say, step.confirm, step.filler, step.failed)]
            texts += [text[language] for text in (*asked, *told, flow.offer, flow.cancelled) if text]
        blocked = [(text, verdict) for text in texts if not (verdict := guard.check(text, [text])).ok]
        assert not blocked
