"""Rendering a persona's fixed sentences ahead: from the pack to the shelf, while nobody needs the voice.

shuren persona build     all of it now; Ctrl-C is safe, the next call goes on from there
shuren serve             in the background, whenever nobody speaks
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from dialogue.fixed import Fixed, fixed_sentences
from models.errors import BackendError, NoSpace
from server import logs
from speech.text.slots import Template

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from models.store import Store
    from server.settings import Settings
    from speech.types import Language, Voice
    from speech.voices.clause import Clause
    from speech.voices.rendered import RenderedVoice

LOOK = 0.1  # s between looks whether somebody has begun to speak
SETTLED = 2.0  # s of quiet before work goes on
FAILURES = 3  # in a row after which the voice is taken to be out of order


@dataclass
class Progress:
    """How far one persona is, in clauses."""

    persona: str
    there: int  # rendered before
    wanted: int
    made: int = 0
    failed: int = 0
    stopped: str = ""  # why the rest is not made

    @property
    def done(self) -> int:
        return self.there + self.made

    @property
    def whole(self) -> bool:
        return self.done == self.wanted


@dataclass
class Quiet:
    """Tells when the voice may be used for work ahead."""

    now: Callable[[], bool] = field(default=lambda: True)

    async def wait(self) -> None:
        """Until it has been quiet for SETTLED."""
        if self.now():
            return
        still = 0.0
        while still < SETTLED:
            await asyncio.sleep(LOOK)
            still = still + LOOK if self.now() else 0.0


async def rehearse(pack: Pack, voice: Voice, texts: Sequence[str], language: Language, quiet: Quiet) -> None:
    """Speak `texts` (the greeting) and the AI label once, live: a voice reads its dictionaries at its first sentence,
    which takes seconds, and what was spoken once comes from the voice's cache."""
    label = [spoken_label(pack)] if language == own_language(pack) else []
    for text in (*texts, *label):
        await quiet.wait()
        async for _ in live(voice).say(text, language=language):
            pass


def spoken_label(pack: Pack) -> str:
    """The AI label as a sentence: what stands there with a dot between is spoken with a comma."""
    language = own_language(pack)
    comma, stop = ("，", "。") if language == "zh" else (", ", ".")
    return pack.label[language].replace(" · ", comma).rstrip(stop) + stop


def own_language(pack: Pack) -> Language:
    """The language of the place: of the label a client hears that shows none."""
    return "zh" if pack.locale.startswith("zh") else "en"


def with_shelf(voice: Voice, pack: Pack, settings: Settings, store: Store) -> Voice:
    """`voice` playing what is rendered ahead; as it is where it does not speak clause by clause, or none is wanted."""
    from speech.voices.rendered import RenderedVoice
    from speech.voices.shelf import Shelf

    if not hasattr(voice, "recipe") or not settings.rendered.play:
        return voice
    shelf = Shelf(store.home / "cache" / "rendered", settings.rendered.max_mb << 20)
    return RenderedVoice(voice, shelf, templates(pack))


def live(voice: Voice) -> Voice:
    """The voice itself, without what was rendered ahead."""
    return getattr(voice, "live", voice)


def templates(pack: Pack) -> tuple[Template, ...]:
    """Sentences of the pack that have slots when they are spoken."""
    return tuple(Template(pack.ask_which[language], language) for language in pack.languages)


async def of_pack(
    pack: Pack,
    voice: Voice,
    *,
    tell: Callable[[Progress], None] = lambda progress: None,
    quiet: Quiet | None = None,
    check: bool = False,
) -> Progress | None:
    """Render what is missing of all that `pack` says word for word; None where `voice` cannot. `check`: read what is
    there. See `render`."""
    from speech.voices.rendered import RenderedVoice

    if not isinstance(voice, RenderedVoice):
        return None
    clauses = await clauses_of(pack, voice)
    return await render(pack.id, clauses, voice, tell=tell, quiet=quiet, check=check)


async def clauses_of(pack: Pack, voice: RenderedVoice) -> list[Clause]:
    """What to render, most wanted first, nothing twice: the AI label, which clients without a screen hear, and the
    pack's fixed sentences."""
    out: dict[Clause, None] = {}
    for line in (Fixed(spoken_label(pack), own_language(pack)), *fixed_sentences(pack, date.today())):
        out |= dict.fromkeys(await voice.fixed(line.text, line.language))
        for values in line.known:
            text = Template(line.text, line.language).fill(**values)
            out |= dict.fromkeys(await voice.cut(text, language=line.language))
    return list(out)


async def render(
    persona: str,
    clauses: Sequence[Clause],
    voice: RenderedVoice,
    *,
    tell: Callable[[Progress], None] = lambda progress: None,
    quiet: Quiet | None = None,
    check: bool = False,
) -> Progress:
    """Render what is missing. A clause that fails is left out; a full disk or a dead voice ends the work, with the
    reason in `stopped`. Cancelling loses no more than the clause under way."""
    quiet = quiet or Quiet()
    missing = await voice.missing(clauses, check=check)
    progress = Progress(persona, len(clauses) - len(missing), len(clauses))
    tell(progress)
    in_a_row = 0
    for clause in missing:
        try:
            await _in_quiet(voice, clause, quiet)
        except NoSpace as problem:
            progress.stopped = " ".join(filter(None, (problem.message, problem.hint)))
            logs.event("rendering_stopped", level=logging.WARNING, persona=persona, **problem.as_dict())
            break
        except BackendError as problem:
            progress.failed += 1
            in_a_row += 1
            logs.event("clause_not_rendered", level=logging.WARNING, text=clause.text, **problem.as_dict())
            if in_a_row == FAILURES:
                progress.stopped = problem.message
                break
        else:
            in_a_row = 0
            progress.made += 1
        tell(progress)
    return progress


async def _in_quiet(voice: RenderedVoice, clause: Clause, quiet: Quiet) -> None:
    """Render `clause`; drop it and begin again whenever somebody needs the machine meanwhile."""
    while True:
        await quiet.wait()
        work = asyncio.create_task(voice.render(clause), name="render")
        try:
            while not work.done() and quiet.now():
                await asyncio.wait([work], timeout=LOOK)
            if work.done():
                return work.result()
        finally:
            work.cancel()
            await asyncio.wait([work])
