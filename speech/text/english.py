"""How figures and symbols in English text are read.

Amounts, dates and times are left to Hibari's reader, run by run; what it reads wrong or not at all is read here: codes
and telephone numbers, ranges, rates, blood pressure, versions, compound units, addresses.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from re import Match

from speech.text.normalise import Rule

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?)"
)
_CODE_WORDS = (
    "(?:call|dial|hotline|ending in|ending|number|code|PIN|password|room|ward|text|at|extension|ext\\.?|account|card"
    "|order|reference|ticket|flight|train)"
)
_AMOUNT = r"(?:yuan|RMB|dollars|people|percent|a\.?m|p\.?m|o'clock)"
_TITLE = r"(?:Dr|Mr|Mrs|Ms|Prof|St)\."
_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CURRENCY = {
    "¥": "yuan", "￥": "yuan", "RMB": "yuan", "CNY": "yuan", "USD": "dollars", "US$": "dollars",
    "HK$": "Hong Kong dollars", "HKD": "Hong Kong dollars", "EUR": "euros", "GBP": "pounds", "JPY": "yen",
    "$": "dollars", "€": "euros", "£": "pounds",
}  # fmt: skip
_UNITS = {
    "km/h": "kilometers per hour", "m/s": "meters per second", "mmol/L": "millimoles per liter",
    "mg/dL": "milligrams per deciliter", "mmHg": "millimeters of mercury", "m²": "square meters",
    "㎡": "square meters", "km²": "square kilometers", "m³": "cubic meters", "kg/m²": "kilograms per square meter",
    "kWh": "kilowatt hours", "kW": "kilowatts", "GHz": "gigahertz", "MHz": "megahertz", "Mbps": "megabits per second",
    "bps": "basis points", "bp": "basis points", "V": "volts", "W": "watts", "‰": "per mille",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_TO = r" ?[-–—~] ?"
_TIME = r"\d{1,2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
_DOMAIN = r"(?:com|cn|org|net|gov|edu|io|co|info|hk|uk)"
_SAID = {
    "≥": "at least ", "≤": "at most ", "<": "less than ", ">": "more than ", "±": "plus or minus ", "≈": "about ",
    "=": " equals ", "×": " times ", "÷": " divided by ", "+": " plus ",
}  # fmt: skip


@lru_cache(1)
def rules() -> tuple[Rule, ...]:
    """What claims stretches of text, in order."""
    table = (
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]*\w)+", _address),
        (rf"(?:https?://|www\.)[\w-]+(?:\.[\w-]*\w)*(?:/[\w./-]*\w)?|(?<![\w.])(?:[A-Za-z][\w-]*\.)+{_DOMAIN}"
         r"(?:/[\w./-]*\w)?(?![\w.]*\w)", _address),
        (rf"(?<![\d.,$])(?:95\d{{3,4}}|96\d{{3,4}}|12\d{{3}}|10086|10010)(?![\d.,]*\d)(?! ?{_AMOUNT})", _spell),
        (r"(?<![\d.])\+?\(?\d{2,4}\)?(?:[- ]\d{3,4}){2,}(?![\d.])|(?<![\d.,])\d{9,}(?![\d.,]*\d)", _spell),
        (r"(?<![\d.])\+\d{1,3}(?:[- ]\d{2,4}){3,}(?![\d.])", _spell),
        (rf"(?<=\b)((?i:{_CODE_WORDS})(?: is)?:? )((?:\d[- ]?){{3,8}})(?![\d.,:]*[\d%])(?! ?{_AMOUNT})", _code),
        (r"\d{4}-\d{2}-\d{2}(?!\d)", _hibari),
        (rf"{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}} {_MONTH}\b(?: \d{{4}})?", _hibari),
        (rf"(?<![\d:])({_TIME}){_TO}({_TIME})(?![\d:%])", _times),
        (r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?(?![A-Za-z]))?|\d{1,2}\s?[AaPp]\.?[Mm]\b\.?", _time),
        (r"(?<![\d/])(\d{2,3})/(\d{2,3})(?![\d/])( ?mmHg)?", _blood_pressure),
        (rf"((?:US|HK)\$|RMB|CNY|USD|HKD|EUR|GBP|JPY|[¥￥$£€]) ?({_NUM}){_TO}(?:\1 ?)?({_NUM})(?![\w.]*\w)", _amounts),
        (rf"(RMB|CNY|USD|US\$|HK\$|HKD|EUR|GBP|JPY|[¥￥]) ?({_NUM}(?: (?:hundred|thousand|million|billion))?)(?!\w)",
         _foreign),
        (r"[$£€]\s?\d[\d,]*(?:\.\d+)?(?: (?:hundred|thousand|million|billion))?(?!\w)", _hibari),
        (rf"(?<![\w.])([-−+]?)({_NUM})(%?){_TO}({_NUM}) ?(%|°\s?[CF]|{_UNIT})", _range),
        (rf"(?<![\w.])([-−+]?)({_NUM})( ?)%", _percent),
        (rf"(?<![\w.])([-−]?)({_NUM}) ?({_UNIT})(?![\w/])", _measured),
        (r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?\s?(?:°\s?[CF]?|(?:kg|km|cm|mm|ml|mg|m|g|GB|MB)(?![\w/²³]))", _hibari),
        (r"(?<![\d.])24/7(?![\d/])", lambda m: "twenty four seven"),
        (r"(?<![\d./])(\d+) (\d)/(\d{1,2})(?![\d/])", _mixed),
        (r"\bNo\. ?(?=\d)|#(?=\d)", lambda m: "number "),
        (rf"{_TITLE} (?=[A-Z])", _hibari),
        (r"(?<![\w.])(?:e\.g\.|i\.e\.|etc\.)", lambda m: _ABBREVIATIONS[m[0]]),
        (r"(?<![\w.])[vV]?\d+(?:\.\d+){2,}(?!\w)", _version),
        (r"(?<![\w.])([A-Za-z]{1,4})(\d{1,3}\.\d+)(?![\w.]*\w)", lambda m: f"{m[1]} {_decimal(m[2])}"),
        (r"(?<![\w:.])(\d{1,3}):(\d{1,3})(?![\w:]|\.\d)", lambda m: f"{m[1]} to {m[2]}"),
        (r"(?<=score )(\d{1,3})-(\d{1,3})(?!\w)", lambda m: f"{m[1]} to {m[2]}"),
        (r"(?<=\d)\+(?!\s*\d)", lambda m: " plus "),
        (r"(?<=\d) ?[x×] ?(?=\d)", lambda m: " times "),
        (rf"(?<![\w.])([-−]?)({_NUM})(?=[=+×÷<>≥≤])|(?<=[=+×÷<>≥≤±])([-−]?)({_NUM})(?![\w.]*\w)", _operand),
        (r"[≥≤<>±≈=×÷+](?= ?\d)", lambda m: _SAID[m[0]]),
        (r"(?<![\w.,])(\d+\.\d*0)(?![\w.]*\w)", lambda m: _decimal(m[1])),
        (r"[²³]", lambda m: " squared" if m[0] == "²" else " cubed"),
        (r"[^\x00-\x7f\u3400-\u9fff]", _numeral),
        (r"[^\s\u4e00-\u9fff]*\d[^\s\u4e00-\u9fff]*?(?=[.,;:!?)\"”]*(?:\s|$|[\u4e00-\u9fff]))", _hibari),
    )  # fmt: skip
    return tuple((re.compile(pattern), read) for pattern, read in table)


_ABBREVIATIONS = {"e.g.": "for example", "i.e.": "that is", "etc.": "et cetera"}


def _numeral(m: Match[str]) -> str | None:
    """½, ⑨, Ⅷ and the digits of other scripts, which Hibari's reader cannot take."""
    value = unicodedata.numeric(m[0], None)
    if value is None:
        return None
    from hibari.g2p.numbers import cardinal, decimal

    return f" {cardinal(int(value)) if value == int(value) else decimal(f'{value:.2f}')} "


def _address(m: Match[str]) -> str:
    names = {".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore", "+": "plus"}
    text = re.sub(r"^https?://", "", m[0])
    parts = re.findall(r"[A-Za-z]+|\d|.", text.replace("www", "W W W", 1))
    said = (names.get(part, _ONES[int(part)] if part.isdecimal() else part) for part in parts if not part.isspace())
    return " ".join(said)


def _spell(m: Match[str]) -> str:
    return ("plus " if m[0].startswith("+") else "") + _digits(m[0])


def _digits(text: str) -> str:
    """Digits one by one, a comma where the number is grouped."""
    groups = re.findall(r"\d+", text)
    return ", ".join(" ".join(_ONES[int(digit)] for digit in group) for group in groups)


def _decimal(text: str) -> str:
    """Every digit of the fraction, zeros at its end too; the whole part is left to Hibari."""
    whole, _, fraction = text.partition(".")
    return f"{whole} point {_digits(fraction)}" if fraction.endswith("0") or fraction.startswith("00") else text


def _code(m: Match[str]) -> str:
    return m[1] + _digits(m[2]) + (" " if m[2].endswith(" ") else "")


def _time(m: Match[str]) -> str | None:
    """A score like 21:75 is no time."""
    hour, _, minute = m[0].partition(":")
    if minute and (int(re.sub(r"\D.*", "", hour)) > 24 or int(minute[:2]) > 59):
        return None
    return _hibari(m)


def _times(m: Match[str]) -> str | None:
    """9:00-17:00, 9 a.m.-5 p.m.; two bare numbers are no times."""
    if not any(mark in m[1] + m[2] for mark in (":", "m", "M")):
        return None
    from hibari.g2p.normalize import normalize

    return f"{normalize(m[1])} to {normalize(m[2])}"


def _blood_pressure(m: Match[str]) -> str | None:
    high, low = int(m[1]), int(m[2])
    if not (m[3] or (80 <= high <= 260 and 30 <= low <= 150 and high > low)):
        return None
    return f"{high} over {low}" + (f" {_UNITS['mmHg']}" if m[3] else "")


def _foreign(m: Match[str]) -> str:
    return f"{m[2]} {_CURRENCY[m[1]]}"  # ¥ too: Hibari would say yen


def _amounts(m: Match[str]) -> str:
    return f"{m[2]} to {m[3]} {_CURRENCY[m[1]]}"


def _sign(sign: str) -> str:
    return {"": "", "+": "plus "}.get(sign, "minus ")


def _percent(m: Match[str]) -> str:
    return f"{_sign(m[1])}{_decimal(m[2])} percent"


def _measured(m: Match[str]) -> str:
    unit = _UNITS[m[3]]
    if m[2] == "1":
        unit = re.sub(r"s\b", "", unit, count=1) if not unit.endswith("hertz") else unit
    return f"{_sign(m[1])}{_decimal(m[2])} {unit}"


def _range(m: Match[str]) -> str:
    degrees = {"C": "degrees Celsius", "F": "degrees Fahrenheit"}
    unit = "percent" if m[5] == "%" else degrees[m[5][-1]] if m[5].startswith("°") else _UNITS[m[5]]
    first = _decimal(m[2]) + (" percent" if m[3] else "")
    return f"{_sign(m[1])}{first} to {_decimal(m[4])} {unit}"


def _mixed(m: Match[str]) -> str | None:
    """1 1/2: one and a half."""
    from hibari.g2p.normalize import normalize

    part = normalize(f"{m[2]}/{m[3]}")
    if "slash" in part or int(m[2]) >= int(m[3]):
        return None
    return f"{m[1]} and {re.sub('^one ', 'a ', part)}" if m[2] == "1" and m[3] == "2" else f"{m[1]} and {part}"


def _version(m: Match[str]) -> str:
    parts = re.findall(r"\d+", m[0])
    return ("V " if m[0][0] in "vV" else "") + " point ".join(parts)


def _operand(m: Match[str]) -> str:
    return f"{_sign(m[1] or m[3] or '')}{_decimal(m[2] or m[4])}"


def _hibari(m: Match[str]) -> str:
    from hibari.g2p.normalize import normalize

    ending = re.search(r"\s*$", m[0])[0]  # type: ignore[index]
    return normalize(m[0]) + ending
