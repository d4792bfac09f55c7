"""How well and how fast the voices speak: recognised errors, real-time factor, first sound, seams, loudness.

Every sentence is spoken by the voice and read back by our own recogniser. Mandarin is compared as syllables with tones,
which forgives homophones a listener would not notice; English by words. The recogniser errs too: figures compare voices
under the same ears, they are not absolute.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.report import spread
from speech.voices.loudness import loudness

if TYPE_CHECKING:
    from speech.types import Language, Recogniser, Speech, Voice

VOICES_ZH = ("zf_xiaoxiao", "zf_xiaoyi", "zf_xiaobei", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang")
VOICES_EN = ("af_heart", "af_bella", "hibari")

SENTENCES: dict[Language, tuple[str, ...]] = {
    "zh": (
        "您好，请问您需要办理什么业务？",
        "请您先在门口的取号机上取一个号。",
        "大额存单的起存金额是20万元，三年期年利率为2.35%。",
        "最低还款额是2,345.67元，请在每月15日之前还清。",
        "如果银行卡丢了，请马上拨打95588挂失。",
        "挂失以后，7个工作日可以补办新卡。",
        "请不要把短信验证码告诉任何人。",
        "我们的营业时间是上午9:00到下午5:30。",
        "理财产品不是存款，有可能损失本金。",
        "您的账户余额是1,234.50元。",
        "外币兑换需要提前一天预约。",
        "手机银行每天最多可以转账50万元。",
        "提前还款要带身份证和贷款合同。",
        "信用卡年费是200元，一年刷满6次就可以免掉。",
        "行长今天下午在重庆分行开会。",
        "请到二楼的3号窗口，那里可以办理对公业务。",
        "如果接到自称公检法的电话，请不要转账，可以打96110咨询。",
        "存折和银行卡都可以在柜员机上取现金。",
        "贷款审批一般需要3到5个工作日。",
        "谢谢您的光临，祝您生活愉快！",
    ),
    "en": (
        "Good morning, how may I help you today?",
        "Please take a number and have a seat in the hall.",
        "Your balance is two thousand three hundred dollars.",
        "Never tell anyone your verification code.",
        "The interest rate for three years is 2.35%.",
        "We are open from nine in the morning until half past five.",
        "Please bring your passport to the counter on the second floor.",
        "A new card will be ready in seven working days.",
        "You can change money at window three.",
        "Thank you for coming, and have a nice day.",
    ),
}


async def run(
    *,
    store: Any,
    recogniser: Recogniser | None = None,
    zh: Sequence[str] = VOICES_ZH,
    en: Sequence[str] = VOICES_EN,
    sentences: int = 20,
    threads: int = 2,
) -> dict[str, Any]:
    """`{voices: {name: figures}}`. Without a recogniser the error figures are left out.

    Aims: tone-syllable error of the default Mandarin voice at most 3 %, word error of the English one at most 1 %.
    """
    from speech.voices import VOICES

    results: dict[str, Any] = {}
    for language, names in (("zh", zh), ("en", en)):
        for name in names:
            if name == "hibari":
                voice = VOICES.load("hibari")
            else:
                voice = VOICES.load("kokoro", store=store, threads=threads, **{language: name})
            results[name] = await _measure(voice, language, SENTENCES[language][:sentences], recogniser)
            await voice.aclose()
    return {"voices": results}


async def _measure(
    voice: Voice, language: Language, texts: Sequence[str], recogniser: Recogniser | None
) -> dict[str, Any]:
    await _speak(voice, "好的。" if language == "zh" else "All right.", language)  # loading is not speaking
    first, compute, errors, units, sound = [], 0.0, 0, 0, []
    joins, inside = [], []
    for text in texts:
        spoken, first_ms, seconds = await _speak(voice, text, language)
        first.append(first_ms)
        compute += seconds
        pcm = np.concatenate([speech.pcm for speech in spoken])
        sound.append(pcm)
        at_joins, elsewhere = seams(spoken)
        joins, inside = [*joins, *at_joins], [*inside, *elsewhere]
        if recogniser:
            wrong, of = await _errors(recogniser, text, pcm, language)
            errors, units = errors + wrong, units + of
    audio = np.concatenate(sound).astype(np.float64) / 32768
    each = [loudness(pcm / 32768, 24_000) for pcm in sound]
    out: dict[str, Any] = {
        "rtf": round(compute / (len(audio) / 24_000), 3),
        "first_sound_ms": spread(first),
        "loudness_lufs": round(loudness(audio, 24_000), 1),
        "loudness_spread_lu": round(float(np.std(each)), 2),  # of whole sentences, as they follow each other
        "peak": round(float(np.abs(audio).max()), 2),
        "sentences": len(texts),
    }
    if joins:
        out["seams"] = {
            "count": len(joins),
            "flux_db": round(float(np.median(joins)), 2),
            "flux_inside_db": round(float(np.median(inside)), 2),
            "above_p95_inside": round(float(np.mean(np.array(joins) > np.percentile(inside, 95))), 3),
        }
    if units:
        out["tone_syllable_error" if language == "zh" else "wer"] = round(errors / units, 4)
    return out


def seams(spoken: Sequence[Speech]) -> tuple[list[float], list[float]]:
    """How much the spectrum changes, in dB, across each join inside a sound, and at word boundaries elsewhere.

    The 10 ms before a place are compared with the 10 ms after it, in 40 bands. A seam that cannot be heard changes the
    spectrum no more than a word boundary does that was made in one piece; `above_p95_inside` is then about 0.05.
    """
    audio = np.concatenate([speech.pcm for speech in spoken]).astype(np.float64) / 32768
    starts = np.cumsum([0, *(speech.samples for speech in spoken)])
    joins = [flux(audio, int(at)) for at in starts[1:-1]]
    words = [start + word.start for start, speech in zip(starts, spoken, strict=False) for word in speech.words[1:]]
    inside = [flux(audio, int(at)) for at in words]
    return [value for value in joins if value is not None], [value for value in inside if value is not None]


def flux(audio: np.ndarray, at: int) -> float | None:
    """Mean change in dB over 40 bands from the 10 ms before sample `at` to the 10 ms after; None beside silence."""
    n = 240
    if at < n or at + n > len(audio):
        return None
    before, after = audio[at - n : at], audio[at : at + n]
    if min(np.abs(before).max(), np.abs(after).max()) < 0.01:
        return None
    levels = []
    for piece in (before, after):
        power = np.abs(np.fft.rfft(piece * np.hanning(n))) ** 2
        levels.append(10 * np.log10(power[1:].reshape(40, -1).sum(axis=1) + 1e-6))
    return float(np.mean(np.abs(levels[1] - levels[0])))


async def _speak(voice: Voice, text: str, language: Language) -> tuple[list[Speech], float, float]:
    """The chunks, ms to the first, seconds in all."""
    started = time.perf_counter()
    spoken, first = [], 0.0
    async for speech in voice.say(text, language=language):
        first = first or (time.perf_counter() - started) * 1000
        spoken.append(speech)
    return spoken, first, time.perf_counter() - started


async def _errors(recogniser: Recogniser, text: str, pcm: np.ndarray, language: Language) -> tuple[int, int]:
    from speech.audio import resample, to_float

    audio = resample(to_float(pcm), 24_000, 16_000)
    heard = (await recogniser.transcribe(audio, language=language)).text
    said = await asyncio.to_thread(syllables_or_words, text, language)
    got = await asyncio.to_thread(syllables_or_words, heard, language)
    return edit_distance(said, got), len(said)


def syllables_or_words(text: str, language: Language) -> list[str]:
    """Mandarin as syllables with dictionary tones, figures read out; English as lower-case words."""
    from speech.pronounce.mandarin import pinyin
    from speech.text.normalise import spoken

    if language == "zh":
        return pinyin(text, changed=False)
    return re.findall(r"[a-z']+", _figures_in_words(spoken(text, "en")).lower())


def _figures_in_words(text: str) -> str:
    from hibari.g2p.numbers import cardinal, decimal

    text = re.sub(r"\$([\d,]+)", r"\1 dollars", text)  # as a recogniser may write them
    text = re.sub(r"(\d+)\.(\d+)", lambda m: decimal(m[0]), text.replace(",", "").replace("%", " percent"))
    return re.sub(r"\d+", lambda m: cardinal(int(m[0])), text).replace("-", " ")


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein's distance."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(list(a), list(b))
