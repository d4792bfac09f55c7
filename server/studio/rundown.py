"""A rundown: what is said in a show, part by part. Data only; everything in it is checked before a word is spoken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dialogue.feelings import MOODS
from dialogue.gestures import GESTURES
from dialogue.guard import Guard
from dialogue.pack import Item, Pack
from dialogue.sentences import split
from dialogue.types import Language
from models.errors import RundownInvalid
from server.studio.offers import FIELDS, amounts, fields_in
from server.studio.products import Products

RUNDOWN = "rundown.yaml"
LARGEST = 256 << 10  # characters of a rundown
_SCARCE = re.compile(r"[仅只还]剩|最后\s*[\d一二两三四五六七八九十]+\s*[件个单份]|\bonly \w+ left\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"原价|划线价|日常价|市场价|专柜价|平时卖|\b(?:was|instead of|normally|list price)\b", re.IGNORECASE
)

Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=600)]], Field(min_length=1, max_length=20)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineSpec(_Strict):
    """Words of the rundown (`zh`, `en`: variants), or an approved answer of the pack (`item`)."""

    item: str = ""
    zh: Words | None = None
    en: Words | None = None
    about: str = ""
    """Sku of the product whose price or stock it tells."""
    mood: str = ""
    gesture: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> LineSpec:
        if bool(self.item) == bool(self.zh or self.en):
            raise ValueError("give either `item` or words in `zh` and `en`")
        if self.mood and self.mood not in MOODS:
            raise ValueError(f"there is no mood {self.mood!r}")
        if self.gesture and self.gesture not in GESTURES:
            raise ValueError(f"there is no gesture {self.gesture!r}")
        return self


class PartSpec(_Strict):
    item: str = ""
    """What it opens with."""
    title: dict[Language, str] = {}
    seconds: float = Field(gt=0, le=7200)
    """How long it lasts at most, answers to viewers included."""
    stay: bool = False
    """It lasts its time though all is said: for questions. Else the next one begins."""
    once: bool = False
    """In the first round only."""
    cards: list[str] = []
    lines: list[LineSpec] = Field([], max_length=200)


class RundownSpec(_Strict):
    format: int = Field(ge=1, le=1)
    as_of: date
    parts: list[PartSpec] = Field(min_length=1, max_length=200)
    notice_every_seconds: float = Field(900, ge=60, le=900)
    """How often viewers are told at least that it is AI."""
    notice: str = ""
    """The item that tells them; else the label is said."""
    closing: str = ""
    """Item said when the operator ends the show."""
    away: str = ""
    """Item said when nobody is at the desk any more."""
    repeat_after_seconds: float = Field(600, ge=60, le=7200)
    """No words are said twice within so long."""
    rest_seconds: tuple[float, float] = (0.8, 2.5)
    """Between two lines."""
    bridges: dict[Language, Words] = {}
    """Said when she goes back to a line that an answer broke into."""
    blocked: list[str] = Field([], max_length=500)
    """More words that keep a comment out."""
    repeat: bool = True
    """It begins again when it is over."""


@dataclass(frozen=True)
class Line:
    id: str  # "3.2": the second line of the third part; "3.0" opens it
    texts: dict[Language, tuple[str, ...]]  # variants
    item: str = ""
    about: str = ""
    mood: str = ""
    gesture: str = ""
    valid_to: date | None = None  # of the item: not said after that day


@dataclass(frozen=True)
class Part:
    title: dict[Language, str]
    seconds: float
    lines: tuple[Line, ...]
    cards: tuple[str, ...] = ()
    opens: bool = False  # its first line comes first, in every round
    stay: bool = False
    once: bool = False


@dataclass(frozen=True)
class Rundown:
    version: str  # of its text, for the record
    parts: tuple[Part, ...]
    notice_every_s: float
    repeat_after_s: float
    rest_s: tuple[float, float]
    repeat: bool
    notice: Line | None = None
    closing: Line | None = None
    away: Line | None = None
    bridges: dict[Language, tuple[str, ...]] | None = None
    blocked: tuple[str, ...] = ()


def of_pack(folder: Path) -> str:
    """The text of the pack's own rundown. Raises RundownInvalid where it has none."""
    file = folder / RUNDOWN
    if not file.is_file():
        raise RundownInvalid(f"{folder.name} has no {RUNDOWN}.", hint="Send one with the request.")
    return file.read_text(encoding="utf-8")


def parse(text: str) -> RundownSpec:
    """Its form alone, whoever is to say it. Raises RundownInvalid."""
    if len(text) > LARGEST:
        raise RundownInvalid(f"It has {len(text)} characters; {LARGEST} are the most.")
    try:
        return RundownSpec.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise RundownInvalid(f"This is not YAML: {error}") from error
    except ValidationError as error:
        raise RundownInvalid("; ".join(_told(each) for each in error.errors()[:20])) from error


def read(text: str, pack: Pack, products: Products, guard: Guard) -> Rundown:
    """A rundown of that persona. Raises RundownInvalid with everything that is wrong with it."""
    spec = parse(text)
    reading = _Reading(pack, products, guard)
    rundown = reading.read(spec, sha256(text.encode()).hexdigest()[:12])
    if reading.faults:
        raise RundownInvalid("; ".join(reading.faults[:20]))
    return rundown


def _told(error: dict) -> str:
    return f"{'.'.join(str(part) for part in error['loc']) or 'rundown'}: {error['msg']}"


class _Reading:
    """Turns a specification into a rundown and collects what is wrong."""

    def __init__(self, pack: Pack, products: Products, guard: Guard) -> None:
        self.faults: list[str] = []
        self._pack, self._products, self._guard = pack, products, guard
        self._items = {item.id: item for item in pack.items}

    def read(self, spec: RundownSpec, version: str) -> Rundown:
        least, most = spec.rest_seconds
        if not 0 <= least <= most <= 60:
            self.faults.append("rest_seconds: two numbers, the smaller first, of 60 at most")
        for language, words in spec.bridges.items():
            self._check(f"bridges.{language}", words, "")
        fixed = {name: self._fixed(name, getattr(spec, name)) for name in ("notice", "closing", "away")}
        return Rundown(
            version=version,
            parts=tuple(self._part(number, part) for number, part in enumerate(spec.parts, start=1)),
            notice_every_s=spec.notice_every_seconds,
            repeat_after_s=spec.repeat_after_seconds,
            rest_s=spec.rest_seconds,
            repeat=spec.repeat,
            bridges={language: tuple(words) for language, words in spec.bridges.items()},
            blocked=tuple(spec.blocked),
            **fixed,
        )

    def _part(self, number: int, spec: PartSpec) -> Part:
        where = f"part {number}"
        opening = self._fixed(f"{number}.0", spec.item, where) if spec.item else None
        lines = [self._line(f"{number}.{at}", each) for at, each in enumerate(spec.lines, start=1)]
        lines = [line for line in (opening, *lines) if line]
        if not lines:
            self.faults.append(f"{where}: there is nothing to say")
        self.faults += [f"{where}: no product {sku!r}" for sku in spec.cards if sku not in self._products]
        topic = self._items[spec.item].topic if spec.item in self._items else {}
        title = {language: words for language, words in ({"zh": where, "en": where} | topic | spec.title).items()}
        return Part(title, spec.seconds, tuple(lines), tuple(spec.cards), opening is not None, spec.stay, spec.once)

    def _fixed(self, id: str, item: str, where: str = "") -> Line | None:
        if not item:
            return None
        if item not in self._items:
            self.faults.append(f"{where or id}: no item {item!r}")
            return None
        return _of_item(id, self._items[item])

    def _line(self, id: str, spec: LineSpec) -> Line | None:
        if spec.about and spec.about not in self._products:
            self.faults.append(f"line {id}: no product {spec.about!r}")
            return None
        if spec.item:
            line = self._fixed(id, spec.item, f"line {id}")
            return line and _of_item(id, self._items[spec.item], spec)
        texts = {language: tuple(words) for language in ("zh", "en") if (words := getattr(spec, language))}
        for language in self._pack.languages:
            if language not in texts:
                self.faults.append(f"line {id}: nothing in {language}")
        for words in texts.values():
            self._check(f"line {id}", words, spec.about)
        return Line(id, texts, "", spec.about, spec.mood, spec.gesture)

    def _check(self, where: str, texts: Sequence[str], about: str) -> None:
        """What the guard keeps back, and what a host may not say of prices."""
        for text in texts:
            fields = fields_in(text)
            if unknown := fields - FIELDS.keys():
                self.faults.append(f"{where}: no field {', '.join(sorted(unknown))}")
                continue
            filled = text.format(**FIELDS)
            for part in split(filled):
                verdict = self._guard.check(part, [filled])
                if not verdict.ok:
                    self.faults.append(f"{where}: the guard keeps {verdict.words!r} back ({verdict.rule})")
            if not about and (fields or amounts(text)):
                self.faults.append(f"{where}: a price or stock needs `about`")
            if _SCARCE.search(text) and "stock" not in fields:
                self.faults.append(f"{where}: how many are left is told by {{stock}} only")
            if _COMPARED.search(text):
                self.faults.append(f"{where}: no compared prices, since the shop gives no basis for them")


def _of_item(id: str, item: Item, spec: LineSpec | None = None) -> Line:
    mood, gesture, about = (spec.mood, spec.gesture, spec.about) if spec else ("", "", "")
    texts = {language: (str(text),) for language, text in item.answer.items()}
    return Line(id, texts, item.id, about, mood or item.mood, gesture or item.gesture, item.valid_to)
