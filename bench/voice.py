"""How well and how fast the voices speak: recognised errors, real-time factor, first sound, seams, loudness.

Every sentence is spoken by the voice and read back by the best of our own recognisers that is installed. How its faults
are told from the voice's is said in bench/intelligibility.py.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.intelligibility import Comparison, compared, errors, shared
from bench.report import spread
from speech.voices.loudness import loudness

if TYPE_CHECKING:
    from speech.types import Language, Recogniser, Speech, Voice

VOICES_ZH = ("zf_xiaoxiao", "zf_xiaoyi", "zf_xiaobei", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang")
VOICES_EN = ("af_heart", "af_bella", "hibari")

JUDGES = ("whisper-large-v3-turbo", "whisper-small", "whisper-base")  # the best first

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
    """`{voices: {name: figures}, recogniser, heard_wrong_in_most_voices}`; without a recogniser no errors.

    Aims, for the `own` errors of the default voices: 3 % of Mandarin's syllables, 1 % of English words.
    """
    from speech.voices import VOICES

    results: dict[str, Any] = {}
    habits: list[str] = []
    for language, names in (("zh", zh), ("en", en)):
        understood: dict[str, list[Comparison]] = {}
        for name in names:
            if name == "hibari":
                voice = VOICES.load("hibari")
            else:
                voice = VOICES.load("kokoro", store=store, threads=threads, **{language: name})
            results[name], sound = await _measure(voice, language, SENTENCES[language][:sentences])
            await voice.aclose()
            if recogniser:
                texts = SENTENCES[language][:sentences]
                understood[name] = [
                    await _heard(recogniser, *each, language) for each in zip(texts, sound, strict=True)
                ]
        for name, found in errors(understood).items():
            results[name]["tone_syllable_error" if language == "zh" else "wer"] = found
        habits += shared(understood)
    heard_by = {"recogniser": recogniser.name, "heard_wrong_in_most_voices": habits} if recogniser else {}
    return {"voices": results} | heard_by


def recogniser_of(store: Any) -> Recogniser:
    """The best one that is installed. Raises ModelMissing where none is."""
    from models.errors import ModelMissing
    from speech.recognisers import RECOGNISERS

    for model in JUDGES[:-1]:
        try:
            return RECOGNISERS.load("whisper", store=store, model=model)
        except ModelMissing:
            continue
    return RECOGNISERS.load("whisper", store=store, model=JUDGES[-1])


async def _measure(voice: Voice, language: Language, texts: Sequence[str]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Figures of a voice, and its sentences as int16 at 24 kHz."""
    await _speak(voice, "好的。" if language == "zh" else "All right.", language)  # loading is not speaking
    first, compute, sound = [], 0.0, []
    joins, inside = [], []
    for text in texts:
        spoken, first_ms, seconds = await _speak(voice, text, language)
        first.append(first_ms)
        compute += seconds
        pcm = np.concatenate([speech.pcm for speech in spoken])
        sound.append(pcm)
        at_joins, elsewhere = seams(spoken)
        joins, inside = [*joins, *at_joins], [*inside, *elsewhere]
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
    return out, sound


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


async def _heard(recogniser: Recogniser, text: str, pcm: np.ndarray, language: Language) -> Comparison:
    from speech.audio import resample, to_float

    audio = resample(to_float(pcm), 24_000, 16_000)
    return compared(text, (await recogniser.transcribe(audio, language=language)).text, language)
