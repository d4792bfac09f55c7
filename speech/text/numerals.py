"""Numbers as they are read aloud in Mandarin."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")


def digits(text: str, *, yao: bool = True) -> str:
    """One by one, what is no digit is left out. `yao` reads 1 as 幺, as in telephone, card and room numbers."""
    table = DIGITS.replace("一", "幺") if yao else DIGITS
    return "".join(table[int(char)] for char in text if char.isdecimal())


def cardinal(number: int) -> str:
    """一百零五, 十二, 两千, 两万二千. Above 10^16 the digits are read out."""
    if number < 0:
        return "负" + cardinal(-number)
    if number >= 10**16:
        return digits(str(number), yao=False)
    if number == 0:
        return DIGITS[0]
    out, zero = "", False
    groups = [number // 10 ** (4 * k) % 10_000 for k in range(4)]
    for k in range(3, -1, -1):
        group = groups[k]
        if not group:
            zero = bool(out)
            continue
        if out and (zero or group < 1000):
            out += DIGITS[0]
        out += _group(group, leading=not out, suffixed=k > 0) + _GROUPS[k]
        zero = False
    return out


def _group(group: int, *, leading: bool, suffixed: bool) -> str:
    """A number below 10 000. 2 is 两 before 千 and, alone, before 万 and 亿; 一十 is 十 at the front."""
    if group == 2 and suffixed:
        return "两"
    out, zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            zero = bool(out)
            continue
        if zero:
            out += DIGITS[0]
            zero = False
        two = digit == 2 and (place == 3 or (place == 2 and not out)) and (leading or place == 3)
        one_ten = digit == 1 and place == 1 and not out and leading
        out += ("" if one_ten else "两" if two and not out else DIGITS[digit]) + _PLACES[place]
    return out


def decimal(text: str, *, trim: bool = False) -> str:
    """`1,234.50` → 一千二百三十四点五零; `trim` drops zeros at the end of the fraction (money)."""
    whole, _, fraction = text.replace(",", "").partition(".")
    if trim:
        fraction = fraction.rstrip("0")
    spoken = cardinal(int(whole or 0))
    return f"{spoken}点{digits(fraction, yao=False)}" if fraction else spoken


def counted(text: str, *, trim: bool = False) -> str:
    """A number before a measure word: 2 alone is 两."""
    return "两" if text.replace(",", "") == "2" else decimal(text, trim=trim)
