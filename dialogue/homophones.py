"""Mends words a recogniser wrote with the wrong characters, by their sound: 转仗 → 转账, 张丹日 → 账单日."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue.pinyin import sounds

# Signs put between Chinese characters to hide a word. Commas and stops stay: they part clauses.
_HIDING = re.compile(
    r"(?<=[\u4e00-\u9fff])[\s.·・*_/|~+#^\-=\u2600-\u27bf\U0001F000-\U0001FAFF]{1,3}(?=[\u4e00-\u9fff])"
)
_CHINESE_WORD = re.compile(r"[\u4e00-\u9fff]{2,8}")


def laid_bare(text: str) -> str:
    """The text without signs hidden between its Chinese characters: 安.全.账.户 → 安全账户."""
    return _HIDING.sub("", text)


class Homophones:
    """Knows a role's words by sound. Words of two characters or more."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_sound: dict[tuple[str, ...], str] = {}
        self._words: set[str] = set()
        for word in words:
            if _CHINESE_WORD.fullmatch(word) and word not in self._words:
                self._words.add(word)
                self._by_sound.setdefault(sounds(word), word)
        self._longest = max(map(len, self._words), default=0)

    def mend(self, text: str) -> str:
        """The text with every run that sounds like a known word, but is none, written as that word."""
        runs = re.split(r"([\u4e00-\u9fff]+)", text)
        return "".join(self._mend_run(run) if index % 2 else run for index, run in enumerate(runs))

    def _mend_run(self, run: str) -> str:
        heard = sounds(run)
        if len(heard) != len(run):
            return run
        out, at = [], 0
        while at < len(run):
            size = self._match(run, heard, at)
            piece = run[at : at + size]
            out.append(piece if size < 2 or piece in self._words else self._by_sound[heard[at : at + size]])
            at += size
        return "".join(out)

    def _match(self, run: str, heard: tuple[str, ...], at: int) -> int:
        """Length of the longest known word (as written or as heard) that begins here; 1 where none does."""
        for size in range(min(self._longest, len(run) - at), 1, -1):
            if run[at : at + size] in self._words or heard[at : at + size] in self._by_sound:
                return size
        return 1
