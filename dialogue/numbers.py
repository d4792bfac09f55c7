"""Finds every quantity in a Chinese or English sentence, however it is written: 5万元, 五万块, 百分之三, three days.

The guard compares quantities, so two spellings of the same amount must be equal and different units must not. A
quantity that looks like one but cannot be read has no value and equals nothing: in doubt it is blocked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

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
    r"|(?P<arabic>\d[\d,]*(?:\.\d+)?)(?P<scale>[十百千万亿]*)"
    rf"|(?P<decimal>[{_CN}]+点[零〇一二两三四五六七八九]+)(?=[{_CN}%元块个万亿成倍]|$)"
    rf"|(?P<chinese>[{_CN}]+)"
    r"|(?P<half>半)"
)
_UNITS_ZH = {
    "percent": "%|个百分点|个点",
    "yuan": "元|块钱|块|圆|人民币",
    "usd": "美元|美金",
    "foreign": "欧元|日元|英镑|港币|港元|韩元",
    "working day": "个?工作日",
    "month": "个?月份?",
    "day": "天",
    "date": "日|号",
    "week": "个?星期|周(?!岁)|个?礼拜",
    "year": "年",
    "quarter": "个?季度",
    "hour": "个?小时|个?钟头",
    "minute": "分钟",
    "second": "秒钟?",
    "clock": "点钟?|时(?!间)|点整",
    "age": "周?岁",
    "time": "次|遍|倍",
    "tenth": "成|折",
    "sheet": "张",
    "thing": "个|条|种|份|笔|项|位|名|家|件|步|人",
}
_UNIT_ZH = re.compile("|".join(f"(?P<u{i}>{pattern})" for i, pattern in enumerate(_UNITS_ZH.values())))

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_WORDS_EN = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
_WORDS_EN |= {
    word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_WORDS_EN |= {"dozen": 12, "couple": 2, "twice": 2, "thrice": 3, "double": 2, "triple": 3}
_WORDS_EN |= {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "tenth": 10}
_SCALES_EN = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_PARTS_EN = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "quarters": Fraction(1, 4)}
_ANY_EN = "|".join(sorted([*_WORDS_EN, *_SCALES_EN, *_PARTS_EN], key=len, reverse=True))
_IDIOMS_EN = re.compile(
    r"\b(?:no|any|some|every|this|that|which|another|the|each) one\b|\bone (?:of|another|moment|by one)\b"
    r"|\bone(?= sentence)|\bseconds? (?=thought)|\bjust a second\b|\ba couple of moments\b",
    re.IGNORECASE,
)
_NUMBER_EN = re.compile(
    rf"(?P<arabic>\d[\d,]*(?:\.\d+)?)(?:\s*(?P<scale>hundred|thousand|million|billion|k|m|bn)\b)?"
    rf"|\b(?P<words>(?:{_ANY_EN})(?:(?:[\s-]+(?:and\s+)?)(?:{_ANY_EN}))*)\b",
    re.IGNORECASE,
)
_UNITS_EN = {
    "percent": r"%|per ?cents?\b|percentage points?\b",
    "usd": r"(?:us )?dollars?\b|usd\b",
    "yuan": r"yuan\b|rmb\b|renminbi\b|cny\b",
    "foreign": r"euros?\b|yen\b|pounds?\b",
    "working day": r"(?:working|business|work) days?\b",
    "day": r"days?\b",
    "week": r"weeks?\b",
    "month": r"months?\b",
    "year": r"years?\b",
    "hour": r"hours?\b",
    "minute": r"minutes?\b",
    "second": r"seconds?\b",
    "clock": r"o'?clock\b|a\.?m\b\.?|p\.?m\b\.?",
    "time": r"times?\b",
    "date": r"(?:st|nd|rd|th)\b",
}
_UNIT_EN = re.compile("|".join(f"(?P<u{i}>{p})" for i, p in enumerate(_UNITS_EN.values())), re.IGNORECASE)
_CURRENCY = {"$": "usd", "¥": "yuan", "￥": "yuan", "€": "foreign", "£": "foreign"}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit. `value` None: it could not be read. `text` is as written."""

    value: Fraction | None
    unit: str
    text: str

    def found_in(self, others: tuple[Quantity, ...]) -> bool:
        """The same amount stands there, in the same unit (a bare number may have any)."""
        return self.value is not None and any(
            self.value == other.value and self.unit in ("", other.unit) for other in others
        )


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of the text, Chinese and English alike."""
    text = unicodedata.normalize("NFKC", text).translate(_FORMAL)
    found = list(_chinese(_IDIOMS_ZH.sub(" ", text)))
    found += [quantity for quantity in _english(_IDIOMS_EN.sub(" ", text)) if not quantity.text[0].isdigit()]
    return tuple(found)


def _chinese(text: str) -> list[Quantity]:
    found = []
    for match in _NUMBER_ZH.finditer(text):
        unit = "percent" if match["percent"] else _unit(text, match)
        found.append(Quantity(_value_zh(match), unit, match[0]))
    return found


def _english(text: str) -> list[Quantity]:
    return [Quantity(_value_en(m), _unit(text, m), m[0]) for m in _NUMBER_EN.finditer(text)]


def _unit(text: str, match: re.Match[str]) -> str:
    before = text[: match.start()].rstrip()[-1:]
    if before in _CURRENCY:
        return _CURRENCY[before]
    rest = text[match.end() :].lstrip(" -多余几")
    for table, pattern in ((_UNITS_ZH, _UNIT_ZH), (_UNITS_EN, _UNIT_EN)):
        if unit := pattern.match(rest):
            return tuple(table)[int(unit.lastgroup[1:])]
    return ""


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
        scale = {"k": 1000, "m": 10**6, "bn": 10**9} | _SCALES_EN
        return value * scale[match["scale"].lower()] if value is not None and match["scale"] else value
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
