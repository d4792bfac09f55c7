"""Cuts text into sentences, also while it still arrives from a language model."""

from __future__ import annotations

import re

from models import markup

_CLOSING = "”’」』】）)\"'"
_END = re.compile(rf"[。！？!?…\n]+[{_CLOSING}]*|(?<=[^\W\d_])\.(?=[\s{_CLOSING}])[{_CLOSING}]*|(?<=\d)\.(?=\s)")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|No|St|vs|etc|approx)|\b[A-Za-z]|\be\.g|\bi\.e|\ba\.m|\bp\.m)$")
_MARKUP = re.compile(r"[*_#`>~|]+|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]|\[(?=[^\]]*\]\()|\]\([^)]*\)")
_LIST_MARK = re.compile(r"^\s*(?:[-•·]\s+|\d{1,2}[.、)]\s+)")


def clean(text: str) -> str:
    """Spoken text only: no Markdown, no emoji, no list marks. Tags for the voice stay."""
    out, at = "", 0
    for tag in markup.TAG.finditer(text := _LIST_MARK.sub("", text)):
        out += _MARKUP.sub("", text[at : tag.start()]) + tag[0]
        at = tag.end()
    return re.sub(r"\s+", " ", out + _MARKUP.sub("", text[at:])).strip()


class Splitter:
    """Feed pieces, get whole sentences."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> list[str]:
        self._rest += piece
        done: list[str] = []
        start = 0
        for match in _END.finditer(self._rest):
            # The last character may still be followed by a closing quote or more dots: wait for the next piece.
            if match.end() == len(self._rest):
                break
            if match[0].startswith(".") and _ABBREVIATION.search(self._rest[start : match.start()]):
                continue
            done.append(self._rest[start : match.end()])
            start = match.end()
        self._rest = self._rest[start:]
        return [sentence for sentence in map(clean, done) if sentence]

    def flush(self) -> list[str]:
        """What is left when the text has ended."""
        rest, self._rest = clean(self._rest), ""
        return [rest] if re.search(r"\w", rest) else []


def split(text: str) -> list[str]:
    """The sentences of a finished text, each with its marks for the voice."""
    splitter, whole, at = Splitter(), markup.of(text), 0
    out: list[str] = []
    for sentence in (*splitter.feed(text), *splitter.flush()):
        start = whole.find(sentence, at)
        at = start + len(sentence) if start >= 0 else at
        out.append(whole.part(start, at) if start >= 0 and whole.marks else sentence)
    return out
