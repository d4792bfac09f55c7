"""One talk of an eval: what was asked, what came back, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any

from dialogue.evals.support import Support, told
from dialogue.mind import Mind
from dialogue.records import TurnRecord
from dialogue.tools.types import ToolResult, Tools, ToolSpec
from dialogue.types import Language, Sentence, Utterance


@dataclass(frozen=True)
class Called:
    """A tool that was called, and its answer."""

    tool: str
    arguments: Mapping[str, Any]
    result: ToolResult


class Recorded:
    """Tools that remember what was called of them."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.calls: list[Called] = []

    @property
    def specs(self) -> Mapping[str, ToolSpec]:
        return self._tools.specs

    async def call(self, name: str, arguments: dict[str, Any], *, key: str) -> ToolResult:
        result = await self._tools.call(name, arguments, key=key)
        self.calls.append(Called(name, dict(arguments), result))
        return result


@dataclass(frozen=True)
class Reply:
    """One turn as the visitor met it."""

    asked: str
    language: Language
    sentences: tuple[Sentence, ...]
    record: TurnRecord
    calls: tuple[Called, ...]
    first_ms: float  # until the first sentence was there, speech aside
    unsupported: tuple[str, ...]  # numbers spoken that nothing supports

    @property
    def said(self) -> str:
        return "".join(sentence.text for sentence in self.sentences)


class Trial:
    """A talk with a mind, as the service holds it: heard to the end, never interrupted."""

    def __init__(
        self, mind: Mind, language: Language, support: Support, *, today: date, tools: Recorded | None = None
    ) -> None:
        self._records: list[TurnRecord] = []
        self._talk = mind.converse(language=language, on_record=self._records.append)
        self._support = support
        self._today = today
        self._tools = tools
        self._sources: list[str] = []
        self.replies: list[Reply] = []

    async def ask(self, text: str, language: Language) -> Reply:
        turn, first_ms = len(self.replies) + 1, 0.0
        before = len(self._tools.calls) if self._tools else 0
        sentences = []
        began = perf_counter()
        async for sentence in self._talk.reply(Utterance(text, language), turn=turn):
            first_ms = first_ms or (perf_counter() - began) * 1000
            sentences.append(sentence)
        self._talk.heard(turn, "".join(sentence.text for sentence in sentences), interrupted=False)
        calls = tuple(self._tools.calls[before:]) if self._tools else ()
        self._sources += self._support.heard(text, self._today)
        self._sources += [said for call in calls for part in (call.arguments, call.result.data) for said in told(part)]
        sources = tuple(self._sources)
        reply = Reply(
            asked=text,
            language=language,
            sentences=tuple(sentences),
            record=self._records[-1],
            calls=calls,
            first_ms=first_ms,
            unsupported=tuple(word for each in sentences for word in self._support.missing(each, sources)),
        )
        self.replies.append(reply)
        return reply

    async def aclose(self) -> None:
        await self._talk.aclose()
