"""Tone sandhi of Mandarin: 一, 不 and third tones, as in Duanmu (2007, ch. 11) and Chen (2000).

It works on one clause: a row of words, each a row of (character, pinyin with tone digit). Kokoro sings the third-tone
rule by itself, but speaks 一 and 不 with whatever tone is written (measured on its fundamental frequency), so the tones
are changed here, where the captions and the face see them too.
"""

from __future__ import annotations

Char = tuple[str, str]  # ("你", "ni3")
_DIGITS = frozenset("零〇一二三四五六七八九幺两")
_COUNTED = frozenset("个步天年次件张口")  # 一个一个, 一步一步
_ORDINAL = ("第", "初", "星期", "周", "十", "〇", "零")


def sandhi(words: list[list[Char]]) -> list[list[Char]]:
    """The same words with the tones that are spoken."""
    words = _yi_and_bu(words)
    words = [_third_tones_inside(word) for word in words]
    return _third_tones_between(words)


def _yi_and_bu(words: list[list[Char]]) -> list[list[Char]]:
    flat = [char for word in words for char in word]
    out = list(flat)
    for i, (char, pinyin) in enumerate(flat):
        after = flat[i + 1] if i + 1 < len(flat) else ("", "")
        before = flat[i - 1][0] if i else ""
        if char == "不" and pinyin[:-1] == "bu":
            out[i] = (char, _bu(before, after))
        elif char == "一" and pinyin[:-1] == "yi":
            out[i] = (char, _yi(before, after))
    return _regroup(out, words)


def _bu(before: str, after: Char) -> str:
    if before and before == after[0]:  # 是不是, 好不好: the middle is light
        return "bu5"
    return "bu2" if _tone(after) == 4 else "bu4"


def _yi(before: str, after: Char) -> str:
    """yī in numbers read out and ordinals, yí before a fourth tone, yì before the others, light in 看一看."""
    if before and before == after[0] and before not in _DIGITS | _COUNTED:
        return "yi5"
    if not after[0] or before in _ORDINAL or before in _DIGITS or before == "点":
        return "yi1"
    if after[0] in _DIGITS or after[0] in "号月日楼层级等":
        return "yi1"
    # 一个: 个 is light, but counts as a fourth tone
    return "yi2" if _tone(after) == 4 or after[0] == "个" else "yi4"


def _tone(char: Char) -> int:
    return int(char[1][-1]) if char[1] else 0


def _third_tones_inside(word: list[Char]) -> list[Char]:
    """Two thirds in a word: 2 3. Three: by structure, 展览+馆 is 2 2 3 and 小+老虎 is 3 2 3 (the default)."""
    tones = [_tone(char) for char in word]
    out = list(word)
    if tones == [3, 3, 3] and word[0][0] in "小老好很总我你买有打":
        return [word[0], _raise(word[1]), word[2]]
    for i in range(len(word) - 1):
        if tones[i] == 3 and tones[i + 1] == 3:
            out[i] = _raise(word[i])
    return out


def _third_tones_between(words: list[list[Char]]) -> list[list[Char]]:
    """Across a word boundary the rule holds where one side is a single syllable: 我想, 很了解, 请你."""
    out = [list(word) for word in words]
    for i in range(len(out) - 1):
        left, right = out[i], out[i + 1]
        if not left or not right or _tone(left[-1]) != 3 or _tone(right[0]) != 3:
            continue
        if len(left) == 1 or len(right) == 1:
            left[-1] = _raise(left[-1])
    return out


def _raise(char: Char) -> Char:
    return char[0], char[1][:-1] + "2"


def _regroup(flat: list[Char], like: list[list[Char]]) -> list[list[Char]]:
    chars = iter(flat)
    return [[next(chars) for _ in word] for word in like]
