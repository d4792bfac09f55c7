"""What she knows of the person beyond this talk: what to call them and what they came for, where they agreed to that.

Without consent, or for somebody nobody can recognise, it lasts as long as the talk. Of what they said nothing is kept:
a visit is the ids of the knowledge and procedures it was about, so there is no personal data in it but the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

import yaml

from dialogue.pack import Pack, Text
from dialogue.records import TurnRecord
from dialogue.redaction import redact
from dialogue.refusals import refused
from dialogue.types import Language
from models.errors import ShurenError

VISITS = 3  # that are kept, the last ones
TOPICS = 5  # of a visit
_HERE = Path(__file__).resolve().parent
_PLEASE = "(?:请|麻烦)?[你您]?"
_END = r"(?:吧|啦|了|好吗|行吗|可以吗|谢谢)*"
_FORGET = re.compile(
    rf"{_PLEASE}(?:把我|将我)给?(?:忘掉|忘了|忘记){_END}"
    rf"|{_PLEASE}(?:忘掉|忘了|忘记)(?:我|我的一切|我说过?的话?|关于我的一切|我是谁|我们的对话){_END}"
    rf"|{_PLEASE}(?:别|不要|不用)再?(?:记住|记得|记着)我{_END}"
    rf"|{_PLEASE}把?[你您]?记住的(?:东西|内容|信息)?[都全]?(?:删掉|删除|删了|清除|忘掉){_END}"
    r"|(?:please )?forget (?:about )?(?:me|(?:what|everything) i (?:said|told you)|everything about me)(?: please)?"
    r"|(?:please )?(?:do not|don't) remember me(?: please)?"
    r"|(?:please )?delete (?:everything )?(?:what )?you (?:know|remember|have kept) (?:about|of) me(?: please)?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:你|您)?还?(?:记不)?记得我(?:上次|之前)?(?:问过|问了|来办|说过|说了)?(?:些)?(?:什么|啥)?(?:吗|么)?"
    r"|我(?:上次|之前|以前)(?:都)?(?:问过|问了|问的|说了)(?:你|您)?(?:些)?(?:什么|啥)"
    r"|(?:do you )?(?:still )?remember (?:me|what i (?:asked|came for)(?: last time)?)"
    r"|what did i ask (?:you )?(?:last time|before)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"[你您]?(?:以后)?(?P<may>可以)?就?(?:叫|喊|称呼)我(?P<zh>[\u4e00-\u9fff]{2,4}?|[A-Za-z]{2,16})"
    r"(?P<will_do>就行|就好|就可以|就成|好了)?(?:吧|了)?"
    r"|(?:you (?:can|may) |please |just )?call me (?P<en>[A-Za-z]{2,16})(?: please)?",
    re.IGNORECASE,
)
# What looks like a name where nothing else says that it is one: 老王, 王女士, 李建国, but not 回家.
_LOOKS = re.compile(
    "^(?:[小老阿大][\u4e00-\u9fff]{1,2}|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程"
    "魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万武钱戴严孔汤][\u4e00-\u9fff]{1,3})$"
    "|(?:先生|女士|小姐|老师|师傅|阿姨|叔叔|大姐|大哥|同学|经理|医生)$"
)
_NO_NAME = re.compile(
    r"怎么|什么|名字|一声|一下|起床|起来|出来|进去|的|号|们|别|不|没|去|来|找|办|等|人工|帮|你|我|他|她"
    r"|爸|妈|爷|奶|老公|老婆|亲爱|宝贝|主人|皇|傻|猪|狗|蛋|屎|死|鬼"
    r"|^(?:an?|the|back|later|again|now|when|if|at|on|in|tomorrow|today|stupid|crazy|maybe|whatever|anything"
    r"|daddy|mommy|mom|dad|baby|darling|honey|master)$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"^[\s，,。.!！?？]+|[\s，,。.!！?？~]+$")


@dataclass(frozen=True)
class Visit:
    """What one talk was about. `topics`: ids of the pack's items; `procedures`: ids, and where each stood or ended."""

    day: str  # ISO 8601
    topics: tuple[str, ...] = ()
    procedures: tuple[tuple[str, str], ...] = ()
    human: bool = False  # one was called


@dataclass(frozen=True)
class Profile:
    """All that is kept of a person between talks."""

    name: str = ""
    language: str = ""
    visits: tuple[Visit, ...] = ()  # oldest first


class Keeper(Protocol):
    """Where a profile is kept. It decides whether it may be; its methods but `forget` do not wait or raise."""

    @property
    def profile(self) -> Profile:
        """Of earlier talks; empty until it was found."""
        ...

    def keep(self, profile: Profile) -> None: ...

    async def forget(self) -> bool:
        """Delete what is kept of the person. False: the record of the talk has to stay for now. Raises StorageError."""
        ...


class Visitor:
    """The person of one talk."""

    def __init__(self, pack: Pack, keeper: Keeper | None = None, *, today: Callable[[], date] = date.today) -> None:
        self._pack, self._keeper, self._today = pack, keeper, today
        self._name = ""
        self._visit: Visit | None = None

    @property
    def name(self) -> str:
        """What they want to be called, "" where they did not say."""
        return self._name or self._before.name

    @property
    def _before(self) -> Profile:
        return self._keeper.profile if self._keeper else Profile()

    @property
    def language(self) -> str:
        """What they spoke last time."""
        return self._before.language

    def welcome(self) -> Text | None:
        """What is said before the greeting to somebody who comes again. Never what they came for: others may listen."""
        return _put("again", name=self._before.name) if self._before.name else None

    def asks(self, text: str) -> tuple[str, Text] | None:
        """The route and reply where they ask what she remembers, or say what to call them; `text` is normalised."""
        bare = _MARKS.sub("", text)
        if _ASKS.fullmatch(bare) and self._keeper:
            return "remembered", self._remembered()
        if (match := _CALLED.fullmatch(bare)) and (name := self._name_in(match)):
            self._name = name
            return "called", _put("called", name=name)
        return None

    def wants_to_be_forgotten(self, text: str) -> bool:
        return _FORGET.fullmatch(_MARKS.sub("", text)) is not None

    async def forget(self) -> Text:
        """Forget them; what is said then."""
        self._name, self._visit = "", None
        try:
            all_gone = await self._keeper.forget() if self._keeper else True
        except ShurenError:
            return _replies()["not_forgotten"]
        return _replies()["forgotten" if all_gone else "forgotten_mostly"]

    def note(self, record: TurnRecord) -> None:
        """What a turn was about."""
        visit = self._visit or Visit(self._today().isoformat())
        topics = visit.topics
        if record.route == "approved":
            topics = _last((*(each for each in topics if each not in record.items), *record.items))
        procedures = dict(visit.procedures) | ({record.flow: record.state} if record.flow else {})
        self._visit = replace(
            visit,
            topics=topics,
            procedures=tuple(procedures.items())[-TOPICS:],
            human=visit.human or bool(record.handoff),
        )
        if self._keeper:
            earlier = self._before
            visits = (*earlier.visits[-(VISITS - 1) :], self._visit)
            self._keeper.keep(Profile(self.name, record.language, visits))

    def _remembered(self) -> Text:
        topics = {language: self._topics(language) for language in ("zh", "en")}
        return _put("remembered", topics=topics) if all(topics.values()) else _replies()["nothing"]

    def _topics(self, language: Language) -> str:
        """What earlier talks were about, as far as the pack still knows it."""
        visits = self._before.visits
        items = {item.id: item.topic[language] for item in self._pack.items}
        flows = {flow.id: flow.title[language] for flow in self._pack.flows}
        named = [flows.get(name) for visit in visits for name, _ in visit.procedures]
        named += [items.get(name) for visit in visits for name in visit.topics]
        return {"zh": "、", "en": "; "}[language].join(dict.fromkeys(name for name in named if name))

    def _name_in(self, match: re.Match[str]) -> str:
        """What they want to be called, "" where that is no name, or none to be said."""
        name = match["zh"] or match["en"].title()
        if match["zh"] and not name.isascii() and not (match["may"] or match["will_do"] or _LOOKS.search(name)):
            return ""
        return "" if _NO_NAME.search(name) or refused(name, self._pack.domain) or redact(name).kinds else name


def _last(topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topics))[-TOPICS:]


@cache
def _replies() -> dict[str, Text]:
    return yaml.safe_load((_HERE / "visitor.yaml").read_text(encoding="utf-8"))


def _put(reply: str, **values: str | Text) -> Text:
    words = _replies()[reply]
    return {
        language: text.format(**{key: v if isinstance(v, str) else v[language] for key, v in values.items()})
        for language, text in words.items()
    }
