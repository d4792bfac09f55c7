"""The face on the real voice: phone times and audio of Kokoro, as a session gets them."""

from __future__ import annotations

import numpy as np
import pytest

from animation.rig import Rig
from animation.types import FPS, SAMPLES_PER_FRAME, Phone
from bench import lipsync
from bench.utterances import Utterance

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


async def spoken(voice, language: str) -> Utterance:
    """All that the voice says, in one piece on the frame grid."""
    phones, pcm, at = [], [], 0
    async for speech in voice.say(SENTENCES[language], language=language):
        phones += [Phone(p.symbol, at + p.start, at + p.end, p.stress, p.tone) for p in speech.phones]
        padded = np.pad(speech.pcm, (0, -len(speech.pcm) % SAMPLES_PER_FRAME))
        pcm.append(padded)
        at += len(padded)
    return Utterance(tuple(phones), np.concatenate(pcm), {})


def syllables(rows: np.ndarray) -> np.ndarray:
    """The 2-7 Hz band of a curve at 60 Hz, where the opening of the mouth and the voice's envelope go together
    (Chandrasekaran et al. 2009)."""
    spectrum, hertz = np.fft.rfft(rows - rows.mean()), np.fft.rfftfreq(len(rows), 1 / FPS)
    spectrum[(hertz < 2) | (hertz > 7)] = 0
    return np.fft.irfft(spectrum, len(rows))


@pytest.mark.model
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_lips_follow_the_real_voice(voice, language: str) -> None:
    said = await spoken(voice, language)
    take = lipsync.perform(said, Rig.generic(), mood="warm")
    assert sum(p.symbol in BILABIAL for p in said.phones) >= 6
    assert lipsync.closures(take).all()
    assert not any(lipsync.violations(take.frames, take.rig).values())
    assert lipsync.gap_speed(take).max() <= lipsync.MAX_GAP_SPEED
    assert lipsync.weight_speed(take.frames)[0].max() <= lipsync.MAX_WEIGHT_SPEED

    level = np.sqrt((said.pcm.astype(np.float64).reshape(-1, SAMPLES_PER_FRAME) ** 2).mean(axis=1))
    voiced, start = syllables(level), lipsync.LEAD // SAMPLES_PER_FRAME
    opening, lags = syllables(take.gap), range(-8, 9)
    r = [float(np.corrcoef(opening[start + k : start + k + len(level)], voiced)[0, 1]) for k in lags]
    assert max(r) >= 0.35, r
    assert -4 <= lags[int(np.argmax(r))] <= 1, "lips may lead the voice by 60 ms and lag it by a frame"
