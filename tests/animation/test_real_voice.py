"""The face on the real voice: phone times and audio of Kokoro, as a session gets them."""

from __future__ import annotations

import pytest

from animation.rig import Rig
from bench.lipsync.closure import closures
from bench.lipsync.said import spoken
from bench.lipsync.smoothness import MAX_GAP_SPEED, MAX_WEIGHT_SPEED, violations, weight_speed
from bench.lipsync.takes import perform
from bench.lipsync.timing import gap_speed
from bench.lipsync.voicing import envelope_correlation

SENTENCES = {
    "zh": "您好，欢迎来到我们银行，请把您的名片和表格放在这边，明白吗？",
    "en": "Please bring both passports, and my member number, to the front desk by February.",
}
BILABIAL = {"b", "p", "m", "P", "B", "M"}


@pytest.fixture(scope="module")
def voice():
    from models.store import Store
    from speech.voices import VOICES

    return VOICES.load("kokoro", store=Store.default(), zh="zf_xiaoxiao", en="af_heart")


@pytest.mark.model
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_lips_follow_the_real_voice(voice, language: str) -> None:
    said = await spoken(voice, SENTENCES[language], language)
    take = perform(said, Rig.generic(), mood="warm", language=language)
    assert sum(p.symbol in BILABIAL for p in said.phones) >= 6
    assert closures(take).all()
    assert not any(violations(take).values())
    assert gap_speed(take).max() <= MAX_GAP_SPEED
    assert weight_speed(take.frames)[0].max() <= MAX_WEIGHT_SPEED
    r, lead_ms = envelope_correlation(take)
    assert r >= 0.35
    assert -17 <= lead_ms <= 67, "lips may lead the voice by 60 ms and lag it by a frame"
