"""Signs that are acted on before anything else, by rule and without a language model.

In the order of `SIGNS`: danger to life first. Patterns, and the examples that tests run, are data: `signs/*.yaml`.
They lean towards catching: a needless warning costs a sentence, a missed one costs savings, or a life.

A match does not count where `unless` of its rule (or `calm` of its sign, when nothing `urgent` is said) is seen in the
clauses it was found in, or where it is denied just before: an excuse in another clause excuses nothing. Each text is
looked at twice: as it is, and with words that other spellings hide (dialogue/disguises.py).

Moves (`moves.yaml`) are milder: whole utterances such as "the first one" or "again" that only mean something after what
was said before, so the conversation decides which of them makes sense now.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path

import yaml

from dialogue.disguises import Disguises, words_of

SIGNS = (
    "emergency_medical", "emergency_fire", "emergency_police", "self_harm", "fraud", "exit", "human", "identity",
    "recording",
)  # fmt: skip
_HERE = Path(__file__).resolve().parent
_EDGE = " ,，.。!！?？~吧啦呀哦呢"
_DENIED = re.compile(
    r"(?:(?<!有)没有?|没得|(?<!是)不是|并非|并没有?|从不|未)(?:再|任何|明显|什么|出现过?|过)?的?(?:[^，。！？]{1,8}[和或、及])?$"
    r"|\b(?:no|not|without|never had|don't have|doesn't have|didn't have|isn't) (?:any |a |an )?(?:[\w ]{2,30} or )?$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[，,。.!！?？；;：:\n]|但是?|不过|可是|而且|还有|\b(?:but|and then|now)\b", re.IGNORECASE)
_WORD = re.compile(r"\{([a-z_]+)\}")
_NEAR = "[^。！？!?]{0,48}?"  # how far apart the parts of one flag may be said


@dataclass(frozen=True)
class Hit:
    """A sign that was seen, the words that gave it, and the rule (`sign.rule`) they fall under."""

    sign: str
    words: str
    rule: str = ""


@dataclass(frozen=True)
class _Rule:
    name: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None

    def match(self, text: str, calm: re.Pattern[str] | None) -> str:
        """The first words that count: not denied, and with no excuse in their own clauses."""
        for found in self.pattern.finditer(text):
            if _DENIED.search(text[: found.start()]):
                continue
            around = _clauses(text, found)
            if not any(excuse and excuse.search(around) for excuse in (self.unless, calm)):
                return found[0]
        return ""


@dataclass(frozen=True)
class Sign:
    name: str
    rules: tuple[_Rule, ...]
    calm: re.Pattern[str] | None
    urgent: re.Pattern[str] | None

    def hit(self, text: str) -> Hit | None:
        calm = None if self.urgent and self.urgent.search(text) else self.calm
        for rule in self.rules:
            if words := rule.match(text, calm):
                return Hit(self.name, words, f"{self.name}.{rule.name}")
        return None


def _clauses(text: str, match: re.Match[str]) -> str:
    """The clauses that the match touches."""
    ends = list(_CLAUSE_END.finditer(text))
    start = max((end.end() for end in ends if end.end() <= match.start()), default=0)
    return text[start : min((end.start() for end in ends if end.start() >= match.end()), default=len(text))]


def detect(text: str, *, fraud_phrases: tuple[str, ...] = ()) -> Hit | None:
    """The first sign in the fixed order, or None. `text` is normalised; `fraud_phrases` are the pack's own."""
    ways = views(text)
    for sign in _signs():
        for view in ways:
            if hit := sign.hit(view):
                return hit
        if sign.name == "fraud":
            for phrase in fraud_phrases:
                if phrase in text:
                    return Hit("fraud", phrase, "fraud.pack")
    return None


def moves_in(text: str) -> frozenset[str]:
    """Every move the whole utterance can be: repeat, explain, first, second, both, accept, decline."""
    bare = text.strip(_EDGE)
    return frozenset(move for move, pattern in _moves() if pattern.fullmatch(bare))


def sign_files() -> dict[str, dict]:
    """Every sign as its file has it, in the order of `SIGNS`."""
    found: dict[str, dict] = {}
    for file in sorted((_HERE / "signs").glob("*.yaml")):
        found |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return {name: found[name] for name in SIGNS}


@cache
def _signs() -> tuple[Sign, ...]:
    return read_signs(sign_files())


def read_signs(data: dict[str, dict], keep: Callable[[dict], bool] = lambda rule: True) -> tuple[Sign, ...]:
    """Signs of a file such as those in signs/, with the rules that are to be kept."""
    return tuple(
        Sign(
            name,
            tuple(
                _Rule(rule, _any(_patterns(parts)), _any(parts.get("unless")))
                for rule, parts in sign.items()
                if isinstance(parts, dict) and keep(parts)
            ),
            _any(sign.get("calm")),
            _any(sign.get("urgent")),
        )
        for name, sign in data.items()
    )


def views(text: str) -> tuple[str, ...]:
    """A normalised text as it is and, where that differs, with its hidden words written out."""
    return tuple(dict.fromkeys((text, _hidden().bare(text))))


def _patterns(rule: dict) -> list[str]:
    """The rule's patterns; parts that belong `together` become one, in every order."""
    orders = [
        _NEAR.join(order) for parts in rule.get("together", ()) for order in permutations(f"(?:{p})" for p in parts)
    ]
    return [*rule.get("patterns", ()), *orders]


@cache
def _hidden() -> Disguises:
    return Disguises(words_of("signs"))


@cache
def _words() -> dict[str, str]:
    return yaml.safe_load((_HERE / "signs" / "words.yaml").read_text(encoding="utf-8"))["words"]


@cache
def _moves() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rules = yaml.safe_load((_HERE / "moves.yaml").read_text(encoding="utf-8"))
    return tuple((move, _repeated(rule["patterns"])) for move, rule in rules.items())


def _repeated(patterns: list[str]) -> re.Pattern[str]:
    """Any of the patterns, said up to three times in other words: 没听清，再说一遍."""
    once = "|".join(patterns)
    return re.compile(f"(?:{once})(?:[ ,，.。!！]*(?:{once})){{0,2}}", re.IGNORECASE)


def _any(patterns: list[str] | None) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile(_WORD.sub(lambda word: _words()[word[1]], "|".join(patterns)), re.IGNORECASE)
