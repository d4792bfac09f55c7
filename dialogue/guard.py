"""Looks at each sentence before it is spoken. No sentence reaches the voice without a verdict.

| rule | blocks |
| --- | --- |
| role.…, health.…, ads.… | a claim of `claims.yaml` that may not be made in the pack's domain |
| promise | a banned claim of the pack, unless the sentence says that it is not so |
| role.echo | repeating what the model was told |
| human | claiming to be human or to have lived |
| closeness | words that bind people: 我爱你, 离不开我 |
| solicit | asking for a password, code, card or identity number |
| link | web addresses and e-mail |
| number | a quantity that stands in no cited passage, in digits or in words |
| time | an opening time, day or date expression that stands in no cited passage |
| name | an institution, place, product, person, medicine or law that neither a passage nor the pack's own words hold |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from dialogue.disguises import Disguises, words_of
from dialogue.names import cut, names_in
from dialogue.numbers import Quantity, quantities
from dialogue.pack import Pack
from dialogue.prompts import own_lines
from dialogue.text import has_chinese, normalise

_CLAUSE = re.compile(r"[，,。！!？?；;：:\n]|\. ")
_NOT_A_NO = re.compile(
    "不用担心|不必担心|不用怕|别担心|放心|不[但仅光只错骗假管论]|没问题|没错|不得不|无疑|毫无疑问|无论|非常|别人|特别|级别"
    r"|分别|\bnot only\b|\bno (?:doubt|problem|worries)\b|\bdon'?t worry\b|\bwhy not\b",
    re.IGNORECASE,
)
_NO = re.compile(
    "不|没|无|别|非|勿|禁止|拒绝|谁敢|轻信|警惕"
    r"|\b(?:not|no|never|none|cannot|nobody|without|nor|avoid|beware)\b|n't\b",
    re.IGNORECASE,
)
_NO_AFTER = re.compile(
    "^.{0,6}(?:是假的?|警惕|不可信|都是骗|是骗|别信|不存在|的说法|不合规)"
    r"|^.{0,20}\b(?:is false|scam|do not exist|don't exist)\b",
    re.IGNORECASE,
)

_HUMAN = re.compile(
    "我(?:就|真的|其实|可|也)?是(?:一?[个名位])?(?:真人|人类|活人|真实的?人|有血有肉)"
    "|我不是(?:AI|机器人?|数字人|人工智能|程序)|我(?:小时候|的童年)"
    "|我(?:自己|本人|家|老公|老婆|孩子|去年|昨天|上次|以前)[^，。]{0,6}(?:用过|买过|去过|吃过|存过|遇到过|经历过)"
    r"|\bI(?:'m| am) (?:a |an )?(?:real |actual )?(?:human|person|man|woman)\b"
    r"|\bI(?:'m| am) not (?:an? )?(?:AI|robot|bot|machine)\b"
    r"|\bwhen I was (?:a child|young|little)\b|\bmy (?:husband|wife|children|kids)\b",
    re.IGNORECASE,
)
_CLOSENESS = re.compile(
    "我(?:好|很|真的|最)?(?:爱|想念)(?:你|您)|想(?:你|您)了|离不开(?:我|你|您)|只有我懂|一直陪着(?:你|您)"
    "|(?:不要|别)(?:走(?![开近远])|离开我)"
    r"|\bI (?:really )?(?:love|miss) you\b|\bdon't (?:go|leave me)\b|\bonly I understand\b",
    re.IGNORECASE,
)
_SECRET_ZH = "密码|验证码|卡号|身份证号|CVV|账号"
_SECRET_EN = "password|pin|code|card number|id number|account number"
_SOLICIT = re.compile(
    f"(?:告诉|提供|报|说|念|发|给)(?:一下|给|出)?我?(?:您|你)?的?[^，。]{{0,6}}(?:{_SECRET_ZH})"
    f"|(?:{_SECRET_ZH})(?:是多少|是什么|告诉我|发给我|报给我)"
    rf"|\b(?:tell|give|send|share|provide|say)\b[^,.]{{0,30}}\b(?:{_SECRET_EN})\b"
    rf"|\bwhat(?:'s| is) your (?:{_SECRET_EN})\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|cn|net|org|io|top)\b|[\w.+-]+@[\w-]+\.\w+|扫(?:描)?(?:这个|下面|下方)?的?二维码",
    re.IGNORECASE,
)
_DAYS_EN = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_MONTHS_EN = "january|february|april|june|july|august|september|october|november|december"
_TIME = re.compile(
    "(?:上午|下午|中午|傍晚)(?!好)|晚上(?!好)|凌晨|周末(?!愉快|快乐)|(?:周|星期|礼拜)[日天末]|后天|明天|昨天"
    "|月[底初末]|年[底初]|节假日|工作日|全天|通宵|24小时"
    "|今[天日](?=[^，。]{0,10}(?:营业|开门|关门|上班|下班|利率|汇率|到账|排队))"
    rf"|\b(?:{_DAYS_EN}|{_MONTHS_EN}|noon|midnight|weekends?|weekdays?|tomorrow|yesterday|public holidays?)\b"
    r"|\bin the (?:morning|afternoon|evening)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    """Whether a sentence may be spoken; if not, the rule that blocks it and the words that broke it."""

    rule: str = ""
    words: str = ""

    @property
    def ok(self) -> bool:
        return not self.rule


@dataclass(frozen=True)
class Claim:
    """One rule of `claims.yaml`."""

    rule: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    undenied: bool  # its words hold their own no ("no need to see a doctor"), so a no around them does not excuse it
    domains: frozenset[str]  # empty: all

    def made_in(self, *views: str) -> str:
        """The words that make the claim in one of the views of a sentence; "" where it is not made."""
        for view in views:
            if not (self.unless and self.unless.search(view)):
                words = _first(self.pattern, view) if self.undenied else unless_denied(self.pattern, view)
                if words:
                    return words
        return ""


@cache
def claims() -> tuple[Claim, ...]:
    """Every claim that is forbidden somewhere."""
    rules = yaml.safe_load((Path(__file__).parent / "claims.yaml").read_text(encoding="utf-8"))
    return tuple(
        Claim(
            name,
            re.compile("|".join(rule["patterns"]), re.IGNORECASE),
            re.compile("|".join(rule["unless"]), re.IGNORECASE) if "unless" in rule else None,
            rule.get("undenied", False),
            frozenset(rule.get("domains", ())),
        )
        for name, rule in rules.items()
    )


def _claims_in(domain: str) -> tuple[Claim, ...]:
    return tuple(claim for claim in claims() if not claim.domains or domain in claim.domains)


class Guard:
    """The rules of one pack. Stateless."""

    def __init__(self, pack: Pack) -> None:
        claims = [re.escape(claim) for group in pack.policy.banned_claims.values() for claim in group]
        self._promise = re.compile("|".join(claims), re.IGNORECASE) if claims else None
        self._claims = _claims_in(pack.domain)
        self._hidden = Disguises(
            (*words_of("claims"), *(claim for group in pack.policy.banned_claims.values() for claim in group))
        )
        own = (
            *pack.names.values(),
            *pack.role.values(),
            *pack.label.values(),
            *pack.greeting.values(),
            *pack.vocabulary,
        )
        cut("")  # what reads words takes seconds to load, and no sentence should wait for it
        self._own_words = " \n ".join(map(normalise, own))

    def check(self, sentence: str, passages: Sequence[str] = ()) -> Verdict:
        """The verdict on one sentence, given the passages it may take facts from."""
        text = normalise(sentence)
        cited = " \n ".join(map(_passage, passages))
        views = self.views(text)
        for rule, words in (
            ("promise", self._promised(views)),
            *((claim.rule, claim.made_in(*views)) for claim in self._claims),
            ("role.echo", _echoed(text, cited)),
            ("human", _first(_HUMAN, text)),
            ("closeness", _first(_CLOSENESS, text)),
            ("solicit", unless_denied(_SOLICIT, text)),
            ("link", _first(_LINK, text)),
            ("number", _unsupported_number(text, cited)),
            ("time", next((m[0] for m in _TIME.finditer(text) if m[0].lower() not in cited.lower()), "")),
            ("name", self._name(text, cited)),
        ):
            if words:
                return Verdict(rule, words)
        return Verdict()

    def views(self, text: str) -> tuple[str, ...]:
        """A normalised sentence as it is and, where that differs, with its hidden words written out."""
        return tuple(dict.fromkeys((text, self._hidden.bare(text))))

    def _promised(self, views: tuple[str, ...]) -> str:
        return (
            next((words for view in views if (words := unless_denied(self._promise, view))), "")
            if self._promise
            else ""
        )

    def _name(self, text: str, cited: str) -> str:
        known = f"{cited} \n {self._own_words}"
        return next((name.text for name in names_in(text) if name.text not in (cited if name.brand else known)), "")


_HONEST = re.compile("是ai数字人[，,]不是真人|am an ai digital human, not a person")  # a prompt says so, and she may
ECHO = {True: 10, False: 24}  # characters of a prompt's own line, in Chinese or not, that give it away


@cache
def _prompt_shingles() -> frozenset[str]:
    """Every run of `ECHO` characters in what the model is told."""
    lines = [line for text in own_lines() for line in re.split(r"\{\w+\}", normalise(text).lower())]
    return frozenset(
        line[at : at + ECHO[has_chinese(line)]]
        for line in lines
        for at in range(len(line) - ECHO[has_chinese(line)] + 1)
    )


def _echoed(text: str, cited: str) -> str:
    """Words of the prompt itself, which no passage holds."""
    text, cited, size = _HONEST.sub(" ", text.lower()), cited.lower(), ECHO[has_chinese(text)]
    runs = (text[at : at + size] for at in range(len(text) - size + 1))
    return next((run for run in runs if run in _prompt_shingles() and run not in cited), "")


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0] if match else ""


def unless_denied(pattern: re.Pattern[str], text: str) -> str:
    """The first words of a normalised text that match and that no clause of it says no to; "" where there are none."""
    for clause in _CLAUSE.split(text):
        for match in pattern.finditer(clause):
            before = _NOT_A_NO.sub(" ", clause[: match.start()])
            near = before[-10:] if has_chinese(clause) else " ".join(before.split()[-6:])
            if not _NO.search(near) and not _NO_AFTER.search(clause[match.end() :]):
                return match[0]
    return ""


@lru_cache(maxsize=1024)  # passages are asked about again with every sentence
def _passage(text: str) -> str:
    return normalise(text)


@lru_cache(maxsize=256)
def _quantities_of(cited: str) -> tuple[Quantity, ...]:
    return quantities(cited)


def _unsupported_number(text: str, cited: str) -> str:
    known = _quantities_of(cited)
    return next((quantity.text for quantity in quantities(text) if not quantity.found_in(known)), "")
