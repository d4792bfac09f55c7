"""How words are to be said: a small, strict part of SSML 1.1 (W3C, 2010) that rides along with plain text.

    read('请<emphasis>马上</emphasis>挂失，<break time="400ms"/>再补卡。')  →  Marked('请马上挂失，再补卡。', marks=…)

| tag | attribute | values |
| --- | --- | --- |
| `<break/>` | `time` or `strength` | 0–5000ms, 0–5s; none, weak, medium, strong |
| `<emphasis>` | `level` | reduced, moderate (the default), strong |
| `<prosody>` | `rate` | 50%–200%, x-slow, slow, medium, fast, x-fast |
| | `pitch` | -6st–+6st, x-low, low, medium, high, x-high |
| | `volume` | -12dB–+6dB, soft, medium, loud |
| `<say-as>` | `interpret-as` | digits, telephone, characters (or spell-out), cardinal, ordinal |
| `<sub>` | `alias` | what is said instead of what is written |
| `<mood>` | `name`, `level` | a mood of the face, 0–1 |

A `Marked` is a `str`: whoever shows, searches or checks it sees the plain words, and only a voice asks for the marks.
What is no tag stays text (`血压<140`). Mind and mouth both need this, so it stands where both may import it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from models.errors import MarkupInvalid

LONGEST_BREAK = 5_000  # ms
RATES = (0.5, 2.0)
PITCHES = (-6.0, 6.0)  # semitones
VOLUMES = (-12.0, 6.0)  # dB
SAY_AS = ("digits", "telephone", "characters", "cardinal", "ordinal")
EMPHASIS = {"reduced": -1.0, "moderate": 0.6, "strong": 1.0}
_BREAKS = {"none": 0, "x-weak": 50, "weak": 150, "medium": 300, "strong": 600, "x-strong": 1000}
_RATES = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "default": 1.0, "fast": 1.2, "x-fast": 1.5}
_PITCHES = {"x-low": -4.0, "low": -2.0, "medium": 0.0, "default": 0.0, "high": 2.0, "x-high": 4.0}
_VOLUMES = {"x-soft": -9.0, "soft": -5.0, "medium": 0.0, "default": 0.0, "loud": 4.0, "x-loud": 6.0}
_DEEPEST = 4

TAG = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][A-Za-z:-]{0,30})(?P<rest>/?|\s[^<>]{0,200})>")
_ATTRIBUTES = re.compile(r"(?:\s+[A-Za-z:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*")
_ATTRIBUTE = re.compile(r"([A-Za-z:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True)
class Mark:
    """One mark on the characters start..end of the plain text (none, for a break).

    kind and value: "break" ms · "emphasis" -1..1 · "rate" factor · "pitch" semitones · "volume" dB · "say-as" one of
    SAY_AS · "sub" the words to say · "mood" "name" or "name level".
    """

    kind: str
    start: int
    end: int
    value: float | str


class Marked(str):
    """Plain text with marks. Any ordinary work on the string forgets them; `part` keeps them."""

    marks: tuple[Mark, ...]

    def __new__(cls, text: str, marks: Iterable[Mark] = ()) -> Marked:
        made = super().__new__(cls, text)
        made.marks = tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))
        return made

    def part(self, start: int, end: int) -> Marked:
        """The characters start..end with what lies on them. A break at `end` belongs to what follows, if any does."""
        kept = []
        for mark in self.marks:
            a, b = max(mark.start, start), min(mark.end, end)
            mine = start <= mark.start < end or mark.start == end == len(self)
            if a < b or (mark.kind == "break" and mine):
                kept.append(replace(mark, start=a - start, end=b - start))
        return Marked(self[start:end], kept)

    def tagged(self) -> str:
        """With its tags again: two texts that are said alike give the same string."""
        events: list[tuple[int, int, int, str]] = []
        for number, mark in enumerate(self.marks):
            opening, closing = _written(mark)
            if not closing:
                events.append((mark.start, 1, number, opening))
            else:
                events += [(mark.start, 2, number, opening), (mark.end, 0, -number, closing)]
        out, at = "", 0
        for place, _, _, tag in sorted(events, key=lambda event: event[:3]):
            out, at = out + self[at:place] + tag, place
        return out + self[at:]


def of(text: str) -> Marked:
    """`text` as it is, with the marks it may carry."""
    return text if isinstance(text, Marked) else Marked(text)


def read(text: str, *, strict: bool = True) -> Marked:
    """Text with tags to plain text with marks.

    strict: an unknown tag, a wrong value or a tag that is never closed raises MarkupInvalid; otherwise such tags are
    dropped and the words between them stay.
    """
    marked = _read(text, strict)
    while TAG.search(marked):  # what was left of a tag inside a tag
        if strict:
            raise MarkupInvalid("A tag lies inside a tag.")
        marked = _read(marked, strict)
    return marked


def strip(text: str) -> str:
    """The plain words of a text with tags, right or wrong."""
    return str(read(text, strict=False))


def _read(text: str, strict: bool) -> Marked:
    plain, at = "", 0
    state = _Open()
    for match in TAG.finditer(text):
        plain, at = plain + text[at : match.start()], match.end()
        try:
            state.tag(match, len(plain))
        except MarkupInvalid:
            if strict:
                raise
    plain += text[at:]
    if state.stack and strict:
        name = state.stack[-1][0]
        raise MarkupInvalid(f"<{name}> is never closed.", hint=f"Write </{name}> after it.")
    while state.stack:
        state.close(state.stack[-1][0], len(plain))
    return Marked(plain, state.marks)


class _Open:
    """The tags that are open while a text is read, and the marks so far."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, int, list[tuple[str, float | str]]]] = []
        self.marks: list[Mark] = []

    def tag(self, match: re.Match[str], at: int) -> None:
        name, rest = match["name"].lower(), match["rest"]
        if match["closing"]:
            self.close(name, at)
            return
        single = rest.endswith("/") or match[0].endswith("/>")
        values = _values(name, rest.removesuffix("/"))
        if (name == "break") != single:
            right = f"<{name} …/>" if name == "break" else f"<{name} …>…</{name}>"
            raise MarkupInvalid(f"<{name}> is written wrongly.", hint=f"Write {right}.")
        if single:
            self.marks.append(Mark("break", at, at, values[0][1]))
        elif len(self.stack) == _DEEPEST:
            raise MarkupInvalid(f"<{name}> lies in {_DEEPEST} other tags.", hint="Nest less deeply.")
        else:
            self.stack.append((name, at, values))

    def close(self, name: str, at: int) -> None:
        if not self.stack or self.stack[-1][0] != name:
            raise MarkupInvalid(f"</{name}> closes nothing that is open there.")
        _, start, values = self.stack.pop()
        self.marks += [Mark(kind, start, at, value) for kind, value in values if at > start]


def _values(name: str, written: str) -> list[tuple[str, float | str]]:
    """(kind, value) of each thing a tag asks for. Raises MarkupInvalid."""
    if name not in _TAGS:
        raise MarkupInvalid(f"There is no tag <{name}>.", hint="Known: " + ", ".join(f"<{tag}>" for tag in _TAGS))
    if not _ATTRIBUTES.fullmatch(written):
        raise MarkupInvalid(f"<{name}> cannot be read.", hint='Write each attribute as name="value".')
    given = {key.lower(): (one or other).strip() for key, one, other in _ATTRIBUTE.findall(written)}
    known = _TAGS[name]
    for key in given:
        if key not in known:
            raise MarkupInvalid(f"<{name}> has no {key!r}.", hint="It has: " + ", ".join(known))
    if name == "mood":
        if not re.fullmatch(r"[a-z]{1,20}", given.get("name", "")):
            raise MarkupInvalid("<mood> needs a name.", hint='Write <mood name="warm">.')
        level = _number(given.get("level", "1"), "", (0.0, 1.0), name)
        return [("mood", given["name"] if level == 1 else f"{given['name']} {level:g}")]
    if name == "emphasis" and not given:
        return [("emphasis", EMPHASIS["moderate"])]
    if not given:
        raise MarkupInvalid(f"<{name}> asks for nothing.", hint="It has: " + ", ".join(known))
    return [known[key](value, name) for key, value in given.items()]


def _number(text: str, unit: str, bounds: tuple[float, float], name: str) -> float:
    match = re.fullmatch(rf"([+-]?\d{{1,4}}(?:\.\d{{1,3}})?){unit}", text)
    if not match or not bounds[0] <= float(match[1]) <= bounds[1]:
        raise MarkupInvalid(f"<{name}> cannot be {text!r}.", hint=f"Give {bounds[0]:g}{unit} to {bounds[1]:g}{unit}.")
    return float(match[1])


def _named(
    kind: str, names: dict[str, float], unit: str, bounds: tuple[float, float], scale: float = 1.0
) -> _Reader:
    def read_one(value: str, name: str) -> tuple[str, float | str]:
        if value in names:
            return kind, names[value]
        within = (bounds[0] / scale, bounds[1] / scale)
        return kind, round(_number(value, unit, within, name) * scale, 4)

    return read_one


def _time(value: str, name: str) -> tuple[str, float | str]:
    if value.endswith("ms"):
        return "break", _number(value, "ms", (0, LONGEST_BREAK), name)
    return "break", round(1000 * _number(value, "s", (0, LONGEST_BREAK / 1000), name), 1)


def _one_of(kind: str, names: Iterable[str], also: dict[str, str] | None = None) -> _Reader:
    known, also = tuple(names), also or {}

    def read_one(value: str, name: str) -> tuple[str, float | str]:
        value = also.get(value, value)
        if value not in known:
            raise MarkupInvalid(f"<{name}> cannot be {value!r}.", hint="Choose one of: " + ", ".join(known))
        return kind, value

    return read_one


def _level(value: str, name: str) -> tuple[str, float | str]:
    _, level = _one_of("emphasis", EMPHASIS)(value, name)
    return "emphasis", EMPHASIS[str(level)]


def _alias(value: str, name: str) -> tuple[str, float | str]:
    if not re.search(r"\w", value):
        raise MarkupInvalid("<sub> says nothing.", hint='Write <sub alias="what is said">.')
    return "sub", value


_Reader = Callable[[str, str], tuple[str, float | str]]
_TAGS: dict[str, dict[str, _Reader]] = {
    "break": {"time": _time, "strength": _named("break", _BREAKS, "ms", (0, LONGEST_BREAK))},
    "emphasis": {"level": _level},
    "prosody": {
        "rate": _named("rate", _RATES, "%", RATES, 0.01),
        "pitch": _named("pitch", _PITCHES, "st", PITCHES),
        "volume": _named("volume", _VOLUMES, "dB", VOLUMES),
    },
    "say-as": {"interpret-as": _one_of("say-as", SAY_AS, {"spell-out": "characters"})},
    "sub": {"alias": _alias},
    "mood": {"name": _alias, "level": _alias},
}


def _written(mark: Mark) -> tuple[str, str]:
    """The tags of one mark; "" to close what is not closed."""
    value = mark.value if isinstance(mark.value, str) else f"{mark.value:g}"
    if mark.kind == "break":
        return f'<break time="{value}ms"/>', ""
    if mark.kind == "emphasis":
        level = next(name for name, amount in EMPHASIS.items() if amount == mark.value)
        return f'<emphasis level="{level}">', "</emphasis>"
    if mark.kind == "mood":
        name, _, level = value.partition(" ")
        return f'<mood name="{name}"' + (f' level="{level}"' if level else "") + ">", "</mood>"
    if mark.kind in ("say-as", "sub"):
        attribute = {"say-as": "interpret-as", "sub": "alias"}[mark.kind]
        return f'<{mark.kind} {attribute}="{value}">', f"</{mark.kind}>"
    signed = {"rate": f"{float(value) * 100:g}%", "pitch": f"{float(value):+g}st", "volume": f"{float(value):+g}dB"}
    return f'<prosody {mark.kind}="{signed[mark.kind]}">', "</prosody>"
