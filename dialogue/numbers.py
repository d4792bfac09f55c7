"""Finds every quantity in a Chinese or English sentence, however it is written: 5万元, 五万块, 百分之三, three days.

The guard compares quantities, so two spellings of the same amount must be equal and different units must not. A
quantity that looks like one but cannot be read has no value and equals nothing: in doubt it is blocked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from dialogue.units import COUNTS, CURRENCY, same, unit_at

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億參弐", "一二三四五六七八九十百千万亿三二")
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_CN = "零〇幺一二两三四五六七八九十百千万亿"

# Numerals that count nothing. A Chinese numeral inside one of these is part of the word.
_IDIOMS_ZH = re.compile(
    "一(?:下|些|起|定|般|样|直|旦|向|边|同|概|律|致|切|共|方面|会儿|步步|声|名|位|种|句话|句|遍|路|心|份心)"
    "|(?<=[早快慢好大小多少有])一点(?![钟零〇一二两三四五六七八九十半])|一点(?=[儿也都])"
    "|一个(?=数字人|人工智能|AI|好|愉快|问题)|[唯统专单]一|万一(?![千百十零])|千万(?=[别不要记请])|第一(?:时间|步|次)"
    "|(?<![点时零一二三四五六七八九\\d])十分(?=[抱感高愿乐理重欢荣])|百忙|百姓|多半|一一|三思|四处|四川|五官|七夕|万事|千里|半天|一半会"
)  # fmt: skip
_NUMBER_ZH = re.compile(
    rf"百分之(?P<percent>[{_CN}点\d.]+|百)"
    rf"|(?P<below>[{_CN}\d]+)分之(?P<above>[{_CN}\d]+)"
    r"|(?P<arabic>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?P<scale>[十百千万亿]*)"
    rf"|(?P<decimal>[{_CN}]+点[零〇一二两三四五六七八九]+)(?=[%元块个百千万亿成倍米公毫厘平立克斤升度吨里小天年月岁周]|$)"
    rf"|(?P<chinese>[{_CN}]+)"
    r"|(?P<half>半)"
)
_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_WORDS_EN = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
_WORDS_EN |= {
    word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_WORDS_EN |= {"dozen": 12, "couple": 2, "twice": 2, "thrice": 3, "double": 2, "triple": 3}
_TIMES = ("twice", "thrice")
_WORDS_EN |= {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "tenth": 10}
_SCALES_EN = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_SCALES_SHORT = _SCALES_EN | {"k": 1000, "bn": 10**9}
_PARTS_EN = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "quarters": Fraction(1, 4)}
_ANY_EN = "|".join(sorted([*_WORDS_EN, *_SCALES_EN, *_PARTS_EN], key=len, reverse=True))
_IDIOMS_EN = re.compile(
    r"\b(?:no|any|some|every|this|that|which|another|the|each) one\b|\bone (?:of|another|moment|by one)\b"
    r"|\bone(?= sentence)|\bseconds? (?=thought)|\bjust a second\b|\ba couple of moments\b",
    re.IGNORECASE,
)
_NUMBER_EN = re.compile(
    rf"(?P<arabic>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?:\s*(?P<scale>hundred|thousand|million|billion|k|bn)\b)?"
    rf"|\b(?P<words>(?:{_ANY_EN})(?:(?:[\s-]+(?:and\s+)?)(?:{_ANY_EN}))*)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"\s*(?:到|至|[-~—–～]|或者?|to\b|or\b)\s*(?:\d[\d,]*(?:\.\d+)?|[{_CN}]+)\s*", re.IGNORECASE)
_AFTER_HOUR = re.compile(r"(?:\d[:：]|[\d零一二两三四五六七八九十]点)$")  # 8:30, 八点三十
_MINUTES = re.compile(r"[:：]\d\d(?!\d)")
_BETWEEN = re.compile(
    r"[\s\-多余几]*(?:(?:full|whole|extra|more|further|additional|consecutive|big|large|small|different|main) )?",
    re.IGNORECASE,
)
_SCALE_EN = re.compile(r"\s*(hundred|thousand|million|billion|bn|k)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Quantity:
    """A number with its unit. `value` None: it could not be read. `text` is as written."""

    value: Fraction | None
    unit: str
    text: str

    @property
    def counts(self) -> bool:
        """It is a number of things, or a bare one."""
        return self.unit in ("", "time") or self.unit in COUNTS or self.unit.startswith("?")

    def found_in(self, others: tuple[Quantity, ...]) -> bool:
        """The same amount stands there: in a unit that converts into this one exactly; a bare number may have any.

        A unit nobody knows is like itself or like none; it is never one that is known.
        """
        return self.value is not None and any(
            self.value == other.value
            if not self.unit or (self.unit[0] == "?" and other.unit[:1] in ("", "?"))
            else same(self.value, self.unit, other.value, other.unit)
            for other in others
            if other.value is not None
        )


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of the text, Chinese and English alike."""
    text = unicodedata.normalize("NFKC", text).translate(_FORMAL)
    found = list(_chinese(_IDIOMS_ZH.sub(" ", text)))
    found += [quantity for quantity in _english(_IDIOMS_EN.sub(" ", text)) if not quantity.text[0].isdigit()]
    return tuple(found)


def _chinese(text: str) -> list[Quantity]:
    found, read_to = [], 0
    for match in _NUMBER_ZH.finditer(text):
        if match.start() < read_to:
            continue
        value, end = _value_zh(match), match.end()
        if match["arabic"] and (scale := _SCALE_EN.match(text, end)):
            value = value * _SCALES_SHORT[scale[1].lower()] if value is not None else None
            end = scale.end()
        if match["half"] and text[: match.start()].rstrip("钟").endswith("点"):
            found.append(Quantity(Fraction(30), "clock minute", match[0]))
            continue
        unit, read_to = ("percent", end) if match["percent"] else _unit(text, match.start(), end)
        if unit not in ("", "clock") and value is not None and text[read_to : read_to + 1] == "半":  # 一升半
            value, read_to = value + Fraction(1, 2), read_to + 1
        found.append(Quantity(value, unit, text[match.start() : end]))
    return found


def _english(text: str) -> list[Quantity]:
    return [
        Quantity(_value_en(m), "time" if m[0].lower() in _TIMES else _unit(text, m.start(), m.end())[0], m[0])
        for m in _NUMBER_EN.finditer(text)
    ]


def _unit(text: str, start: int, end: int) -> tuple[str, int]:
    """The unit of the number between `start` and `end`, and where it ends: its sign, or what follows; in a range, what
    follows that."""
    before = text[:start].rstrip()
    if before[-1:] in CURRENCY:
        return CURRENCY[before[-1:]], end
    if _AFTER_HOUR.search(before):
        return "clock minute", end
    if _MINUTES.match(text, end):
        return "clock", end
    unit, last = unit_at(text, _BETWEEN.match(text, end).end())
    if unit:
        return unit, last
    span = _RANGE.match(text, end)
    return (unit_at(text, span.end())[0] if span else ""), end


def _value_zh(match: re.Match[str]) -> Fraction | None:
    if match["percent"]:
        return Fraction(100) if match["percent"] == "百" else _plain(match["percent"])
    if match["below"]:
        above, below = _plain(match["above"]), _plain(match["below"])
        return above / below if above is not None and below else None
    if match["arabic"]:
        value = _arabic(match["arabic"])
        for scale in match["scale"]:
            value = value * (_SMALL.get(scale) or _LARGE[scale]) if value is not None else None
        return value
    if match["half"]:
        return Fraction(1, 2)
    return _plain(match["decimal"] or match["chinese"])


def _arabic(text: str) -> Fraction | None:
    try:
        return Fraction(text.replace(",", ""))
    except ValueError:
        return None


def _plain(text: str) -> Fraction | None:
    """A number in Chinese numerals, with 点 for the decimal point, or in digits."""
    if any(c.isdigit() and c.isascii() for c in text):
        return _arabic(text)
    whole, _, decimals = text.partition("点")
    value = _whole(whole)
    if value is None or not decimals:
        return value
    digits = "".join(str(_DIGITS.get(c, "")) for c in decimals)
    return value + Fraction(int(digits), 10 ** len(digits)) if digits else None


def _whole(text: str) -> Fraction | None:
    if not text or any(c not in _CN for c in text):
        return None
    if all(c in _DIGITS for c in text):  # read digit by digit: 二零二六, 幺三八
        return Fraction(int("".join(str(_DIGITS[c]) for c in text)))
    total = section = digit = 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        else:  # 亿 counts all that stands before it (一万亿), 万 only what came since
            before, total = (total, 0) if c == "亿" else (0, total)
            total += (before + section + digit or 1) * _LARGE[c]
            section = digit = 0
    return Fraction(total + section + digit)


def _value_en(match: re.Match[str]) -> Fraction | None:
    if match["arabic"]:
        value = _arabic(match["arabic"])
        return value * _SCALES_SHORT[match["scale"].lower()] if value is not None and match["scale"] else value
    total, section, part = Fraction(0), Fraction(0), None
    for word in re.split(r"[\s-]+", match["words"].lower()):
        if word in _WORDS_EN:
            section += _WORDS_EN[word]
        elif word == "hundred":
            section = (section or 1) * 100
        elif word in _SCALES_EN:
            total, section = total + (section or 1) * _SCALES_EN[word], Fraction(0)
        elif word in _PARTS_EN:
            part = _PARTS_EN[word]
    if part is not None:
        return (total + section or 1) * part
    return total + section
