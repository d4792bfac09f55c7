"""Nods on the real voice: accents of Kokoro's speech move the head, its lexical tones do not."""

from __future__ import annotations

import numpy as np
import pytest

from animation.accents import strength
from animation.prosody import Melody, Syllable, pitch
from animation.types import RATE, Phone
from animation.visemes import poses

SENTENCES = {
    "zh": (
        "您好，请问您今天想办理什么业务？", "我们银行的营业时间是早上九点到下午五点，周末也照常营业。",
        "请您带好身份证和银行卡，到三号窗口办理挂失手续。", "别着急，我先帮您查一下这张卡的余额和最近的交易记录。",
        "这款理财产品的风险等级是中等，收益不保证，请您仔细阅读说明书。", "他昨天买了四本书，还有两支红色的钢笔。",
        "谢谢您的耐心等待，我已经为您登记好了，稍后会有工作人员联系您。", "想提前还款，要提前五个工作日申请。",
        "春天来了，公园里的花都开了，很多人去那里拍照。", "转账到其他银行，一般两个小时之内就能到账。",
    ),
    "en": (
        "Good morning, how may I help you today?", "Please bring both passports, and your number, to the front desk.",
        "We open at nine in the morning and close at five in the evening.",
        "The early repayment fee is small, but you need to apply in advance.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def voice():
    from models.store import Store
    from speech.voices import VOICES

    return VOICES.load("kokoro", store=Store.default(), zh="zf_xiaoxiao", en="af_heart")


async def sung(voice, language: str) -> tuple[list[Syllable], np.ndarray, float]:
    """Syllables of all sentences, their raw height over the sentence's mean (semitones), and seconds of speech."""
    syllables, raw, seconds = [], [], 0.0
    for text in SENTENCES[language]:
        melody, at, heights = Melody(), 0, []
        async for speech in voice.say(text, language=language):
            phones = [Phone(p.symbol, p.start, p.end, p.stress, p.tone) for p in speech.phones]
            found = melody.follow(phones, speech.pcm, at)
            syllables += found
            vowels = {p.start: p for p in phones if poses(p.symbol)[0].opens}
            spans = [(s.start - at, vowels[s.start - at].end) for s in found]
            heights += [np.nan if height is None else height for height in pitch(speech.pcm, spans)]
            at += speech.samples
        raw.append(np.array(heights) - np.nanmean(heights))
        seconds += at / RATE
    return syllables, np.concatenate(raw), seconds


@pytest.mark.model
async def test_mandarin_tones_are_heard_but_move_no_head(voice) -> None:
    syllables, raw, seconds = await sung(voice, "zh")
    tone, rise = np.array([s.tone for s in syllables]), np.array([s.rise for s in syllables])
    force = np.array([strength(s) for s in syllables])
    height, heard = np.isin(tone, (1, 4)).astype(float), np.isfinite(raw)  # tones that begin high
    assert len(syllables) > 150
    assert np.corrcoef(raw[heard], height[heard])[0, 1] > 0.5
    assert abs(np.corrcoef(rise, height)[0, 1]) < 0.25
    for t in (1, 2, 3, 4, 5):
        assert abs(np.corrcoef(force, tone == t)[0, 1]) < 0.2, t
    assert 8 <= (force > 0).sum() / seconds * 60 <= 50


@pytest.mark.model
async def test_english_accents_lie_on_stressed_syllables(voice) -> None:
    syllables, _, seconds = await sung(voice, "en")
    stress = np.array([s.stress for s in syllables])
    force = np.array([strength(s) for s in syllables])
    assert force[stress >= 1].mean() > 3 * force[stress < 0.5].mean()
    assert 20 <= (force > 0).sum() / seconds * 60 <= 90
