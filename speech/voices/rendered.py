"""A voice that plays what was rendered ahead and speaks the rest live, clause by clause, with the same sound.

What it plays are the very samples, phones and words the voice itself would give. A sentence made from a known template
is cut around its slots, so that only the phrases with new values are synthesised.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from models.errors import NoSpace
from speech.text.language import language_of
from speech.text.slots import Template
from speech.types import Language, Speech
from speech.voices.clause import Clause, ClauseVoice
from speech.voices.shelf import Shelf, key_of

log = logging.getLogger("shuren.voice")


class RenderedVoice:
    """A `speech.types.Voice`: `voice` with a shelf. Only `render` and the mending of a damaged clause write to it, so
    what is said in a conversation is not kept."""

    def __init__(self, voice: ClauseVoice, shelf: Shelf, templates: Sequence[Template] = ()) -> None:
        self.name = voice.name
        self.live = voice
        self._shelf = shelf
        self._templates = tuple(template for template in templates if template.slots)

    async def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        """As `voice.say`."""
        for clause in await self.cut(text, language=language, speed=speed):
            async with aclosing(self.speak(clause)) as spoken:
                async for speech in spoken:
                    yield speech

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        """Make the beginning of `text` ahead of need, unless it is rendered already."""
        for clause in (await self.cut(text, language=language, speed=speed))[:1]:
            if self.key(clause) not in self._shelf:
                await self.live.prepare(clause.text, language=clause.language, speed=speed)

    async def aclose(self) -> None:
        await self.live.aclose()

    @property
    def recipe(self) -> str:
        return self.live.recipe

    async def cut(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> list[Clause]:
        language = language or language_of(text)
        out: list[Clause] = []
        for part in self._parts(text, language):
            out += await self.live.cut(part, language=language, speed=speed)
        return out

    async def speak(self, clause: Clause) -> AsyncIterator[Speech]:
        """From the shelf, else live."""
        key = self.key(clause)
        found = key in self._shelf
        made = await asyncio.to_thread(self._shelf.get, key) if found else None
        if made is not None:
            for speech in made:
                yield speech
            return
        pieces: list[Speech] = []
        async with aclosing(self.live.speak(clause)) as spoken:
            async for speech in spoken:
                pieces.append(speech)
                yield speech
        if found:  # it was damaged
            try:
                await asyncio.to_thread(self._shelf.put, key, tuple(pieces))
            except NoSpace as problem:
                log.warning("%s %s", problem.message, problem.hint)

    def key(self, clause: Clause) -> str:
        return key_of(self.recipe, clause)

    # --- rendering ahead -------------------------------------------------------------------------------------------

    async def fixed(self, text: str, language: Language) -> list[Clause]:
        """What of `text`, which may be a template, can be rendered before its slots are filled."""
        template, out = Template(text, language), []
        for part in [part.text for part in template.parts if not part.slots] if template.slots else [text]:
            out += await self.live.cut(part, language=language)
        return out

    async def missing(self, clauses: Sequence[Clause], *, check: bool = False) -> list[Clause]:
        """Those not on the shelf yet; the others are marked as in use. `check`: read them, and take away what is
        damaged."""
        look = (lambda key: self._shelf.get(key) is not None) if check else self._shelf.touch
        return await asyncio.to_thread(
            lambda: [clause for clause in dict.fromkeys(clauses) if not look(self.key(clause))]
        )

    async def render(self, clause: Clause) -> None:
        """Make `clause` and keep it. Raises BackendError, or NoSpace. Cancelled, it keeps nothing."""
        async with aclosing(self.live.speak(clause)) as spoken:
            pieces = tuple([speech async for speech in spoken])
        await asyncio.to_thread(self._shelf.put, self.key(clause), pieces)

    def _parts(self, text: str, language: Language) -> list[str]:
        for template in self._templates:
            if template.language == language and (parts := template.match(text)):
                return parts
        return [text]
