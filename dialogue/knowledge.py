"""Reads one knowledge file of a persona pack.

A file is Markdown: front matter between `---` lines, then items.

    ## card-lost: 银行卡丢了怎么办 | losing a bank card      id: topic zh | topic en

    - 银行卡丢了怎么办                                       phrasings; a line without Chinese is English
    - I lost my bank card
    mood: serious                                            optional: mood, gesture, handoff, source, as_of, valid_to

    zh: 别着急，先挂失。                                      the approved answer; following lines belong to it
    en: Don't worry, block the card first.

Front matter: title, title_en, source, as_of, valid_to; an item may override the last three. `{name}` in an answer is
replaced by the persona's setting of that name. A mood may say how much of it, 0 to 1: `mood: glad 0.6`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from dialogue import marked
from dialogue.feelings import MOODS
from dialogue.gestures import GESTURES
from dialogue.pack import Item, Text
from dialogue.problems import forgiven
from dialogue.text import has_chinese
from models.errors import MarkupInvalid, PackInvalid

FRONT = ("title", "title_en", "source", "as_of", "valid_to")
KEYS = ("zh", "en", "source", "as_of", "valid_to", "mood", "gesture", "handoff")

_HEADING = re.compile(r"##\s+(?P<id>[a-z0-9][a-z0-9-]*)\s*[:：]\s*(?P<zh>[^|]+?)\s*\|\s*(?P<en>\S.*?)\s*$")
_KEY = re.compile(r"(?P<key>[a-z_]+)\s*[:：]\s*(?P<value>.*)$")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def invalid(file: Path, line: int, what: str, mend: str) -> PackInvalid:
    """The one shape of every pack error: where, what is wrong, and how to mend it."""
    where = f"{file.parent.name}/{file.name}, line {line}" if line else f"{file.parent.name}/{file.name}"
    return PackInvalid(f"{where}: {what}", hint=mend, file=str(file), line=line)


@dataclass
class _Draft:
    """An item while its lines are being read; each value remembers its line."""

    id: str
    topic: Text
    line: int
    phrasings: dict[str, list[str]] = field(default_factory=lambda: {"zh": [], "en": []})
    values: dict[str, tuple[str, int]] = field(default_factory=dict)


class _Reader:
    def __init__(self, file: Path, settings: dict[str, Text]) -> None:
        self.file = file
        self.settings = settings
        self.front: dict[str, tuple[str, int]] = {}
        self.drafts: list[_Draft] = []
        self.open_answer = ""  # "zh" or "en" while its continuation lines may follow
        self.lost = False  # below a heading that could not be read

    def read(self) -> tuple[Item, ...]:
        try:
            lines = self.file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise invalid(self.file, 0, "the file is not UTF-8", "Save it as UTF-8.") from error
        body = self._front_matter(lines)
        for number, line in enumerate(lines[body:], start=body + 1):
            with forgiven():
                self._line(line.strip(), number)
        if not self.drafts and not self.lost:
            raise invalid(self.file, len(lines), "no items", "Add a heading like `## my-id: 主题 | topic`.")
        items = []
        for draft in self.drafts:
            with forgiven():
                items.append(self._item(draft))
        return tuple(items)

    def _front_matter(self, lines: list[str]) -> int:
        if not lines or lines[0].strip() != "---":
            raise invalid(self.file, 1, "front matter is missing", "Begin the file with `---`, the keys and `---`.")
        for number, line in enumerate(lines[1:], start=2):
            if line.strip() == "---":
                self._front_complete(number)
                return number
            if not line.strip():
                continue
            key, value = self._key(line.strip(), number, FRONT)
            self.front[key] = (value, number)
        raise invalid(self.file, len(lines), "front matter never ends", "Close it with a line `---`.")

    def _front_complete(self, number: int) -> None:
        for key in FRONT:
            if not self.front.get(key, ("", 0))[0]:
                raise invalid(
                    self.file, number, f"front matter lacks {key!r}", f"Add a line `{key}: …` above this one."
                )

    def _key(self, line: str, number: int, known: tuple[str, ...]) -> tuple[str, str]:
        match = _KEY.match(line)
        if match and match["key"] in known:
            return match["key"], match["value"].strip()
        near = get_close_matches(match["key"] if match else line, known, n=1, cutoff=0.5)
        mend = f"Did you mean `{near[0]}:`?" if near else "Known keys: " + ", ".join(known) + "."
        raise invalid(self.file, number, f"cannot read {line[:40]!r}", mend)

    def _line(self, line: str, number: int) -> None:
        if line.startswith("#"):
            self.lost = True
            self._heading(line, number)
            self.lost = False
        elif self.lost:
            return
        elif not line:
            self.open_answer = ""
        elif not self.drafts:
            raise invalid(
                self.file, number, "text before the first item", "Move it below a `## id: 主题 | topic` heading."
            )
        elif line.startswith("- "):
            self._phrasing(line[2:].strip())
        elif self.open_answer and not self._is_key(line):
            text, first = self.drafts[-1].values[self.open_answer]
            self.drafts[-1].values[self.open_answer] = (
                f"{text} {line}" if self.open_answer == "en" else text + line,
                first,
            )
        else:
            self._value(line, number)

    def _is_key(self, line: str) -> bool:
        match = _KEY.match(line)
        return bool(match) and match["key"] in KEYS

    def _heading(self, line: str, number: int) -> None:
        match = _HEADING.match(line)
        if not match:
            raise invalid(self.file, number, f"cannot read the heading {line[:40]!r}",
                          "Write `## an-id: 中文主题 | English topic`.")  # fmt: skip
        for draft in self.drafts:
            if draft.id == match["id"]:
                raise invalid(
                    self.file, number, f"id {draft.id!r} was used in line {draft.line}", "Give it an id of its own."
                )
        self.drafts.append(_Draft(match["id"], {"zh": match["zh"], "en": match["en"]}, number))
        self.open_answer = ""

    def _phrasing(self, text: str) -> None:
        self.drafts[-1].phrasings["zh" if has_chinese(text) else "en"].append(text)
        self.open_answer = ""

    def _value(self, line: str, number: int) -> None:
        key, value = self._key(line, number, KEYS)
        draft = self.drafts[-1]
        if key in draft.values:
            raise invalid(self.file, number, f"{key!r} is given twice in {draft.id!r}", "Keep one of them.")
        draft.values[key] = (value, number)
        self.open_answer = key if key in ("zh", "en") else ""

    def _item(self, draft: _Draft) -> Item:
        for language, name in (("zh", "Chinese"), ("en", "English")):
            if not draft.values.get(language, ("", 0))[0]:
                raise invalid(
                    self.file, draft.line, f"{draft.id!r} has no {name} answer", f"Add a line `{language}: …`."
                )
            least = 3 if language == "zh" else 1
            if len(draft.phrasings[language]) < least:
                what = f"{draft.id!r} has {len(draft.phrasings[language])} {name} phrasings"
                mend = f"Give at least {least}, each as `- …`; people ask in many ways."
                raise invalid(self.file, draft.line, what, mend)
        as_of, valid_to = self._date(draft, "as_of"), self._date(draft, "valid_to")
        mood, intensity = self._mood(draft)
        if valid_to < as_of:
            raise invalid(
                self.file, draft.line, f"{draft.id!r} ends before it begins", "valid_to must not precede as_of."
            )
        return Item(
            id=draft.id,
            topic=draft.topic,
            phrasings={"zh": tuple(draft.phrasings["zh"]), "en": tuple(draft.phrasings["en"])},
            answer={language: self._answer(draft, language) for language in ("zh", "en")},
            chapter={"zh": self.front["title"][0], "en": self.front["title_en"][0]},
            source=self._inherited(draft, "source")[0],
            as_of=as_of,
            valid_to=valid_to,
            mood=mood,
            intensity=intensity,
            gesture=self._one_of(draft, "gesture", ("", *GESTURES), ""),
            handoff=self._one_of(draft, "handoff", ("yes", "no"), "no") == "yes",
        )

    def _inherited(self, draft: _Draft, key: str) -> tuple[str, int]:
        return draft.values.get(key) or self.front[key]

    def _date(self, draft: _Draft, key: str) -> date:
        value, line = self._inherited(draft, key)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise invalid(self.file, line, f"{key} {value!r} is not a date", "Write it as 2026-11-30.") from None

    def _mood(self, draft: _Draft) -> tuple[str, float]:
        """`glad` or `glad 0.6`; without one, what the words say."""
        value, line = draft.values.get("mood", ("", draft.line))
        mood, _, share = value.partition(" ")
        if mood not in ("", *MOODS):
            raise invalid(self.file, line, f"mood cannot be {mood!r}", "Choose one of: " + ", ".join(MOODS) + ".")
        if not share:
            return mood, 1.0
        if not re.fullmatch(r"0?\.\d+|0|1(?:\.0*)?", share.strip()):
            raise invalid(
                self.file, line, f"a mood cannot be {share.strip()!r} strong", "Write it as `mood: glad 0.6`."
            )
        return mood, float(share)

    def _one_of(self, draft: _Draft, key: str, known: tuple[str, ...], default: str) -> str:
        value, line = draft.values.get(key, (default, 0))
        if value not in known:
            raise invalid(
                self.file, line, f"{key} cannot be {value!r}", "Choose one of: " + ", ".join(filter(None, known)) + "."
            )
        return value

    def _answer(self, draft: _Draft, language: str) -> str:
        text, line = draft.values[language]

        def fill(match: re.Match[str]) -> str:
            if match[1] not in self.settings:
                known = ", ".join(sorted(self.settings)) or "none yet"
                raise invalid(self.file, line, f"nothing is set for {{{match[1]}}}",
                              f"Add it under `settings:` in persona.yaml (known: {known}).")  # fmt: skip
            return self.settings[match[1]][language]

        try:
            return marked.approved(_PLACEHOLDER.sub(fill, text))
        except MarkupInvalid as error:
            raise invalid(self.file, line, error.message, error.hint or "Mend the tag.") from None


def read_items(file: Path, settings: dict[str, Text]) -> tuple[Item, ...]:
    """The items of one knowledge file, in order. Raises PackInvalid with the file, the line and how to mend it."""
    return _Reader(file, settings).read()
