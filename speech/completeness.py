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
    NOTHING = "nothing"  # no words at all


_SUBJECT = "我|你|您|他|她|它|我们|你们|您们|他们|她们|咱们|我妈|我爸"
_TIME = "昨天|今天|明天|后天|前天|上个?月|下个?月|这个?月|上周|下周|去年|今年|明年|现在|早上|上午|中午|下午|晚上"
_HAN_UNFINISHED = re.compile(
    "("
    # fillers, conjunctions, prepositions
    r"嗯|呃|额|啊这|那个|这个|就是|就是说|然后|但是|可是|不过|因为|所以|还有|以及|或者|如果|假如|要是|比如|比如说"
    r"|除了|只要|虽然|而且|另外|结果|其实|反正|和|跟|与|把|被|从|向|(?<![收拿没看找])到|(?<!现)在|给|对于|为了|按照"
    r"|根据|通过|关于|包括|的话|的时候"
    # beginnings of requests
    r"|我想问|我想问一下|请问|请问一下|想问一下|想问下|你好请问|能不能|可不可以|有没有|是不是|要不要|会不会|怎么|如何"
    r"|一个|几个"
    # verbs and adverbs that want a verb
    r"|(?<![不思理])想|(?<![不重主必])要|(?<![不机开社])会|(?<![不功智])能|(?<!不)(应该|需要)|必须|打算|准备|希望"
    r"|觉得|认为|记得|以为"
    r"|听说|好像|大概|可能|也许|已经|正在|刚刚|刚才|一直|只有|(?<!不)是|就|才|(?<![成首])都|也|(?<![么归偿不没])还"
    r"|再|又|更|最|很|太"
    r"|非常|比较|特别|每|这|那|让|叫|帮"
    # subjects without anything said of them, and times after 是, 在, 我
    rf"|(?<![诉给帮问找教骗谢])({_SUBJECT})的?|(这|那)(张|笔|家|边的)|(是|在|从|到|要|想|{_SUBJECT}|月)({_TIME})的?"
    ")$"
)
# Nothing but the announcement of a request: 我想查一下. 余额我想查一下 is whole, and so is 帮我查一下.
_HAN_ANNOUNCED = re.compile(
    r"^([嗯呃额那]|那个|你好|您好|[，,\s])*(我们?)?(就?是)?("
    r"(想|要|来)(问|询问|咨询|请教|打听|了解|查|查询|核对|确认|办|看)(一下|下|个事|一件事)"
    r"|(这[里儿边])?还?有(一个|个|一件|件)(问题|事|事情|事儿))$"
)
# A verb that wants an object, at the end of a statement: 我想存, but 怎么存 is whole.
_HAN_VERB = re.compile(r"(想|要|能|去|来|帮我)(办|存|取|转|换|查|问|买|打|交|还|找|开|借|领|看|填|改|汇|充|带)$")
_HAN_NUMBER = re.compile(r"[0-9〇零一二两三四五六七八九十百千万]$")  # 五万 wants its 块
_HAN_COMPLETE = re.compile(
    r"(吗|嘛|么|呢|吧|了|啦|呗|再见|拜拜|你好|您好|好的|是的|对的|可以|可以的|不是|没有|不用|知道|不清楚|不懂|不会"
    r"|多少|多少钱|什么|哪里|哪儿|哪些|哪个|怎么办|怎么样|怎么走|多久|多长时间|几点|几天|为什么|是谁|一下|利息|费用|手续费"
    r"|就这样|就这些|没事|没关系"
    r"|(谢谢|多谢|感谢|麻烦|辛苦)(你|您|你们|大家)?了?|是.{3,}的)$"
)
# A question word with something after it is a question asked, even where the recogniser gave no mark: 怎么挂失.
_HAN_QUESTION = re.compile(
    r"(怎么|怎样|如何|什么|哪|多少|为何|几[个张年天点号月种]|能不能|可不可以|是不是|有没有|要不要|会不会|多久|多长).+$"
)
_SENTENCE = 5  # characters: on less, a recogniser's full stop says nothing
_EN_UNFINISHED = frozenset(
    "um uh er erm hmm and but or so because if when while although unless that which who the a an my your his"
    " her our their to of for with from in on at by about than as into onto without between is are was were am"
    " be been can could would should will i you he she we they it's i'm i'd i've let's what's how's there's"
    " that's like maybe well just also even only really actually probably need want wants have has had think"
    " thought know tell say get got this these some any every each another does do did don't doesn't didn't"
    " can't one two three four five six seven eight nine zero double oh".split()
)
_EN_QUESTION = re.compile(r"^(what|where|when|who|why|how|which|is|are|do|does|did|can|could|will|would|should|may)\b")
_EN_COMPLETE = re.compile(r"\b(please|thanks|thank you|bye|goodbye|yes|no|okay|ok|hello|hi|right|i do|i don't|i am)$")
_EN_ORDER = re.compile(r"\b(tell|show) me$|\b(have|got) (a|another|one more) (quick )?question$")
_EN_ASKED = frozenset("need have do does did know want".split())  # ends a question, not a statement
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
    if _HAN_UNFINISHED.search(bare) or _HAN_ANNOUNCED.match(bare):  # first: 我想问一下 goes on, 帮我看一下 does not
        return Completeness.UNFINISHED
    if _HAN_COMPLETE.search(bare) or _HAN_QUESTION.search(bare):
        return Completeness.COMPLETE
    if _HAN_VERB.search(bare) or _HAN_NUMBER.search(bare):
        return Completeness.UNFINISHED
    marks = ("？", "?", "！", "!", "。") if len(bare) >= _SENTENCE else ("？", "?")
    return Completeness.COMPLETE if text.endswith(marks) else Completeness.OPEN


def _judge_english(text: str, bare: str) -> Completeness:
    words = bare.split()
    asked = text.endswith("?") or bool(_EN_QUESTION.match(bare)) and len(words) >= 4
    if _EN_ORDER.search(bare):
        return Completeness.UNFINISHED
    if words[-1] in _EN_UNFINISHED and not _EN_COMPLETE.search(bare) and not (asked and words[-1] in _EN_ASKED):
        return Completeness.COMPLETE if text.endswith("?") else Completeness.UNFINISHED
    if asked or text.endswith("!") or _EN_COMPLETE.search(bare):
        return Completeness.COMPLETE
    # Whisper ends nearly every English hypothesis with a full stop, so a stop counts only after a few words.
    return Completeness.COMPLETE if text.endswith(".") and len(words) >= 4 else Completeness.OPEN
