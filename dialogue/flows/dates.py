"""Reads a day or a time of day out of what a person said, and says it again. Values are ISO 8601: 2027-01-31, 15:30."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dialogue.numbers import quantities
from dialogue.types import Language

_NUM = r"(?:\d{1,2}|二?十[一二三四五六七八九]?|三十一?|[一二两三四五六七八九])"
_BESIDE = re.compile(r"([日号])[,，（( ]{0,2}(?:周|星期)[一二三四五六日天][)）]?")
_NEAR_ZH = {"大后天": 3, "后天": 2, "明天": 1, "明日": 1, "今天": 0, "今日": 0}
_NEAR_EN = {"day after tomorrow": 2, "tomorrow": 1, "today": 0}
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS_EN = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
_WEEK_ZH = re.compile(r"(?P<next>下{0,2})(?:这|本)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEK_EN = re.compile(rf"\b(?P<next>next )?(?P<day>{'|'.join(_WEEKDAYS_EN)})\b", re.IGNORECASE)
_DAY_ZH = re.compile(rf"(?P<month>{_NUM})月(?P<day>{_NUM})[日号]?")
_DAY_EN = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS_EN)}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month2>{'|'.join(_MONTHS_EN)})\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})")
_BARE_DAY = re.compile(rf"^\D{{0,3}}?(?P<day>{_NUM})[日号]")
_CLOCK = re.compile(
    rf"(?P<part>上午|早上|早晨|下午|傍晚|晚上|中午)?的?(?P<hour>{_NUM})(?:点钟?|时(?!间))(?![零一二三四五六七八九\d]+个?(?:点|百分|%))"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_NUM})分?)?"
)
_CLOCK_DIGITS = re.compile(
    r"(?P<part>上午|早上|下午|晚上)?(?<!\d)(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?!\d)\s*(?P<half>[ap]\.?m)?",
    re.IGNORECASE,
)
_HOURS_EN = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CLOCK_EN = re.compile(
    rf"\b(?P<past>half past |quarter past )?(?P<hour>\d{{1,2}}|{_HOURS_EN})\s*(?P<half>[ap]\.?m\b|o'?clock)?",
    re.IGNORECASE,
)
_AFTERNOON = ("下午", "傍晚", "晚上")
_OPENING = 7  # a bare hour before it means the afternoon


def read_date(text: str, today: date, *, asked: bool) -> str | None:
    """The last day that is named; a day of the year that is over is next year's."""
    # A weekday beside a date (12月3日周四) says the same once more, so it does not count as the later one.
    text = _BESIDE.sub(r"\g<1>", text.lower())
    found = [(match.start(), day) for match, day in _days(text, today, asked) if day]
    return max(found)[1].isoformat() if found else None


def _days(text: str, today: date, asked: bool):
    for words in (_NEAR_ZH, _NEAR_EN):
        for match in re.finditer("|".join(words), text):
            yield match, today + timedelta(days=words[match[0]])
    for match in _ISO.finditer(text):
        yield match, _day(int(match[1]), int(match[2]), int(match[3]))
    for match in _WEEK_ZH.finditer(text):
        number = _WEEKDAYS_ZH.index(match["day"].replace("天", "日"))
        yield match, _weekday(today, number, len(match["next"]))
    for match in _WEEK_EN.finditer(text):
        yield match, _weekday(today, _WEEKDAYS_EN.index(match["day"]), int(bool(match["next"])))
    for match in _DAY_ZH.finditer(text):
        yield match, _coming(today, _whole(match["month"]), _whole(match["day"]))
    for match in _DAY_EN.finditer(text):
        month = _MONTHS_EN.index(match["month"] or match["month2"]) + 1
        yield match, _coming(today, month, int(match["day"] or match["day2"]))
    if asked and "月" not in text and (match := _BARE_DAY.search(text)):
        day = _whole(match["day"])
        month = today.month if day >= today.day else today.month % 12 + 1
        yield match, _coming(today, month, day)


def _weekday(today: date, number: int, weeks: int) -> date:
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=number, weeks=weeks)
    return day if day >= today else day + timedelta(weeks=1)


def _coming(today: date, month: int, day: int) -> date | None:
    found = _day(today.year, month, day)
    return _day(today.year + 1, month, day) if found and found < today else found


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_time(text: str, *, asked: bool) -> str | None:
    """The last time of day that is named."""
    found = [match for pattern in (_CLOCK, _CLOCK_DIGITS) for match in pattern.finditer(text)]
    found += [match for match in _CLOCK_EN.finditer(text) if match["past"] or match["half"] or asked]
    for match in sorted(found, key=lambda match: (match.end() - match.start(), match.end()), reverse=True):
        if (time := _time(match.groupdict())) is not None:
            return time
    return None


def _time(parts: dict[str, str | None]) -> str | None:
    hour, minute = _whole(parts["hour"] or ""), _minute(parts)
    half = (parts.get("half") or "").lower().replace(".", "")
    if parts.get("part") in _AFTERNOON or half == "pm":
        hour += 12 if hour < 12 else 0
    elif not parts.get("part") and half != "am" and 0 < hour < _OPENING:
        hour += 12
    return f"{hour:02d}:{minute:02d}" if 0 <= hour < 24 and 0 <= minute < 60 else None


def _minute(parts: dict[str, str | None]) -> int:
    if parts.get("past"):
        return 30 if "half" in parts["past"].lower() else 15
    if parts.get("half") == "半":
        return 30
    if parts.get("quarter"):
        return {"一": 15, "三": 45}[parts["quarter"]]
    return _whole(parts["minute"]) if parts.get("minute") else 0


def _whole(written: str) -> int:
    found = quantities(written)
    return int(found[0].value) if found and found[0].value is not None else -1


def date_said(value: str, language: Language) -> str:
    day = date.fromisoformat(value)
    if language == "zh":
        return f"{day.month}月{day.day}日（周{_WEEKDAYS_ZH[day.weekday()]}）"
    return f"{_WEEKDAYS_EN[day.weekday()].title()} {day.day} {_MONTHS_EN[day.month - 1].title()}"


def time_said(value: str, language: Language) -> str:
    hour, minute = value.split(":")
    if language == "en":
        return value
    return f"{int(hour)}点" + (f"{int(minute)}分" if minute != "00" else "")
