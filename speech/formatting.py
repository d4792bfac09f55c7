"""Numbers in a transcript as they are written: 取二十万 → 取20万, 百分之三点五 → 3.5%, 一三八零零… → 13800….

Inverse text normalisation, and a conservative one: only what cannot be anything else. 一起, 万一, 十分, 五一, 三里屯,
一类户, 二维码 and 一下 stay words; wetext's grammar writes 十分感谢 as 10分感谢 and 双十一 as 双11, so it is not used.
Amounts keep their 万 and 亿, as people write them. English comes from the recognisers in figures already.
"""

from __future__ import annotations

import re

_DIGIT = {"零": 0, "〇": 0, "幺": 1, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
          "九": 9}  # fmt: skip
_PLACE = {"十": 10, "百": 100, "千": 1000}
_ONES = "一二两三四五六七八九"
_SMALL = f"[{_ONES}零十百千]"  # what a number below ten thousand is made of
_MONEY = "元|块|美元|美金|欧元|日元|英镑|港币|港元|人民币|角|分钱|毛"

_PERCENT = re.compile(rf"百分之({_SMALL}+)(?:点([零〇{_ONES}]+))?")
_YEAR = re.compile(r"([一二][零〇一二三四五六七八九]{3})年")
_DAY = re.compile(rf"([{_ONES}十]{{1,2}})月([{_ONES}十]{{1,3}})([日号])")
_CLOCK = re.compile(rf"([{_ONES}十]{{1,3}})点(零?[{_ONES}十]{{1,3}})分(?![钟之])")
_HOUR = re.compile(rf"(上午|下午|早上|中午|晚上|凌晨|傍晚)([{_ONES}十]{{1,3}})点")
_DIGITS = re.compile(rf"(?<![{_ONES}十百千万亿点])[零〇幺一二三四五六七八九]{{3,}}(?![十百千万亿点分])")
_LARGE = re.compile(rf"(?<![{_ONES}零十百千万亿第几数])({_SMALL}*[{_ONES}十百千])(?:点([{_ONES}零]+))?([万亿])([{_ONES}](?![{_ONES}十百千万])|{_SMALL}*)")  # fmt: skip  # noqa: E501
_SUM = re.compile(rf"(?<![{_ONES}零十百千万亿第几数])({_SMALL}+)(?:点([{_ONES}零]+))?(?={_MONEY})")
_NOT_ALONE = frozenset("百千零")


def written(text: str) -> str:
    """`text` with the numbers that are surely numbers in figures; everything else unchanged."""
    text = _PERCENT.sub(lambda m: _or_same(m, lambda: f"{_number(m[1])}{_decimals(m[2])}%"), text)
    text = _YEAR.sub(lambda m: _read_off(m[1]) + "年", text)
    text = _DAY.sub(lambda m: _or_same(m, lambda: f"{_number(m[1])}月{_number(m[2])}{m[3]}"), text)
    text = _CLOCK.sub(lambda m: _or_same(m, lambda: f"{_number(m[1])}:{_number(m[2].lstrip('零')):02d}"), text)
    text = _HOUR.sub(lambda m: _or_same(m, lambda: f"{m[1]}{_number(m[2])}点"), text)
    text = _DIGITS.sub(lambda m: _read_off(m[0]), text)
    text = _LARGE.sub(_large, text)
    return _SUM.sub(_sum, text)


def _large(match: re.Match[str]) -> str:
    """两万五 is 2.5万, 两万五千 too; 三万零五十 is 30050."""
    head, fraction, unit, rest = match.groups()
    if head in _NOT_ALONE:
        return match[0]  # 百万 and 千万 are words
    try:
        value = _number(head)
        if not rest:
            return f"{value}{_decimals(fraction)}{unit}"
        if fraction:
            return match[0]
        if rest in _ONES:
            return f"{value}.{_DIGIT[rest]}{unit}"
        below = _number(rest.removeprefix("零"))
    except ValueError:
        return match[0]
    if unit == "亿" or not below or (below < 1000) != rest.startswith("零"):
        return match[0]  # what is below a thousand is led by 零: 三万零五十
    return f"{value}.{below // 1000}万" if below % 1000 == 0 else str(value * 10_000 + below)


def _sum(match: re.Match[str]) -> str:
    """两百块 is 200块, 一百五 is 150. A single figure stays a word: 一块 is together, too."""
    digits, fraction = match.groups()
    if digits in _NOT_ALONE or (len(digits) == 1 and digits != "十" and not fraction):
        return match[0]
    return _or_same(match, lambda: f"{_number(digits)}{_decimals(fraction)}")


def _or_same(match: re.Match[str], write) -> str:
    """What `write` makes of a match, or the match where it is no number (百分之一百十)."""
    try:
        return write()
    except ValueError:
        return match[0]


def _number(text: str) -> int:
    """A number below ten thousand in words. Raises ValueError for what is none: 三四, 十百, 五百三百."""
    if not text or (text[-1] == "零" and len(text) > 1):
        raise ValueError(text)
    total, digit, place, seen = 0, None, 10_000, 0
    for at, char in enumerate(text):
        if char in _PLACE:
            here = _PLACE[char]
            if here >= place or (digit is None and (here > 10 or at)):
                raise ValueError(text)
            total += (1 if digit is None else digit) * here
            digit, place, seen = None, here, at
        elif char in "零〇":
            if digit is not None or at == 0 and len(text) > 1:
                raise ValueError(text)
            place, digit = min(place, 100 if place > 100 else 10), None
        elif digit is not None:
            raise ValueError(text)
        else:
            digit = _DIGIT[char]
    if digit is None:
        return total
    # 一百五: the figure after a place counts tenths of it, unless 零 stands between.
    follows = place > 10 and text[seen] in _PLACE and seen == len(text) - 2
    return total + digit * (place // 10 if follows else 1)


def _decimals(text: str | None) -> str:
    return f".{_read_off(text)}" if text else ""


def _read_off(text: str) -> str:
    return "".join(str(_DIGIT[char]) for char in text)
