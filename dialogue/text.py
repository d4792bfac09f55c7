"""Normal forms of what people say: width, script, spoken digits, language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dialogue.types import Language

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_GAP_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff，。？！、])\s+(?=[\u4e00-\u9fff，。？！、])")
_SPOKEN_DIGIT = str.maketrans("零〇幺一二三四五六七八九", "001123456789")
# Read out one by one (a phone number, a code), digits come as a run of these. Numbers with 十百千万 are left alone.
_SPOKEN_RUN = re.compile(
    r"(?<![十百千万亿])[零〇幺一二三四五六七八九\d](?:[\s，,、-]?[零〇幺一二三四五六七八九\d]){3,}(?![十百千万亿])"
)
_DIGITS_EN = {word: str(i) for i, word in enumerate("zero one two three four five six seven eight nine".split())}
_DIGITS_EN["oh"] = "0"
_DIGIT_EN = rf"(?:(?:double|triple)\s+)?(?:{'|'.join(_DIGITS_EN)})"
_SPOKEN_RUN_EN = re.compile(rf"\b{_DIGIT_EN}(?:(?:\s*[,-]\s*|\s+){_DIGIT_EN}){{5,}}\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _simplifier():
    from opencc import OpenCC

    return OpenCC("t2s")


def has_chinese(text: str) -> bool:
    return _CHINESE.search(text) is not None


def language_of(text: str, fallback: Language) -> Language:
    """The language of typed text, from its script. `fallback` when it has neither (digits, signs)."""
    if has_chinese(text):
        return "zh"
    return "en" if _LATIN.search(text) else fallback


def normalise(text: str) -> str:
    """NFKC, Simplified characters, no invisible characters, no gaps between Chinese characters."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if has_chinese(text):
        text = _simplifier().convert(text)
    text = re.sub(r"\s+", " ", text).strip()
    # NFKC makes ，？！ ASCII; Chinese text keeps its own marks so that sentences split and read alike.
    if has_chinese(text):
        text = re.sub(r"(?<=[\u4e00-\u9fff]),|,(?=[\u4e00-\u9fff])", "，", text)
        text = re.sub(r"(?<=[\u4e00-\u9fff])\?", "？", text)
        text = re.sub(r"(?<=[\u4e00-\u9fff])!", "！", text)
    return _GAP_IN_CHINESE.sub("", text)


def digits_written(text: str) -> str:
    """Digits read out one by one, in writing: 一三八零零…, one three eight double zero… → 13800…. Same string
    otherwise."""

    def write(match: re.Match[str]) -> str:
        if match[0].isascii():  # nothing was read out: 100,000 stays as it is
            return match[0]
        return re.sub(r"[\s，,、-]", "", match[0]).translate(_SPOKEN_DIGIT)

    def write_en(match: re.Match[str]) -> str:
        written, times = "", 1
        for word in re.findall("[a-z]+", match[0].lower()):
            if word in _DIGITS_EN:
                written, times = written + _DIGITS_EN[word] * times, 1
            else:
                times = 2 if word == "double" else 3
        return written

    return _SPOKEN_RUN_EN.sub(write_en, _SPOKEN_RUN.sub(write, text))
