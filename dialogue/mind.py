"""A persona's mind: its pack, its index and its language model, shared by every conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from dialogue import followups, prompts
from dialogue.company import Company
from dialogue.elsewhere import asked_anybody
from dialogue.embedding import Embedder, load_embedders
from dialogue.flows.procedures import PREFIX, Procedures
from dialogue.flows.runner import Patience
from dialogue.guard import Guard
from dialogue.handoff import Desk
from dialogue.llm import LANGUAGE_MODELS
from dialogue.llm.base import LanguageModel
from dialogue.model_words import ModelLimits
from dialogue.pack import Item, Pack
from dialogue.packs import load_pack
from dialogue.planner import CHAT, ELSEWHERE, REFUSES, Planner
from dialogue.records import TurnRecord
from dialogue.retrieval import Entry, Index
from dialogue.talk import Talk
from dialogue.text import normalise
from dialogue.tools.types import Tools
from dialogue.types import Language
from dialogue.vectors import VectorCache
from dialogue.visitor import Keeper, Visitor
from models.store import Store

Phrasing = Literal["approved", "model"]


class Mind:
    """Immutable once loaded; conversations are made by `converse` and know nothing of each other."""

    def __init__(
        self,
        pack: Pack,
        *,
        model: LanguageModel | None = None,
        embedders: Sequence[Embedder] = (),
        index: Index | None = None,
        phrasing: Phrasing = "approved",
        limits: ModelLimits | None = None,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = monotonic,
        tools: Tools | None = None,
        desk: Desk | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`phrasing`: approved answers are spoken as written, or (`model`) told by the model and checked by them.

        `tools` and `desk` stay the caller's to close. Procedures whose tools are not there are not begun.
        """
        self.pack = pack
        self.model = model
        self.index = index or build_index(pack, embedders)
        self.tools, self.desk, self._patience, self._clock = tools, desk, patience, clock
        there = frozenset(tools.specs) if tools else frozenset()
        procedures = Procedures(tuple(flow for flow in pack.flows if flow.tools <= there), today=today)
        by_model = phrasing == "model" and model is not None
        self.planner = Planner(pack, self.index, today=today, by_model=by_model, procedures=procedures)
        self._guard = Guard(pack)
        self._limits = limits or ModelLimits()
        self._owns_model = False

    def with_model(
        self, model: LanguageModel, *, phrasing: Phrasing = "approved", limits: ModelLimits | None = None
    ) -> Mind:
        """The same pack and index with another model, which stays the caller's to close."""
        return Mind(
            self.pack, model=model, index=self.index, phrasing=phrasing, limits=limits,
            tools=self.tools, desk=self.desk, patience=self._patience,
        )  # fmt: skip

    @classmethod
    def load(
        cls,
        pack_dir: Path,
        *,
        store: Store | None = None,
        language_model: str | LanguageModel | None = "llama",
        phrasing: Phrasing = "approved",
        limits: ModelLimits | None = None,
        tools: Tools | None = None,
        desk: Desk | None = None,
        **settings: Any,
    ) -> Mind:
        """Load a pack and what it needs; takes seconds, call it off the event loop.

        `language_model`: a name from `LANGUAGE_MODELS` (with its `settings`), `"none"`, or a model already loaded,
        which then stays the caller's to close. Raises PersonaUnknown, PackInvalid, ModelMissing, BackendUnknown or
        BackendUnavailable. Without sentence encoders it goes on by words and sound.
        """
        pack = load_pack(Path(pack_dir))
        named = isinstance(language_model, str)
        model = load_model(language_model, store, settings) if named else language_model
        store = store or Store.default()
        index = build_index(pack, load_embedders(store), VectorCache(store.home / "cache" / "vectors"))
        mind = cls(pack, model=model, index=index, phrasing=phrasing, limits=limits, tools=tools, desk=desk)
        mind._owns_model = named
        if model:
            model.warm([prompts.chat_system(pack, pack.languages[0])])
            model.warm([followups.system(pack.languages[0])])
        return mind

    def converse(
        self,
        *,
        language: Language = "zh",
        on_record: Callable[[TurnRecord], None] | None = None,
        tools: Tools | None = None,
        keeper: Keeper | None = None,
    ) -> Talk:
        """A new conversation. `language` of the greeting; after that she follows the person. `tools`: the mind's own,
        by another way. `keeper`: of what is remembered of the person between talks."""
        return Talk(
            self.pack,
            self.planner,
            self._guard,
            self.model,
            language=language,
            limits=self._limits,
            on_record=on_record,
            tools=tools or self.tools,
            desk=self.desk,
            patience=self._patience,
            company=Company(self.pack.companion, self._clock) if self.pack.companion else None,
            visitor=Visitor(self.pack, keeper),
        )

    async def aclose(self) -> None:
        if self.model and self._owns_model:
            await self.model.aclose()


def load_model(name: str, store: Store | None, settings: dict[str, Any]) -> LanguageModel | None:
    """A model by its name, None for "none". Raises ModelMissing, BackendUnknown or BackendUnavailable."""
    if name == "none":
        return None
    spec = LANGUAGE_MODELS[name]
    if "store" in spec.settings and store is not None:
        settings = {"store": store, **settings}
    return LANGUAGE_MODELS.load(name, **settings)


def build_index(pack: Pack, embedders: Sequence[Embedder] = (), cache: VectorCache | None = None) -> Index:
    """The retrieval index of a pack: every item in both languages, what procedures start with, and small talk."""
    entries = [
        Entry(
            item.id,
            _asked(pack, item),
            tuple(normalise(item.answer[key]) for key in pack.languages),
        )
        for item in pack.items
    ]
    for item in sorted(pack.policy.answering):
        if asks := pack.policy.refusals[item]:
            answers = tuple(normalise(text) for text in pack.item(item).answer.values())
            entries.append(Entry(REFUSES + item, tuple(map(normalise, asks)), answers))
    own = {text for entry in entries for text in entry.phrasings}
    for name, examples in (
        (CHAT, pack.small_talk.examples),
        (ELSEWHERE, (*pack.elsewhere, *asked_anybody(pack.domain))),
    ):
        texts = dict.fromkeys(normalise(text) for text in examples)
        if asked := tuple(text for text in texts if text not in own):
            entries.append(Entry(name, asked))
    for flow in pack.flows:
        starts = tuple(normalise(text) for key in pack.languages for text in flow.starts[key])
        entries.append(Entry(PREFIX + flow.id, starts))
    return Index(entries, name=pack.id, words=pack.vocabulary, embedders=embedders, cache=cache)


def _asked(pack: Pack, item: Item) -> tuple[str, ...]:
    """Every way to ask for an item that the pack knows: phrasings, topics, and what it does nothing but refuse."""
    own = (text for key in pack.languages for text in (*item.phrasings[key], item.topic[key]))
    refused = pack.policy.refusals[item.id] if item.id in pack.refusing else ()
    return tuple(map(normalise, (*own, *refused)))
