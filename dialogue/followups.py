"""A question that leans on the talk before, asked in full: 那周日呢 after 你们几点开门 becomes 你们周日几点开门.

By rule it gets the things the question before was about. Where that tells nothing (dialogue/planner.py) a small
language model may write it, and then it counts only where it keeps what the person said and adds nothing but words of
the talk. Either is used to look something up and is never spoken.
"""

from __future__ import annotations

import re
from typing import Any

from dialogue.llm.base import LanguageModel, Message
from dialogue.llm.structured import asked
from dialogue.memory import Memory
from dialogue.numbers import quantities
from dialogue.refusals import suspicious
from dialogue.text import has_chinese, normalise
from dialogue.types import Language

SHORT = {True: 24, False: 60}  # characters of a question, Chinese or not, that may lean on what was said before
LONGEST = 80  # characters of a question in full
TOKENS = 48
HEARD = 120  # characters of an answer that may be taken up: 那第二种呢
BEFORE = 2  # exchanges that may be leant on
SCHEMA = {
    "type": "object",
    "properties": {"question": {"type": "string", "maxLength": LONGEST}},
    "required": ["question"],
    "additionalProperties": False,
}
_SYSTEM: dict[Language, str] = {
    "zh": (
        "把“新问题”改写成不看“前文”也能懂的一个完整问题：补上省略的事物，“它”“那边”换成所指的名称。"
        "保留新问题的意思，只用前文和新问题里的词，不回答，不编造。新问题换了话题，就原样照抄。"
        '输出JSON：{"question":"…"}\n'
        "前文：护照丢了怎么补办\n新问题：要几张照片\n"
        '{"question":"护照丢了补办要几张照片"}\n'
        "前文：健身房月卡多少钱\n新问题：那年卡呢\n"
        '{"question":"健身房年卡多少钱"}\n'
        "前文：怎么去动物园\n新问题：那边能停车吗\n"
        '{"question":"动物园能停车吗"}\n'
        "前文：图书馆几点关门\n新问题：你叫什么名字\n"
        '{"question":"你叫什么名字"}'
    ),
    "en": (
        "Rewrite the new question as one full question that is understood without the talk before: put in what is left "
        "out, and the name for it, there, that. Keep its meaning, use only words of the talk and the new question, do "
        "not answer, invent nothing. If it is about something else, copy it. "
        'Write JSON: {"question":"…"}\n'
        "Before: How do I renew my passport?\nNew: And how many photos?\n"
        '{"question":"How many photos do I need to renew my passport?"}\n'
        "Before: How much is a monthly ticket of the gym?\nNew: What about a year?\n"
        '{"question":"How much is a yearly ticket of the gym?"}\n'
        "Before: How do I get to the zoo?\nNew: Can I park there?\n"
        '{"question":"Can I park at the zoo?"}\n'
        "Before: When does the library close?\nNew: What is your name?\n"
        '{"question":"What is your name?"}'
    ),
}
_BEFORE: dict[Language, tuple[str, str]] = {"zh": ("前文：", "新问题："), "en": ("Before: ", "New: ")}
# Words of a question that carry nothing of their own: they may come and go.
_LIGHT_ZH = frozenset(
    "的 了 呢 吗 吧 啊 呀 嘛 么 那 那么 这 这个 那个 这些 那些 这种 那种 它 它们 他 她 那边 那里 那儿 这边 这里 这儿 "
    "还 还有 也 又 都 就 才 再 要 要是 如果 会 能 能够 可以 行 想 得 需要 有 没有 是 是不是 有没有 能不能 可不可以 "
    "什么 怎么 怎样 怎么样 怎么办 如何 多少 几 哪 哪里 哪儿 哪些 什么时候 为什么 多久 多长 多高 多大 和 跟 与 或 "
    "在 到 去 来 给 对 把 被 用 从 为 以 里 上 下 我 你 您 我们 你们 咱们 自己 请问 一下 一个 一 个 时候 时间 问题 "
    "情况 的话 之后 以后 之前 以前 做 办 办理 不 没 啥 咋 谁 钱 说 讲 过 安排".split()
)
_LIGHT_EN = frozenset(
    "a an the and or but so then also too as at by for from in into of on to with without about is are am was were be "
    "been do does did done can could will would shall should may might must have has had having i me my mine you your "
    "yours we us our it its this that these those there here they them their he she his her what which who whom whose "
    "when where why how much many long often far if whether not no any some just get go going need want please ok okay "
    "s t re ll ve d m one ones same happens happen".split()
)
_LIGHT = "".join(word for word in _LIGHT_ZH if len(word) == 1)  # cutting words puts some at the ends of others: 万要
_FOLLOWING = re.compile("^(?:那么|那(?![边里儿个些种样时])|还有|如果|要是)")  # 那年卡呢 is cut as 那年, 卡
_BARE = re.compile(r"(?:那|那么)?([^呢，,？?]{1,12})呢[？?]?")
_THINGS = ("vn", "eng", "j")  # parts of speech that name things, besides nouns
_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?")
_ENDING = re.compile(r"(?:ies|ing|ed|es|ly|s|y|e)$")


def by_rule(before: str, question: str) -> tuple[str, ...]:
    """With the things, not the rest, of the question before: 贷款 利率多少 after 怎么申请贷款.

    For a bare 信用卡呢 after 借记卡怎么收费 also that one of the other thing: 信用卡怎么收费. () where there is none.
    """
    if not has_chinese(before):
        things = [word for word in _WORD.findall(before) if word.lower() not in _LIGHT_EN]
        return (f"{question} {' '.join(things)}",) if things else ()
    words = _tagged(before)
    things = [number for number, (_, is_thing) in enumerate(words) if is_thing]
    if not things:
        return ()
    asked_about = f"{''.join(words[number][0] for number in things)} {question}"
    if not (bare := _BARE.fullmatch(question)):
        return (asked_about,)
    first = things[0]
    last = next((number for number in range(first, len(words)) if not words[number][1]), len(words))
    swapped = "".join((*(word for word, _ in words[:first]), bare[1], *(word for word, _ in words[last:])))
    return (asked_about, swapped)


def _tagged(text: str) -> list[tuple[str, bool]]:
    """The words of a Chinese text, and whether each names a thing."""
    import jieba.posseg

    return [(word, flag.startswith("n") or flag in _THINGS) for word, flag in jieba.posseg.cut(text)]


def messages(memory: Memory, question: str, language: Language) -> list[Message]:
    """What the model is told. All of it is masked; the last exchange of `memory` is the question's own."""
    before, new = _BEFORE[language]
    told = []
    for exchange in [each for each in list(memory)[:-1] if not suspicious(each.question)][-BEFORE:]:
        told += [exchange.question, exchange.heard[:HEARD]]
    lines = " ".join(" ".join(told).split())
    return [system(language), Message("user", f"{before}{lines}\n{new}{question}")]


def system(language: Language) -> Message:
    """The fixed beginning, for the prefix cache."""
    return Message("system", _SYSTEM[language])


def short(question: str) -> bool:
    """So short that something may be left out of it."""
    return len(question) <= SHORT[has_chinese(question)]


async def in_full(model: LanguageModel, memory: Memory, question: str, language: Language, *, within_s: float) -> str:
    """The question in full, or "" where the model has none to be trusted. Raises BackendError; cancelling stops it."""
    prompt = messages(memory, question, language)
    found = await asked(model, prompt, SCHEMA, max_tokens=TOKENS, within_s=within_s)
    written = normalise(found["question"]) if found else ""
    return written if supported(written, question, memory) else ""


def supported(written: str, question: str, memory: Memory) -> bool:
    """Whether it keeps the words of the question and adds only words that were said, and no number of its own."""
    if not written or written == question or suspicious(written):
        return False
    before = list(memory)[:-1]
    talk = " ".join([question, *(f"{each.question} {each.heard}" for each in before)])
    if not _within(_content(written), talk) or not _within(_content(_FOLLOWING.sub("", question)), written):
        return False
    asked_for = " ".join([question, *(each.question for each in before)])
    return _numbers(written) <= _numbers(asked_for)


def _content(text: str) -> set[str]:
    """The words that carry a meaning, in lower case."""
    import jieba

    if not has_chinese(text):
        return {word for word in map(str.lower, _WORD.findall(text)) if word not in _LIGHT_EN}
    words = (word.strip().lower() for word in jieba.lcut(text))
    return {word for word in words if re.search(r"\w", word) and word not in _LIGHT_ZH and word not in _LIGHT_EN}


def _within(words: set[str], text: str) -> bool:
    """Whether each of the words stands in the text; English ones in any form: tickets, ticket."""
    text = text.lower()
    stems = {_stem(word) for word in _WORD.findall(text)}
    return all(_stem(word) in stems if word.isascii() else word.strip(_LIGHT) in text for word in words)


def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 4 else word.rstrip("s")


def _numbers(text: str) -> set[Any]:
    return {(quantity.value, quantity.unit) for quantity in quantities(text) if quantity.value is not None}
