"""Reads the value of a slot out of what a person said, and says a value aloud again.

`asked`: the person was just asked for this slot, so a bare number counts. Without it a value must carry its own unit or
name, because it is looked for in any sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import lru_cache

from dialogue.flows.dates import date_said, read_date, read_time, time_said
from dialogue.flows.types import FILES, Slot, Value
from dialogue.flows.words import means, within
from dialogue.numbers import quantities
from dialogue.types import Language

LONGEST = 200  # characters of a text slot
MARK = re.compile(r"📎\d+\.[a-z]+")  # of a file that was sent
_NONE = re.compile(
    r"(?:我)?(?:这里|手上|现在)?(?:没有?|木有|没得|没拍|没带|拍不了|传不了|发不了|不传|不发|不拍|找不到)"
    r"|(?:i )?(?:do ?n.t|have ?n.t|can ?n?o?.t|no)\b",
    re.IGNORECASE,
)
_CN = "零〇一二两三四五六七八九十百千万亿"
_NUM = rf"(?:\d[\d,]*(?:\.\d+)?[十百千万亿]*|[{_CN}]+(?:点[零一二三四五六七八九]+)?)"
_WORD = (
    "(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"ninety|hundred|\d[\d,]*(?:\.\d+)?)"
)
_UNIT_ZH = {
    "minute": "分钟?|刻钟",
    "hour": "小时|钟头",
    "day": "天|日(?!期)",
    "week": "周(?!岁)|星期|礼拜",
    "month": "月",
    "year": "年|周岁|岁",
}
_UNIT_EN = {
    "minute": "minutes?|mins?",
    "hour": "hours?|hrs?",
    "day": "days?",
    "week": "weeks?",
    "month": "months?",
    "year": "years?",
}
_IN_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_IN_MONTHS = {"month": 1, "year": 12}
_IN_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
# How many of a slot's unit one of each spoken unit is. A visit's 半天 is four hours, not twelve.
_SCALE: dict[str, dict[str, Fraction]] = {
    "minute": {name: Fraction(n) for name, n in _IN_MINUTES.items()},
    "month": {name: Fraction(n) for name, n in _IN_MONTHS.items()},
    "year": {"year": Fraction(1), "month": Fraction(1, 12)},
    "day": {name: Fraction(n) for name, n in _IN_DAYS.items()},
}
_HALF_DAY = {"minute": 240, "day": 1}
_SPAN_ZH = re.compile(
    rf"(?P<n>{_NUM})?个?(?P<half>半)?个?(?:{'|'.join(f'(?P<{k}>{v})' for k, v in _UNIT_ZH.items())})(?P<more>半)?"
)
_SPAN_EN = re.compile(
    rf"\b(?P<half>half (?:an? )?)?(?P<n>{_WORD}(?:[ -]{_WORD})*)?(?P<andhalf> and a half)?[ -]?"
    rf"(?:{'|'.join(f'(?P<{k}>{v})' for k, v in _UNIT_EN.items())})\b(?P<more> and a half)?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?P<scale>[万千])(?P<digit>[一二三四五六七八九1-9])(?![\d点.十百千万亿一二三四五六七八九个月年天])"
)
_YUAN = re.compile(rf"(?P<n>{_NUM})\s*(?:元|块|圆|人民币)")
_COUNTED = r"(?!\s*(?:个|人|年|天|月|次|小时|周|岁))"
_SCALED = re.compile(  # in 100万30年 the 30 is of the years
    rf"(?P<n>(?:\d[\d,.]*|[{_CN}]*[一二两三四五六七八九十百千])[万亿](?:(?>[{_CN}\d]+){_COUNTED})?){_COUNTED}"
)
_YUAN_EN = re.compile(
    r"(?:[¥￥]\s*)?(?P<n>\d[\d,]*(?:\.\d+)?(?:\s*(?:hundred|thousand|million|k|m)\b)?)\s*(?:yuan|rmb|cny|renminbi)\b"
    r"|[¥￥]\s*(?P<sign>\d[\d,]*(?:\.\d+)?)"
    r"|\b(?P<words>(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|fifty|\d[\d,.]*)\s+)+(?:hundred|thousand|million)(?:\s+thousand)?)",
    re.IGNORECASE,
)
_TENTH = re.compile(r"(?P<n>\d+(?:\.\d+)?|[一二三四五六七八九]+)(?:点|\.)?(?P<d>[一二三四五六七八九]*)\s*个点")
_RATE = re.compile(
    rf"(?:利率|年化|年利率|利息)(?:是|按|为|大概|算)?(?P<n>{_NUM})(?![万千百元块年月])"
    r"|\brate (?:of|is|at) (?P<en>\d[\d.]*)",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"(?:不对|不是)[^，,。]{0,12}[，,]\s*(?:是|要|改成)?|不是\S{1,8}?(?:[，,是])(?=\S)|\bnot [\w ]{1,20},\s*",
    re.IGNORECASE,
)
_ORDINALS = (("第一", "first"), ("第二", "second"), ("第三", "third"), ("第四", "fourth"), ("第五", "fifth"))


# 一百万三十年 is an amount and a term, not 1,000,030 years.
_AMOUNT_TERM = re.compile(rf"(?<=[万亿])(?=(?:\d{{1,2}}|[{_CN[:12]}十]{{1,3}})(?:年|个月|个季|天))")


def read(slot: Slot, text: str, *, asked: bool, today: date) -> Value | None:
    """The value, or None. Bounds are not looked at. `text` is normalised and masked."""
    text = _AMOUNT_TERM.sub("，", text)
    if slot.type == "date":
        value = read_date(text, today, asked=asked)
    elif slot.type == "time":
        value = read_time(text, asked=asked)
    else:
        value = _READERS[slot.type](slot, text, asked)
    if value is None and asked and slot.default is not None and means("any", text):
        return slot.default
    return value


def fits(slot: Slot, value: Value, today: date) -> bool:
    """Whether a number or a day stands inside the slot's bounds. Anything else does."""
    if slot.type == "date":
        value = (date.fromisoformat(value) - today).days
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return (slot.least is None or value >= slot.least) and (slot.most is None or value <= slot.most)


def _choice(slot: Slot, text: str, asked: bool) -> str | None:
    """The choice whose words stand in the text; the last one said when it takes back another, else none of two."""
    found = _found(slot, text)
    if len(found) > 1 and means("correct", text):
        return found[-1]
    if len(found) == 1:
        return found[0]
    if asked and not found:
        for choice, (zh, en) in zip(slot.choices, _ORDINALS, strict=False):
            if re.search(rf"^{zh}(?:个|种|项)?[吧的]?$|^(?:the )?{en}(?: one)?$", text.strip(" ，,。."), re.IGNORECASE):
                return choice.name
    return None


def _choices(slot: Slot, text: str, asked: bool) -> tuple[str, ...] | None:
    return tuple(found) if (found := _found(slot, text)) else None


def _found(slot: Slot, text: str) -> list[str]:
    """Choices in the order in which they are said; of two that overlap, the one with the longer words."""
    hits = []
    for choice in slot.choices:
        for match in _matcher(tuple(word for group in choice.words.values() for word in group)).finditer(text):
            hits.append((match.start(), match.end(), choice.name))
    longest = [hit for hit in hits if not any(_inside(hit, other) for other in hits)]
    return list(dict.fromkeys(name for _, _, name in sorted(longest)))


def _inside(hit: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return other[0] <= hit[0] and hit[1] <= other[1] and other[1] - other[0] > hit[1] - hit[0]


@lru_cache(maxsize=512)
def _matcher(words: tuple[str, ...]) -> re.Pattern[str]:
    return within(tuple(sorted(words, key=len, reverse=True))) or re.compile(r"(?!)")


def _money(slot: Slot, text: str, asked: bool) -> float | int | None:
    text = _long_form(text)
    for pattern in (_YUAN, _SCALED, _YUAN_EN):
        for match in reversed(list(pattern.finditer(text))):
            written = next(part for part in match.groups() if part)
            if (value := _value(written)) is not None:
                return value
    return _bare(text) if asked else None


def _percent(slot: Slot, text: str, asked: bool) -> float | int | None:
    if match := _TENTH.search(text):  # 三个点五 is rare; 三点五个点 is what people say
        whole = text[match.start() : match.end()].rstrip("个点 ")
        if (value := _value(whole)) is not None:
            return value
    found = [quantity for quantity in quantities(text) if quantity.unit == "percent" and quantity.value is not None]
    if found:
        return _plain(found[-1].value)
    if match := _RATE.search(text):
        return _value(match["n"] or match["en"])
    return _bare(text) if asked else None


def _duration(slot: Slot, text: str, asked: bool) -> float | int | None:
    if slot.unit in _HALF_DAY and re.search(r"半天|半日|\bhalf a day\b|\bhalf.day\b", text, re.IGNORECASE):
        return _HALF_DAY[slot.unit]
    scale = _SCALE[slot.unit]
    spans = [span for match in (*_SPAN_ZH.finditer(text), *_SPAN_EN.finditer(text)) if (span := _span(match, scale))]
    if spans:
        after = spans[-1:] if means("correct", text) else spans
        units = [unit for _, unit in after]
        total = sum(value for value, _ in after) if len(set(units)) == len(units) else after[-1][0]
        return _plain(total)
    return _bare(text) if asked else None


def _span(match: re.Match[str], scale: dict[str, Fraction]) -> tuple[Fraction, str] | None:
    """The length of one span such as 两个半小时 or half an hour in the slot's unit."""
    parts = match.groupdict()
    unit = next(name for name in _UNIT_ZH if parts[name])
    if unit not in scale or not (parts["n"] or parts["half"]):
        return None
    n = parts["n"]
    if parts["half"] and (not n or (n or "").lower() in ("a", "an")):
        number = Fraction(1, 2)
    else:
        number = Fraction(1) if n.lower() in ("a", "an") else _fraction(n)
        if number is None:
            return None
        number += Fraction(1, 2) if parts["half"] else 0
    number += Fraction(1, 2) if parts["more"] or parts.get("andhalf") else 0
    if parts["minute"] and "刻" in parts["minute"]:
        number *= 15
    return number * scale[unit], unit


def _number(slot: Slot, text: str, asked: bool) -> float | int | None:
    found = [q for q in quantities(text) if q.value is not None and (q.counts or q.unit in ("age", "metre"))]
    named = [q for q in found if q.unit in ("age", "thing", "person", "metre")]
    if named and (asked or any(word in text for word in slot.label.values())):
        return _plain(named[-1].value)
    return _bare(text) if asked else None


def _yes_no(slot: Slot, text: str, asked: bool) -> bool | None:
    if not asked:
        return None
    if means("no", text):
        return False
    if means("yes", text):
        return True
    if re.match(r"没有|不是|不需要|没|no\b|not\b", text, re.IGNORECASE):
        return False
    return True if re.match(r"有|是的?[，, ]|对[，, ]|yes\b|yeah\b|i do\b|i am\b", text, re.IGNORECASE) else None


def _text(slot: Slot, text: str, asked: bool) -> str | None:
    return text.strip(" ，,。")[:LONGEST] if asked and re.search(r"\w{2}|[一-鿿]", text) else None


def _file(slot: Slot, text: str, asked: bool) -> str | None:
    """The mark of what was sent, or "" where they have none."""
    if not asked:
        return None
    if mark := MARK.search(text):
        return mark[0]
    return "" if means("no", text) or means("any", text) or _NONE.match(text) else None


def _bare(text: str) -> float | int | None:
    """The only number of an answer; of two, the last if the person takes the first back."""
    found = [q for q in quantities(text) if q.value is not None and q.counts and q.unit != "time"]
    if not found or (len(found) > 1 and not means("correct", text)):
        return None
    return _plain(found[-1].value)


def _long_form(text: str) -> str:
    """五万五 as people say it, in full: 五万五千."""
    return _SHORT.sub(lambda m: f"{m['scale']}{m['digit']}{'千' if m['scale'] == '万' else '百'}"
                      if not m["digit"].isdigit() else m[0], _five_thousand(text))  # fmt: skip


def _five_thousand(text: str) -> str:
    def full(match: re.Match[str]) -> str:
        return str(int(match[1]) * 10_000 + int(match[2]) * 1_000)

    return re.sub(r"(?<![\d.])(\d+)万([1-9])(?!\d|[千百十.])", full, text)


def _value(written: str) -> float | int | None:
    value = _fraction(written)
    return None if value is None else _plain(value)


def _fraction(written: str) -> Fraction | None:
    found = [quantity.value for quantity in quantities(written)]
    return found[0] if len(found) == 1 else None


def _plain(value: Fraction) -> float | int:
    return int(value) if value.denominator == 1 else float(value)


_READERS = {
    "choice": _choice, "choices": _choices, "money": _money, "percent": _percent, "duration": _duration,
    "number": _number, "yes_no": _yes_no, "text": _text, "photo": _file, "document": _file,
}  # fmt: skip


# --- saying a value ------------------------------------------------------------------------------------------------


def said(slot: Slot, value: Value, language: Language) -> str:
    """The value in words."""
    labels = {choice.name: choice.label[language] for choice in slot.choices}
    if slot.type == "choices" or isinstance(value, tuple | list):
        return joined((labels.get(str(part), str(part)) for part in value), language)
    if slot.type == "choice":
        return labels.get(value, str(value))
    if slot.type in FILES:
        return {"zh": "有" if value else "没有", "en": "yes" if value else "none"}[language]
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[language]
    if slot.type in ("date", "time"):
        return (date_said if slot.type == "date" else time_said)(value, language)
    kind = f"duration {slot.unit}" if slot.type == "duration" else slot.type
    return formatted(value, kind, language)


def joined(parts: Iterable[str], language: Language) -> str:
    parts = list(parts)
    if language == "zh":
        return "、".join(parts)
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def formatted(value: Value, kind: str, language: Language) -> str:
    """A value of a tool or a slot in words. `kind`: "", money, percent, number, minutes, or `duration UNIT`."""
    if isinstance(value, list | tuple):
        return joined((formatted(part, kind, language) for part in value), language)
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[language]
    if isinstance(value, str) or value is None:
        return value or ""
    if kind == "money":
        return _money_said(value, language)
    if kind == "percent":
        return f"{_digits(value)}%"
    if kind in ("minutes", "duration minute"):
        return _minutes_said(round(value), language)
    if kind == "duration month" and value % 12 == 0:
        return _counted(value // 12, "year", language)
    if kind.startswith("duration "):
        return _counted(value, kind.split()[1], language)
    return _digits(value)


def plain(value: Value, kind: str, language: Language) -> str:
    """The same value without arithmetic of ours, its number as it came: what `formatted` is checked against."""
    if isinstance(value, list | tuple):
        return " ".join(plain(part, kind, language) for part in value)
    if isinstance(value, bool | str) or value is None or kind not in _PLAIN:
        return formatted(value, kind, language)
    return f"{round(value, 2)}{_PLAIN[kind]}"


_PLAIN = {"": "", "number": "", "money": "元", "percent": "%", "duration month": "个月", "duration day": "天"}


def _money_said(value: float, language: Language) -> str:
    if language == "en":
        return f"{_digits(value)} yuan"
    return f"{_digits(value / 10_000)}万元" if value >= 10_000 and value % 1_000 == 0 else f"{_digits(value)}元"


def _minutes_said(value: int, language: Language) -> str:
    hours, minutes = divmod(value, 60)
    parts = [_counted(hours, "hour", language)] if hours else []
    parts += [_counted(minutes, "minute", language)] if minutes or not hours else []
    return ("" if language == "zh" else " ").join(parts)


def _counted(value: float, unit: str, language: Language) -> str:
    names = {"minute": "分钟", "hour": "小时", "day": "天", "month": "个月", "year": "年"}
    if language == "zh":
        return f"{_digits(value)}{names[unit]}"
    return f"{_digits(value)} {unit}{'' if value == 1 else 's'}"


def _digits(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0") if abs(value) < 100 else f"{value:,.2f}"
