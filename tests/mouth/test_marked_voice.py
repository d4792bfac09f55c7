"""What marks on the words do to the sound and the phones of the real voice."""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import pytest

from models import markup
from models.markup import Marked
from models.store import Store
from speech.markup import phrases, spoken
from speech.types import OUTPUT_RATE, Speech
from speech.voices import VOICES
from speech.voices.kokoro import KokoroVoice

PLAIN = "请您马上挂失。"


def test_breaks_cut_phrases_and_no_character_is_lost() -> None:
    long = '<break time="5s"/>'
    text = markup.read('<break time="1s"/>您好，<break time="200ms"/>请' + long + long + '坐。<break strength="weak"/>')
    found = phrases(text, "zh")
    assert "".join(phrase.text for phrase in found) == "您好，请坐。"
    assert [(str(phrase.text), phrase.rest) for phrase in found] == [
        ("", 1000), ("您好，", 200), ("请", 5000), ("坐。", 150)
    ]  # fmt: skip
    assert phrases("", "zh") == [] and phrases(markup.read('<break time="1s"/>'), "zh")[0].rest == 1000


def test_emphasis_marks_its_word_and_no_other() -> None:
    for text, language, word in (
        ("我<emphasis level='strong'>不</emphasis>能告诉您。", "zh", "不"),
        ("I did <emphasis level='strong'>not</emphasis> say that.", "en", "not"),
    ):
        words, manners = spoken(markup.read(text), language)
        assert "".join(each.text for each in words) == markup.read(text)
        marked = [each.text.strip() for each, manner in zip(words, manners, strict=True) if manner.stress]
        assert marked == [word]
        (sounds,) = (each.sounds for each in words if each.text.strip() == word)
        assert max(sound.stress for sound in sounds) == 1.0


# --- with the real voice --------------------------------------------------------------------------------------------


@cache
def _voice(**settings: float) -> KokoroVoice:
    return VOICES.load("kokoro", store=Store.default(), **settings)


@cache
def _said(tagged: str, speed: float = 1.0, **settings: float) -> tuple[Speech, ...]:
    async def all_of_it() -> tuple[Speech, ...]:
        return tuple([speech async for speech in _voice(**settings).say(markup.read(tagged), speed=speed)])

    spoken = asyncio.run(all_of_it())
    assert "".join(word.text for speech in spoken for word in speech.words) == markup.read(tagged)
    for speech in spoken:
        assert speech.phones[0].start == 0 and speech.phones[-1].end == speech.samples
        assert all(a.end == b.start for a, b in zip(speech.phones, speech.phones[1:], strict=False))
    return spoken


def _length(spoken: tuple[Speech, ...]) -> float:
    return sum(speech.samples for speech in spoken) / OUTPUT_RATE


def _word(spoken: tuple[Speech, ...], text: str) -> tuple[float, float, float]:
    """Seconds, dB and Hz (by autocorrelation of its loudest 60 ms) of a word."""
    (found,) = [
        (speech.pcm[word.start : word.end].astype(float) / 32768)
        for speech in spoken for word in speech.words if word.text == text
    ]  # fmt: skip
    window = OUTPUT_RATE * 60 // 1000
    starts = range(0, max(1, len(found) - window), OUTPUT_RATE // 100)
    piece = max((found[s : s + window] for s in starts), key=lambda part: float(np.sum(part**2)))
    piece = piece * np.hanning(len(piece))
    echo = np.correlate(piece, piece, "full")[len(piece) - 1 :]
    low, high = OUTPUT_RATE // 450, OUTPUT_RATE // 80
    return len(found) / OUTPUT_RATE, 10 * np.log10(np.mean(found**2)), OUTPUT_RATE / (low + np.argmax(echo[low:high]))


@pytest.mark.model
def test_an_emphasised_word_is_longer_louder_and_higher_and_its_phones_say_so() -> None:
    usual, marked = _said(PLAIN), _said('请您<emphasis level="strong">马上</emphasis>挂失。')
    (before, level, pitch), (after, louder, higher) = _word(usual, "马上"), _word(marked, "马上")
    assert after > 1.1 * before and louder > level + 0.5 and higher > 1.03 * pitch
    stressed = [phone.symbol for speech in marked for phone in speech.phones if phone.stress]
    assert stressed and not any(phone.stress for speech in usual for phone in speech.phones)
    assert {"m", "sh", "sil"}.isdisjoint(stressed)
    assert _word(usual, "请")[0] == pytest.approx(_word(marked, "请")[0], abs=0.03)  # the others stay


@pytest.mark.model
def test_a_break_is_a_rest_of_its_length() -> None:
    (first, *_, last) = _said('您好，<break time="800ms"/>请坐。')
    rest = first.phones[-1]
    assert rest.symbol == "sil" and 0.75 < (rest.end - rest.start) / OUTPUT_RATE < 0.9
    assert not first.pcm[rest.start + OUTPUT_RATE // 10 : rest.end].any()
    alone = _said('<break time="500ms"/>')
    assert _length(alone) == 0.5 and alone[0].words == () and not alone[0].pcm.any()


@pytest.mark.model
def test_rate_pitch_and_volume_change_what_they_name() -> None:
    usual = _said(PLAIN)
    assert _length(_said(f'<prosody rate="slow">{PLAIN}</prosody>')) > 1.12 * _length(usual)
    assert _length(_said(f'<prosody rate="150%">{PLAIN}</prosody>')) < 0.85 * _length(usual)
    _, level, pitch = _word(usual, "马上")
    assert _word(_said(f'<prosody pitch="+3st">{PLAIN}</prosody>'), "马上")[2] == pytest.approx(1.19 * pitch, rel=0.06)
    assert _word(_said(f'<prosody volume="-6dB">{PLAIN}</prosody>'), "马上")[1] == pytest.approx(level - 6, abs=0.7)


@pytest.mark.model
def test_a_persona_s_pitch_and_gain_are_its_voice() -> None:
    _, level, pitch = _word(_said(PLAIN), "马上")
    _, louder, higher = _word(_said(PLAIN, pitch=2.0, gain=3.0), "马上")
    assert higher == pytest.approx(1.122 * pitch, rel=0.06) and louder > level + 1.5


@pytest.mark.model
def test_slow_speech_rests_longer_than_it_drawls() -> None:
    text = "您好，请坐。"
    usual, slow = _said(text), _said(text, speed=0.8)
    rests = [sum(s.phones[-1].end - s.phones[-1].start for s in spoken) for spoken in (usual, slow)]
    assert rests[1] > 1.4 * rests[0]
    assert 1.1 < (_length(slow) - rests[1] / OUTPUT_RATE) / (_length(usual) - rests[0] / OUTPUT_RATE) < 1.45


@pytest.mark.model
def test_the_same_words_with_other_marks_are_another_clause() -> None:
    plain, marked = _said(PLAIN), _said(f"<prosody rate='slow'>{PLAIN}</prosody>")
    again = _said(Marked(PLAIN))
    assert _length(again) == _length(plain) != _length(marked)


@pytest.mark.model
def test_digits_that_are_spelled_sound_as_written_out() -> None:
    spelled = [p.symbol for s in _said("密码<say-as interpret-as='digits'>2024</say-as>") for p in s.phones]
    assert spelled == [p.symbol for s in _said("密码二零二四") for p in s.phones]
