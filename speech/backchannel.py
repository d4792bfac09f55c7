"""Is it words, or just a listener's 嗯?"""

from __future__ import annotations

import re

# What listeners say without wanting the floor. Mandarin and English; compared after punctuation and blanks are removed.
BACKCHANNELS = frozenset(
    "嗯 嗯哼 啊 哦 噢 喔 呃 唉 哎 欸 对 对的 对啊 对呀 没错 是 是的 是啊 是呀 是吗 好 好的 好啊 好呀 好吧 好嘞 行 行吧"
    " 明白 明白了 知道 知道了 懂 懂了 了解 了解了 清楚了 收到 这样啊 这样 原来如此 原来是这样 可以"
    " uh um hm hmm mm mmm mmhmm mhm mhmm uhhuh aha oh yeah yep yup yes ok okay right alright isee sure gotit gotcha"
    " great good fine really wow".split()
)
_SEVERAL = re.compile(f"({'|'.join(sorted(BACKCHANNELS, key=len, reverse=True))}){{1,3}}")
_NOT_A_WORD = re.compile(r"[\W_]+")


def is_backchannel(text: str) -> bool:
    """True for an empty text, or one to three murmurs, which leave the floor with the speaker."""
    bare = _bare(text)
    return not bare or bool(_SEVERAL.fullmatch(bare))


def has_words(text: str) -> bool:
    """True once a partial transcript shows that somebody is really saying something: two characters or a word that
    cannot become a murmur."""
    bare = _bare(text)
    begins = any(murmur.startswith(bare) for murmur in BACKCHANNELS)
    return len(bare) >= 2 and not begins and not is_backchannel(text)


def _bare(text: str) -> str:
    return _NOT_A_WORD.sub("", text).lower()
