"""Masks personal data before anything is stored or sent to a model.

Digits may be written, grouped with spaces or dashes, or read out (一三八…). An identity number is told by its check
digit (GB 11643, ISO 7064 MOD 11-2), a bank card by Luhn's (ISO/IEC 7812). Since a recogniser may spoil one digit,
whatever else runs to 13 digits or more is masked too, without being called by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dialogue.text import digits_written, has_chinese

Kind = Literal[
    "id", "card", "phone", "email", "code", "password", "passport", "plate", "address", "insurance", "number"
]  # fmt: skip

_LABELS: dict[Kind, tuple[str, str]] = {
    "id": ("[身份证号]", "[ID number]"),
    "card": ("[银行卡号]", "[card number]"),
    "phone": ("[手机号]", "[phone number]"),
    "email": ("[邮箱]", "[e-mail]"),
    "code": ("[验证码]", "[code]"),
    "password": ("[密码]", "[password]"),
    "passport": ("[护照号]", "[passport number]"),
    "plate": ("[车牌号]", "[licence plate]"),
    "address": ("[住址]", "[address]"),
    "insurance": ("[医保号]", "[insurance number]"),
    "number": ("[号码]", "[number]"),
}
SECRET: frozenset[Kind] = frozenset({"id", "card", "code", "password", "number"})  # never to be said aloud at all

# Between a name and its value.
_IS = r"(?:\s*(?:是|为|叫|is|was|[:：=]|就是|的?号码?|编号|number|no\.?|[改设换]成|[改设]为|,|，)){0,3}\s*"
_EMAIL = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]+@(?:[A-Za-z0-9-]+|[\u4e00-\u9fff]{1,6})(?:\.[A-Za-z0-9-]+)+")
# Read out: john dot smith at gmail dot com, 张三艾特一六三点康姆.
_DOT = r"\s*(?:\.|点|\bdot\b|下划线|\bunderscore\b)\s*"
_WORD = r"(?<![A-Za-z0-9'])(?!(?:s|is|it|my|mail|e-?mail|me|to|at|address)\b)[A-Za-z0-9+_-]+"
_EMAIL_SPOKEN = re.compile(
    rf"(?:(?:{_WORD}\s+){{0,2}}(?<![A-Za-z0-9+_-])[A-Za-z0-9+_-]+(?:{_DOT}[A-Za-z0-9+_-]+){{0,3}}|[\u4e00-\u9fff]{{1,4}})"
    rf"\s*(?:@|艾特|圈[Aa]|\bat\b)\s*[A-Za-z0-9\u4e00-\u9fff-]{{1,15}}(?:{_DOT}[A-Za-z0-9-]+)?"
    rf"{_DOT}(?:com|cn|net|org|edu|io|gov|康姆|抗姆)(?![A-Za-z])",
    re.IGNORECASE,
)
_CODE_NAMES = (
    "验证码|校验码|动态码|动态口令|安全码|登录码|verification code|sms code|security code|one.?time code|otp|cvv2?"
    r"|(?<!zip )(?<!area )(?<!error )(?<!post )(?<!postal )\bcode(?= (?:is|was)\b)"
)
_CODE = re.compile(
    rf"(?P<head>(?:{_CODE_NAMES}){_IS})"
    r"(?P<body>\d(?:[\s-]?\d){2,7}(?!\d)|(?=[A-Z0-9]*\d[A-Z0-9]*\d)[A-Z0-9]{4,8}(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_CODE_FIRST = re.compile(r"(?<![\d.A-Za-z])\d{4,8}(?=[\s，,]*(?:就|这个)?是(?:我的|我收到的|这次的)?(?:短信)?验证码)")
_PASSWORD_NAMES = r"密码|口令|password|passcode|\bpin(?: code)?\b"
_SIGNS = "A-Za-z0-9_@#$%&*!"
_PASSWORD = re.compile(
    rf"(?P<head>(?:{_PASSWORD_NAMES}){_IS})(?P<body>\d(?:\s\d){{3,}}|(?=[{_SIGNS}]*\d)[{_SIGNS}][{_SIGNS}-]{{3,}})",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    rf"(?P<head>(?:护照|通行证|台胞证|回乡证|passport|permit){_IS})"
    r"(?P<body>(?:[A-Za-z](?:\s?[A-Za-z])?|[鹅诶伊记基])?\s?\d(?:\s?\d){6,9}[A-Za-z]?|[A-Za-z]\d{3}[A-Za-z]\d{4})"
    r"(?![\dA-Za-z])",
    re.IGNORECASE,
)
_INSURANCE = re.compile(
    r"(?P<head>(?:(?:医保|社保|社会保障|医疗保险|就诊|病历)[卡账]?(?:个人)?|(?:medical|health|social) insurance)"
    rf"{_IS})(?P<body>[A-Za-z]?\d(?:[\s-]?\d){{6,11}})(?![\dA-Za-z])",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-Z][·\s.，,]{0,2}"
    r"(?:[A-Z0-9](?:\s?[A-Z0-9]){4,5}(?![A-Za-z0-9])[挂学警]?|\d(?:\s?[A-Z0-9]){3}[挂学警港澳使领])",
    re.IGNORECASE,
)
_RUN = re.compile(r"(?<![\dA-Za-z])\+?\d(?:[\s-]?\d){9,}(?:[\s-]?(?:[Xx叉]|艾克斯)(?![A-Za-z]))?(?![\dA-Za-z])")
# Said with pauses, as a recogniser writes them. An amount has groups of three.
_PAUSE = r"\s?[，,、.·]\s?"
_GROUPS = re.compile(
    rf"(?<![\d.])(?:1[3-9]\d{_PAUSE}\d{{4}}{_PAUSE}\d{{4}}|\d{{4}}(?:{_PAUSE}\d{{4}}){{3}}(?:{_PAUSE}\d{{1,3}})?)"
    r"(?![\d.]\d|\d)"
)
# A land line has its area code in front (0 and two or three digits) or the word for it.
_LANDLINE = re.compile(r"(?<![\dA-Za-z])\(?0(?:10|2\d|[3-9]\d{2})\)?[\s-]?[2-9]\d{2,3}[\s-]?\d{4}(?![\dA-Za-z])")
# Whose it is stands before it: one of an office is no secret, unless somebody speaks of their own.
_OFFICE = re.compile(r"(?:银行|网点|医院|景区|客服|总机|热线|前台|柜台|营业厅|派出所)[^，。！？\d]{0,8}$")
_OWN = re.compile("我(?!们)|本人|家里|办公室")
# A home is certain where a road's number, an estate or a village goes on to a building, a flat or a room.
_FLAT = r"(?:\d+|[A-Z])(?:栋|幢|座|号楼|单元|楼|室|层)-?"
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff\d]{2,24}?"
    rf"(?:(?:路|街|巷|道|村|小区|花园|苑)[\u4e00-\u9fff\d]{{0,6}}\d+号[\u4e00-\u9fff]{{0,6}}?{_FLAT}"
    rf"|(?:小区|花园|苑|公寓|家园|新村|社区)(?:\d+期)?\d+(?:栋|幢|座|号楼)(?=\d)(?:{_FLAT})?"
    rf"|[乡镇][\u4e00-\u9fff]{{1,6}}村[一二三四五六七八九十\d]{{1,3}}[组队社](?=\d+号))(?:{_FLAT}){{0,3}}(?:\d+号?)?"
)
_LIVES = re.compile(r".{0,4}?(?:住址|地址|住在?|家在|[送寄]到?)(?:是|在)?")
_PART_EN = r"(?:room|flat|apartment|apt\.?|unit|building)\s#?\w{1,5}"
_ROAD_EN = r"\d{1,4}\s(?:[\w']+\s){1,3}(?:street|st|road|rd|avenue|ave|lane)\b"
_ADDRESS_EN = re.compile(
    rf"\b(?:(?:{_PART_EN},?\s){{1,3}}{_ROAD_EN}|{_ROAD_EN},?(?:\s{_PART_EN},?){{1,3}})", re.IGNORECASE
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Redacted:
    """The text with its personal data masked, and what was found."""

    text: str
    kinds: frozenset[Kind]

    @property
    def secret(self) -> bool:
        """Something was said that should not be said aloud to anyone."""
        return bool(self.kinds & SECRET)


def id_number_valid(text: str) -> bool:
    """GB 11643: 17 digits, then the check character of ISO 7064 MOD 11-2."""
    if not re.fullmatch(r"\d{17}[\dXx]", text):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False)) % 11
    return "10X98765432"[rest] == text[17].upper()


def luhn_valid(digits: str) -> bool:
    """ISO/IEC 7812-1 check of a card number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def redact(text: str) -> Redacted:
    """Mask identity, card, phone, passport and insurance numbers, e-mail, codes, passwords, plates, home addresses."""
    text = digits_written(text)
    kinds: set[Kind] = set()
    which = 0 if has_chinese(text) else 1

    def label(kind: Kind) -> str:
        kinds.add(kind)
        return _LABELS[kind][which]

    def after_head(kind: Kind) -> Callable[[re.Match[str]], str]:
        return lambda match: match["head"] + label(kind)

    def run(match: re.Match[str]) -> str:
        kind = _kind_of_run(match[0])
        return label(kind) if kind else match[0]

    def address(match: re.Match[str]) -> str:
        lives = _LIVES.match(match[0])
        return (lives[0] if lives else "") + label("address")

    def landline(match: re.Match[str]) -> str:
        before = re.split("[，。！？]", match.string[: match.start()])[-1]
        return match[0] if _OFFICE.search(before) and not _OWN.search(before) else label("phone")

    text = _EMAIL.sub(lambda _: label("email"), text)
    text = _EMAIL_SPOKEN.sub(lambda _: label("email"), text)
    text = _CODE.sub(after_head("code"), text)
    text = _CODE_FIRST.sub(lambda _: label("code"), text)
    text = _RUN.sub(run, text)
    text = _GROUPS.sub(run, text)
    text = _LANDLINE.sub(landline, text)
    text = _ADDRESS.sub(address, text)
    text = _ADDRESS_EN.sub(lambda _: label("address"), text)
    text = _PASSWORD.sub(after_head("password"), text)
    text = _INSURANCE.sub(after_head("insurance"), text)
    text = _PASSPORT.sub(after_head("passport"), text)
    text = _PLATE.sub(lambda _: label("plate"), text)
    return Redacted(text, frozenset(kinds))


def _kind_of_run(written: str) -> Kind | None:
    digits = re.sub("叉|艾克斯", "X", re.sub(r"[\s+，,、.·-]", "", written))
    if id_number_valid(digits):
        return "id"
    if re.fullmatch(r"(?:(?:00)?86)?1[3-9]\d{9}", digits):
        return "phone"
    if digits.isdigit() and 16 <= len(digits) <= 19 and luhn_valid(digits):
        return "card"
    return "number" if len(digits) >= 13 else None
