"""A question put to any version of a pack, in use or not. Nothing is spoken, nothing is written down, no tool is called
and no human comes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from dialogue.archive import digest
from dialogue.text import language_of
from dialogue.tools.types import ToolResult, ToolSpec
from dialogue.types import Sentence, Utterance
from models.errors import ToolRefused

if TYPE_CHECKING:
    from dialogue.llm.base import LanguageModel
    from dialogue.mind import Mind
    from dialogue.records import TurnRecord
    from models.store import Store
    from server.settings import Settings

KEPT = 2  # minds of the versions asked last: one that is edited, and the one in use


class Untouched:
    """A pack's tools (dialogue.tools.types.Tools), so that its procedures begin; none of them is ever called."""

    def __init__(self, specs: Mapping[str, ToolSpec]) -> None:
        self.specs = specs

    async def call(self, name: str, arguments: Mapping[str, Any], *, key: str) -> ToolResult:
        raise ToolRefused(f"{name} is not called where a version is only tried.")


@dataclass(frozen=True)
class Answer:
    """`first_ms`: until the first sentence was there, speech aside."""

    sentences: tuple[Sentence, ...]
    record: TurnRecord
    first_ms: float


def load(folder: Path, model: LanguageModel | None, settings: Settings, store: Store) -> Mind:
    """The mind of the pack in `folder`, which leaves the world alone. Takes seconds. Raises PackInvalid."""
    from dialogue.mind import Mind
    from dialogue.tools.load import load_tools
    from server import engines

    return Mind.load(
        folder,
        store=store,
        language_model=model,
        phrasing=settings.language_model.phrasing,
        limits=engines.model_limits(settings),
        tools=Untouched({name: tool.spec for name, tool in load_tools(folder).tools.items()}),
    )


async def ask(mind: Mind, question: str) -> Answer:
    """The first turn of a talk of its own."""
    records: list[TurnRecord] = []
    said = Utterance(question, language_of(question, "zh"), typed=True)
    talk = mind.converse(language=said.language, on_record=records.append)
    sentences, first_ms, began = [], 0.0, perf_counter()
    try:
        async for sentence in talk.reply(said, turn=1):
            first_ms = first_ms or (perf_counter() - began) * 1000
            sentences.append(sentence)
    finally:
        await talk.aclose()
    return Answer(tuple(sentences), records[-1], round(first_ms, 1))


class Tries:
    """Loads what it is asked of and keeps it for the next question. Calls come one at a time."""

    def __init__(self, load: Callable[[Path], Awaitable[Mind]]) -> None:
        self._load = load
        self._minds: OrderedDict[str, Mind] = OrderedDict()  # by persona and digest

    async def ask(self, folder: Path, question: str) -> Answer:
        """Raises PackInvalid, or BackendUnavailable where there is nobody to ask."""
        name = f"{folder.name} {await asyncio.to_thread(digest, folder)}"
        mind = self._minds.pop(name, None) or await self._load(folder)
        self._minds[name] = mind
        while len(self._minds) > KEPT:
            await self._minds.popitem(last=False)[1].aclose()
        return await ask(mind, question)

    async def aclose(self) -> None:
        while self._minds:
            await self._minds.popitem()[1].aclose()
