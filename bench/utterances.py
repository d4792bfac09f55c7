"""Phones with times and a stand-in voice, to judge the face without a speech model.

Mandarin is written in pinyin syllables, English in ARPAbet; `,` is a short pause. Durations vary around those of read
speech, and the audio has what the face listens to: vowels with their loudness, hissing fricatives, stops that are
silent and then burst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from animation.types import RATE, SAMPLES_PER_FRAME, Phone
from animation.visemes import ASPIRATED, is_silence, poses

MANDARIN = (
    "nin hao , huan ying guang lin wo men yin hang , qing wen nin yao ban li shen me ye wu",
    "bao bao mai le ba ba ping bai pu tao mei wei de mian bao",
    "fang fei fa fu fen feng , ming bai le ma , qing ba biao ge tian hao",
    "zhe zhang ka de mei ri xiao fei xian e shi wu wan yuan ren min bi",
    "nv shi lv you qu yun nan , xue sheng xuan ze yue piao",
    "si shi shi zi zai shan shang chi cai , zuo tian cuo guo le zhou mo",
    "bie ji , man man shuo , mei guan xi , wo bang nin pai dui ban li",
    "pu tong hua ping mu mi ma bu neng gao su bie ren , mei you wen ti",
    "er tong men piao ban jia , lao ren mian fei , mei zhou yi bi guan",
    "bo wu guan li you pi ba he mo bi , qing bu yao peng bei mian de bo li",
)
ENGLISH = (
    "W EH L K AH M , M AY N EY M IH Z M IH N , HH AW M EY AY HH EH L P Y UW",
    "P L IY Z B R IH NG Y AO R P AE S P AO R T AE N D DH AH B AE NG K B UH K",
    "DH AH B R AO N M AA P IH Z B IH HH AY N D DH AH F R AH N T D AO R",
    "M AA M B AO T F AY V B IH G P ER P AH L P L AH M Z F R AH M B AA B",
    "S IH K S SH IY P S IH T , CH AO R L IY JH AH M P S OW V ER DH AH F EH N S",
    "DH AH V AE L Y UW AH V M AY AH K AW N T W EH N T AH P B AY T UW P ER S EH N T",
    "K UH D Y UW R IH P IY T DH AE T , M OW R S L OW L IY P L IY Z",
    "M AH S IY AH M AO P AH N Z AE T EY T AH M IH N DH AH M AO R N IH NG",
)
LANGUAGES: dict[str, tuple[str, ...]] = {"zh": MANDARIN, "en": ENGLISH}

_INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
)  # fmt: skip
_FINALS = {
    "ai": "a i", "ei": "E i", "ao": "a u", "ou": "o u", "an": "a n", "en": "@ n", "ang": "a ng", "eng": "@ ng",
    "ong": "u ng", "ia": "i a", "ie": "i E", "iao": "i a u", "iu": "i o u", "ian": "i E n", "in": "i n",
    "iang": "i a ng", "ing": "i ng", "iong": "v u ng", "ua": "u a", "uo": "u o", "uai": "u a i", "ui": "u E i",
    "uan": "u a n", "un": "u @ n", "uang": "u a ng", "ve": "v E", "van": "v E n", "vn": "v n", "a": "a", "o": "o",
    "e": "e", "i": "i", "u": "u", "v": "v", "er": "er",
}  # fmt: skip
_SPELLED = {  # syllables without an initial, by how they are written
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "wu": "u", "wa": "ua",
    "wo": "uo", "wai": "uai", "wei": "ui", "wan": "uan", "wen": "un", "wang": "uang",
}  # fmt: skip
_ALWAYS_FRICATIVE = frozenset("f h x s sh z c j q zh ch r F V S Z SH ZH CH JH TH DH HH".split())
_FINAL = 1.3  # vowels before a pause are longer (Klatt 1976)
_STOPS = frozenset("b p d t g k B P D T G K".split())


@dataclass(frozen=True)
class Utterance:
    """Phones (samples from the start of `pcm`), audio (int16, RATE), and the truth about stops: phone index → burst."""

    phones: tuple[Phone, ...]
    pcm: np.ndarray
    bursts: dict[int, int]


def utterance(text: str, language: str, *, speed: float = 1.0, seed: int = 0, level_db: float = 0.0) -> Utterance:
    """Speak `text` of LANGUAGES[language]; `level_db` is relative to ordinary loudness."""
    symbols = _mandarin(text) if language == "zh" else text.replace(",", "sil").split()
    return timed([(symbol, None) for symbol in symbols], speed=speed, seed=seed, level_db=level_db)


def timed(
    symbols: Sequence[tuple[str, float | None]], *, speed: float = 1.0, seed: int = 0, level_db: float = 0.0
) -> Utterance:
    """Give (phone, stress) rows times and a voice. Stress None: some vowels, by chance."""
    rng = np.random.default_rng(seed)
    phones, at = [], 0.15
    for k, (symbol, stress) in enumerate(symbols):
        last = k + 2 >= len(symbols) or any(is_silence(s) for s, _ in symbols[k + 1 : k + 3])
        seconds = _seconds(symbol) * float(rng.uniform(0.8, 1.25)) / speed
        seconds *= _FINAL if last and poses(symbol)[0].opens else 1.0
        if stress is None:
            stress = float(rng.random() < 0.2) * 0.6 if poses(symbol)[0].opens else 0.0
        phones.append(Phone(symbol, round(at * RATE), round((at + seconds) * RATE), stress))
        at += seconds
    length = round((at + 0.1) * RATE / SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME
    pcm, bursts = _voice(phones, length, rng, 10 ** (level_db / 20))
    return Utterance(tuple(phones), pcm, bursts)


def syllable_phones(syllable: str) -> list[str]:
    """Phones of one pinyin syllable, ü written v (or u after j q x)."""
    if syllable in _SPELLED:
        return _FINALS[_SPELLED[syllable]].split()
    initial = next((i for i in _INITIALS if syllable.startswith(i)), "")
    final = syllable[len(initial) :]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        return [initial, "iz" if initial in ("z", "c", "s") else "ir"]
    if initial in ("b", "p", "m", "f") and final == "o":
        final = "uo"
    return [initial] * bool(initial) + _FINALS[final].split()


def _mandarin(text: str) -> list[str]:
    return [phone for word in text.split() for phone in (["sil"] if word == "," else syllable_phones(word))]


def _seconds(symbol: str) -> float:
    if is_silence(symbol):
        return 0.28
    if poses(symbol)[0].opens:
        return 0.11 if symbol.islower() or symbol in ("@", "E") else 0.10
    return 0.09 if symbol in ASPIRATED or symbol in _ALWAYS_FRICATIVE else 0.07


def _voice(
    phones: list[Phone], length: int, rng: np.random.Generator, level: float
) -> tuple[np.ndarray, dict[int, int]]:
    audio, bursts = rng.normal(0.0, 4.0, length), {}
    time = np.arange(length) / RATE
    for i, phone in enumerate(phones):
        span, n = slice(phone.start, phone.end), phone.end - phone.start
        noise = rng.normal(0.0, 1.0, n)
        if is_silence(phone.symbol):
            continue
        if phone.symbol in _STOPS:
            bursts[i] = phone.start + int(n * (0.55 if phone.symbol in ASPIRATED else 0.9))
            part = bursts[i] - phone.start
            audio[span][part:] += 900.0 * level * noise[part:]
        elif phone.symbol in _ALWAYS_FRICATIVE:
            audio[span] += 700.0 * level * noise
        else:
            loud = (4_600.0 if poses(phone.symbol)[0].opens else 1_500.0) * level
            loud *= 0.7 + 1.2 * poses(phone.symbol)[0].targets[0]  # open vowels are a few dB louder
            loud *= 1.0 + 0.3 * phone.stress + 0.15 * float(rng.normal())
            audio[span] += loud * np.sin(2 * np.pi * 190 * time[span])
    return np.clip(audio, -32_768, 32_767).astype(np.int16), bursts
