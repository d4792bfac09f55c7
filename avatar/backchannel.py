"""Is it words, or just a listener's 嗯?"""

from __future__ import annotations

import re

# What listeners say without wanting the floor. Mandarin and English; compared after punctuation is removed.
BACKCHANNELS = frozenset(
    "嗯 嗯嗯 嗯哼 啊 哦 噢 喔 呃 唉 哎 欸 对 对对 对对对 是 是的 好 好的 行 明白 知道了 这样啊 "
    "uh um hm hmm mm mmhmm mhm uhhuh yeah yep yes ok okay right isee sure".split()
)
_NOT_A_WORD = re.compile(r"[\W_]+")


def is_backchannel(text: str) -> bool:
    """True for an empty text or one that leaves the floor with the speaker."""
    bare = _NOT_A_WORD.sub("", text).lower()
    return not bare or bare in BACKCHANNELS


def has_words(text: str) -> bool:
    """True once a partial transcript shows that somebody is really saying something: two characters or a word."""
    bare = _NOT_A_WORD.sub("", text)
    return len(bare) >= 2 and not is_backchannel(text)
