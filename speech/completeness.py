"""Whether words look like a finished utterance: what makes the end of a turn come sooner or later.

A rule of thumb on the last words. It never ends a turn by itself; it chooses how long silence must last.
"""

from __future__ import annotations

import enum
import re

from speech.types import Language


class Completeness(enum.Enum):
    COMPLETE = "complete"  # a question, thanks, a full sentence
    OPEN = "open"  # nothing to go by
    UNFINISHED = "unfinished"  # a filler, a conjunction, a number being read out


_HAN_UNFINISHED = re.compile(
    r"(嗯|呃|额|啊这|那个|这个|就是|就是说|然后|但是|可是|不过|因为|所以|还有|以及|或者|如果|假如|要是|比如|比如说|除了"
    r"|和|跟|与|把|被|从|向|到|在|给|我想|我要|我想问|我想问一下|请问|请问一下|想问一下|想问下|你好请问|的话|关于|包括|一个|几个|怎么|如何)$"
)
_HAN_COMPLETE = re.compile(
    r"(吗|么|呢|吧|了|啦|谢谢|再见|你好|您好|好的|是的|对的|可以|不是|没有|不用|知道|多少|多少钱|什么|哪里|哪儿|哪些|哪个"
    r"|怎么办|怎么样|怎么走|多久|多长时间|几点|几天|为什么|是谁|一下|利息|费用|手续费)$"
)
# A question word with something after it is a question asked, even where the recogniser gave no mark: 怎么挂失.
_HAN_QUESTION = re.compile(
    r"(怎么|怎样|如何|什么|哪|多少|为何|几[个张年天点号月种]|能不能|可不可以|是不是|有没有|要不要|会不会|多久|多长).+$"
)
_EN_UNFINISHED = frozenset(
    "um uh er erm hmm and but or so because if when while although that which who the a an my your his her our their to"
    " of for with from in on at by about than as is are was were am be can could would should will i you he she we they"
    " it's i'm i'd let's what's how's like maybe".split()
)
_EN_QUESTION = re.compile(r"^(what|where|when|who|why|how|which|is|are|do|does|did|can|could|will|would|should|may)\b")
_EN_COMPLETE = re.compile(r"\b(please|thanks|thank you|bye|goodbye|yes|no|okay|ok|hello|hi)$")
_DIGITS_END = re.compile(r"[0-9〇零一幺二两三四五六七八九]{3,}$")  # a card or phone number being read out
_MARKS = re.compile(r"[\s。．.，,、！!？?；;：:…\-—]+$")


def judge(text: str, language: Language) -> Completeness:
    """Judge the transcript of a turn so far, punctuation included where the recogniser gave any."""
    text = text.strip()
    bare = _MARKS.sub("", text)
    if not bare:
        return Completeness.OPEN
    if text.endswith(("…", "...", "，", ",", "、", "-", "—")) or _DIGITS_END.search(bare):
        return Completeness.UNFINISHED
    return _judge_chinese(text, bare) if language == "zh" else _judge_english(text, bare.casefold())


def _judge_chinese(text: str, bare: str) -> Completeness:
    if _HAN_UNFINISHED.search(bare):  # first: 我想问一下 goes on, 帮我看一下 does not
        return Completeness.UNFINISHED
    if _HAN_COMPLETE.search(bare) or _HAN_QUESTION.search(bare):
        return Completeness.COMPLETE
    return Completeness.COMPLETE if text.endswith(("？", "?", "！", "!", "。")) else Completeness.OPEN


def _judge_english(text: str, bare: str) -> Completeness:
    words = bare.split()
    if words[-1] in _EN_UNFINISHED and not text.endswith("?"):
        return Completeness.UNFINISHED
    if text.endswith(("?", "!")) or _EN_COMPLETE.search(bare):
        return Completeness.COMPLETE
    # Whisper ends nearly every English hypothesis with a full stop, so a stop counts only after a few words.
    if text.endswith(".") and len(words) >= 4 or _EN_QUESTION.match(bare) and len(words) >= 4:
        return Completeness.COMPLETE
    return Completeness.OPEN
