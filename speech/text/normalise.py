"""Written text to spoken text, run by run, so that captions keep what was written.

    "年利率3.5%起" → Run("年利率", "年利率"), Run("3.5%", "百分之三点五"), Run("起", "起")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from re import Match, Pattern

from models import markup
from speech.types import Language

Rule = tuple[Pattern[str], Callable[[Match[str]], str | None]]

# Full-width letters, digits and marks are matched like their half-width twins; lengths stay the same.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {
    ord(wide): narrow for wide, narrow in zip("％．－～＋＝＆＠＃／＊￥", "%.-~+=&@#/*¥", strict=True)
}


@dataclass(frozen=True)
class Run:
    """`written` is a piece of the original text, `spoken` how it is read; equal where nothing changes."""

    written: str
    spoken: str


def normalise(text: str, language: Language) -> tuple[Run, ...]:
    """Runs whose `written` parts join to `text` exactly. Marks that say how (`say-as`, `sub`) come before any rule."""
    from speech.text import chinese, english, said

    module, marked = chinese if language == "zh" else english, markup.of(text)
    runs = apply(module.rules(), text, said.readings(marked, language))
    edges = {edge for mark in marked.marks for edge in (mark.start, mark.end)}
    return tuple(_cut(runs, edges)) if edges else runs


def _cut(runs: Iterable[Run], edges: set[int]) -> Iterable[Run]:
    """Plain runs cut where marks begin and end, so that no word reaches across."""
    at = 0
    for run in runs:
        end = at + len(run.written)
        if run.written != run.spoken:
            yield run
        else:
            places = sorted({at, end, *(edge for edge in edges if at < edge < end)})
            for a, b in zip(places, places[1:], strict=False):
                piece = run.written[a - at : b - at]
                yield Run(piece, piece)
        at = end


def spoken(text: str, language: Language) -> str:
    """The whole text as it is read."""
    return "".join(run.spoken for run in normalise(text, language))


def half_width(text: str) -> str:
    """The text with full-width forms narrowed, character by character."""
    return text.translate(_HALF_WIDTH)


def apply(rules: Iterable[Rule], text: str, settled: Iterable[tuple[int, int, str]] = ()) -> tuple[Run, ...]:
    """Let the rules claim stretches of `text`, earlier rules first; a rule may decline by returning None. `settled` are
    stretches (start, end, how they are read) that no rule may touch."""
    flat, claimed = half_width(text), list(settled)
    taken = bytearray(len(text))
    for start, end, _ in claimed:
        taken[start:end] = b"\1" * (end - start)
    for pattern, read in rules:
        for match in pattern.finditer(flat):
            start, end = match.span()
            if start == end or any(taken[start:end]):
                continue
            said = read(match)
            if said is not None:
                taken[start:end] = b"\1" * (end - start)
                claimed.append((start, end, said))
    return tuple(_fill(text, sorted(claimed)))


def _fill(text: str, claimed: list[tuple[int, int, str]]) -> Iterable[Run]:
    at = 0
    for start, end, said in claimed:
        if start > at:
            yield Run(text[at:start], text[at:start])
        yield Run(text[start:end], said)
        at = end
    if at < len(text):
        yield Run(text[at:], text[at:])
