"""What the head says with the words: a tilt with a question, a shake with a denial, a beat with each item of a list.

Words come as the voice segments them, so a 不 inside 不客气 is no denial.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from animation.types import Cue
from speech.types import Word

DENIALS = frozenset(
    "不 没 没有 不能 不是 不会 不行 不要 不得 不可以 不可 不用 无法 禁止 切勿 勿 绝不 从不 从未 并非 "
    "no not never none nothing cannot can't don't doesn't didn't won't isn't aren't wasn't neither nor".split()
)
ITEMS = frozenset(
    "第一 第二 第三 第四 第五 首先 其次 然后 再次 最后 first second third firstly secondly finally lastly".split()
)
_ASKS = re.compile(r"[?？][\"”’」』）)]*$")
_EDGES = re.compile(r"^\W+|\W+$")


def signs(words: Sequence[Word]) -> list[Cue]:
    """The signs of one piece of speech, at samples from its start. They are the apex: the middle of the word."""
    out = []
    for i, word in enumerate(words):
        middle = (word.start + word.end) // 2
        bare = _EDGES.sub("", word.text.replace("’", "'")).lower()
        if i == len(words) - 1 and _ASKS.search(word.text.strip()):
            out.append(Cue("ask", middle))
        elif bare in DENIALS:
            out.append(Cue("deny", middle))
        elif bare in ITEMS or word.text.strip().endswith("、"):
            out.append(Cue("item", middle))
    return out
