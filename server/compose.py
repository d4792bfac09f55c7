"""The house: the engines all sessions share, and the making of a session.

Weights load once, in the background, one after the other (two loading at a time would only compete for the same
cores); `readiness` tells how far it is. Nothing here knows of sockets.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from dialogue.archive import digest
from models.errors import AtCapacity, BackendUnavailable, PersonaUnknown, RequestInvalid, ShurenError
from models.hosting import Hosts
from models.store import Store
from server import engines, logs, reload, rendering
from server.loading import Listener, Logged
from server.realtime.host import LiveSession, PersonaCard
from server.realtime.ids import new_id
from server.settings import Settings
from server.storage.minutes import Minutes, Visit

if TYPE_CHECKING:
    from animation.rig import Rig
    from avatar.listening import Listening
    from avatar.puppetry import PuppetSession
    from avatar.session import Session
    from dialogue.mind import Mind
    from dialogue.pack import Pack
    from dialogue.records import TurnRecord
    from dialogue.tools.client import ClientTools
    from dialogue.tools.toolbox import Toolbox
    from server.chat.talks import Written
    from server.storage.keeping import Keeping
    from speech.hearing import Ears
    from speech.types import Language, Recogniser, Transcript, Voice
    from speech.vad import SileroVad


# Of OpenAI's API, which stock clients must choose from: all mean the default persona's voice.
OPENAI_VOICES = frozenset(
    "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse default".split()
)  # fmt: skip


@dataclass
class Persona:
    """One persona and, once loaded, what it needs."""

    pack: Pack
    card: PersonaCard
    mind: Mind | None = None
    tools: Toolbox | None = None  # where its pack has any
    voice: Voice | None = None
    rig: Rig | None = None
    digest: str = ""  # of its pack's files
    rendered: rendering.Progress | None = None
    wanted: bool = False  # somebody talks with it, or will

    @property
    def loaded(self) -> bool:
        return bool(self.mind and self.voice and self.rig)


class House:
    """Personas, shared engines and the sessions that are open."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        listener: Listener | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        """`keeping`: where conversations are written down; None: nowhere.

        Reads the packs; raises PersonaUnknown or PackInvalid, or BackendUnavailable for a desk set up wrongly.
        """
        self._settings = settings
        self._store = store or Store.default()
        self._listener = listener or Logged()
        self.keeping = keeping
        self._personas = {
            pack.id: Persona(pack, PersonaCard.of(pack, settings.avatar)) for pack in engines.packs(settings)
        }
        versions = settings.versions
        self._watch = reload.Watch(lambda: versions.folders(tuple(self._personas)))
        self._retired = reload.Retired()
        self._following: asyncio.Task[None] | None = None
        self._parts = {name: "loading" for name, _ in self._plan()}
        self._access = engines.access(settings)
        self.desk = engines.desk(settings)
        self.hosts = Hosts()  # of engines in processes of their own
        self._ears: Ears | None = None
        self._language_model: Any = None
        self._sessions: set[LiveSession] = set()
        self._loading: asyncio.Task[None] | None = None
        self._ahead: asyncio.Task[None] | None = None
        self._wanted: asyncio.Queue[Persona] = asyncio.Queue()  # what they say word for word is rendered
        self._speakers: dict[str, Voice] = {}  # voices of no persona, for /v1/audio/speech
        self.on_turn: Callable[[str, Visit, str, TurnRecord], None] = lambda *_: None  # session, who, persona, turn

    # --- loading ---------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to load; must be called on the event loop."""
        if self.keeping:
            self.keeping.caches.append(self._forget_spoken)
            self.keeping.open()
        self._loading = asyncio.create_task(self._load(), name="load")

    async def loaded(self) -> None:
        """Wait until loading has ended, well or not."""
        if self._loading:
            await asyncio.wait([self._loading])

    async def aclose(self) -> None:
        """Stop loading and let go of the engines. Sessions end with their sockets, before this."""
        for task in filter(None, (self._loading, self._ahead, self._following)):
            task.cancel()
            await asyncio.wait([task])
        await self._retired.close()
        toolboxes = (persona.tools for persona in self._personas.values())
        for engine in (*self._minds(), *toolboxes, self.desk, *self._voices(), self._ears, self._language_model):
            if engine is not None:
                await engine.aclose()
        if self.keeping:
            await self.keeping.aclose()

    def readiness(self) -> dict[str, str]:
        """`ready`, `loading`, `restarting`, or what is wrong, by part."""
        return self._parts | self.hosts.away()

    def rendered(self) -> dict[str, dict[str, int]]:
        """How many clauses of a persona's fixed sentences are rendered ahead, of how many; nothing while unknown."""
        found = {persona.card.id: persona.rendered for persona in self._personas.values() if persona.rendered}
        return {name: {"clauses": done.done, "of": done.wanted} for name, done in found.items()}

    def _plan(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """What to load, in order: the parts every persona needs first."""
        plan: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("ears", partial(asyncio.to_thread, self._load_ears)),
            ("language model", partial(asyncio.to_thread, self._load_language_model)),
        ]
        default = self._default
        personas = [default, *(each for each in self._personas.values() if each is not default)]
        return plan + [(f"persona {each.card.id}", partial(self._prepare, each)) for each in personas]

    async def _prepare(self, persona: Persona) -> None:
        await asyncio.to_thread(self._load_persona, persona)
        if persona is self._default:
            await self._rehearse(persona, persona.pack.languages[0], rendering.Quiet())

    @property
    def _default(self) -> Persona:
        return self._personas[self._settings.persona or next(iter(self._personas))]

    async def _load(self) -> None:
        for part, load in self._plan():
            began = perf_counter()
            try:
                await load()
            except ShurenError as problem:
                self._parts[part] = " ".join(filter(None, (problem.message, problem.hint)))
                logs.event("load_failed", level=logging.ERROR, part=part, **problem.as_dict())
            except Exception as problem:
                self._parts[part] = "failed; the log has the reason"
                logs.failure("load_failed", problem, part=part)
            else:
                self._parts[part] = "ready"
            self._listener.part(part, self._parts[part], (perf_counter() - began) * 1000)
        ready = all(state == "ready" for state in self._parts.values())
        self._listener.all(ready)
        if self._settings.reload:
            following = reload.follow(self._watch, self._renew, lambda: self._retired.close(self._sessions))
            self._following = asyncio.create_task(following, name="follow packs")
        if ready:
            self._want(self._default)
            self._ahead = asyncio.create_task(self._work_ahead(), name="work ahead")

    async def _renew(self, folder: Path) -> None:
        """Take a changed pack for the talks that begin from now on; those under way go on as they began. Raises
        PersonaUnknown or PackInvalid."""
        before = self._personas.get(folder.name)
        fresh = await asyncio.to_thread(self._load_again, folder, before)
        self._personas[folder.name] = fresh
        if self.keeping:
            self.keeping.note("pack.activated", actor="reload", subject=folder.name, digest=fresh.digest)
        if before is None:  # put to use since the service began
            self._parts[f"persona {folder.name}"] = "ready"
            return
        voices = (before.voice,) if rendering.live(before.voice) is not rendering.live(fresh.voice) else ()
        self._retired.add(self._sessions, filter(None, (before.mind, before.tools, *voices)))
        if before.wanted:
            self._want(fresh)

    def _load_again(self, folder: Path, before: Persona | None) -> Persona:
        from dialogue.packs import load_pack

        pack = load_pack(folder)
        fresh = Persona(pack, PersonaCard.of(pack, self._settings.avatar))
        self._load_persona(fresh, before)
        return fresh

    def _want(self, persona: Persona) -> None:
        if not persona.wanted:
            persona.wanted = True
            self._wanted.put_nowait(persona)
            if persona.tools:
                persona.tools.warm()

    async def _work_ahead(self) -> None:
        """What nobody waits for, whenever nobody speaks: each voice says its first words once, and what the personas in
        use say word for word is rendered."""
        quiet = self._quiet()
        for persona in tuple(self._personas.values()):
            for language in persona.pack.languages[1 if persona is self._default else 0 :]:
                await self._rehearse(persona, language, quiet)
        while self._settings.rendered.ahead:
            await self._render_ahead(await self._wanted.get(), quiet)
            self._wanted.task_done()

    def _quiet(self) -> rendering.Quiet:
        return rendering.Quiet(lambda: all(session.quiet for session in self._sessions))

    async def build(self, folder: Path, tell: Callable[[rendering.Progress], None]) -> rendering.Progress | None:
        """Render what the pack in `folder` says word for word, while nobody speaks; see server/packs/building.py."""
        from dialogue.packs import load_pack
        from server.packs.building import build

        pack = await asyncio.to_thread(load_pack, folder)
        known = self._personas.get(pack.id)
        voice = known.voice if known and known.pack.voice == pack.voice else None
        return await build(pack, voice, self._settings, self._store, quiet=self._quiet(), tell=tell)

    async def trial(self, folder: Path) -> Mind:
        """A mind of the pack in `folder` that leaves the world alone; see server/packs/trying.py."""
        from server.packs.trying import load

        return await asyncio.to_thread(load, folder, self._language_model, self._settings, self._store)

    async def _rehearse(self, persona: Persona, language: Language, quiet: rendering.Quiet) -> None:
        greeting = persona.mind.converse(language=language).greeting()
        texts = [sentence.text for sentence in greeting]
        await rendering.rehearse(persona.pack, persona.voice, texts, language, quiet)

    async def _render_ahead(self, persona: Persona, quiet: rendering.Quiet) -> None:
        def tell(progress: rendering.Progress) -> None:
            persona.rendered = progress
            self._listener.rendering(progress)

        if not getattr(rendering.live(persona.voice), "ahead", True):
            return  # each clause is paid for: `shuren persona build`
        try:
            done = await rendering.of_pack(persona.pack, persona.voice, quiet=quiet, tell=tell)
        except Exception as problem:
            logs.failure("rendering_failed", problem, persona=persona.card.id)
        else:
            if done:
                self._listener.rendered(done)

    def _load_ears(self) -> None:
        self._ears = engines.load_ears(self._settings, self._store, self.hosts)

    def _load_language_model(self) -> None:
        self._language_model = engines.load_language_model(self._settings, self._store, self.hosts)

    def _load_persona(self, persona: Persona, before: Persona | None = None) -> None:
        """`before`: the same persona with an older pack, whose voice and body are kept where the pack keeps them."""
        from dialogue.mind import Mind
        from dialogue.tools.toolbox import Toolbox
        from speech.role import Role

        Role.of(persona.pack.likely_words)  # learnt here rather than while the first visitor waits
        persona.tools = Toolbox(persona.pack.tools, self._access) if persona.pack.tools.tools else None
        persona.mind = Mind.load(
            persona.pack.folder,
            store=self._store,
            language_model=self._language_model,
            phrasing=self._settings.language_model.phrasing,
            limits=engines.model_limits(self._settings),
            tools=persona.tools,
            desk=self.desk,
        )
        if before and before.voice and before.pack.voice == persona.pack.voice:
            live = rendering.live(before.voice)
            persona.voice = rendering.with_shelf(live, persona.pack, self._settings, self._store)
        else:
            persona.voice = engines.load_voice(self._settings, self._store, persona.pack)
        body = before.rig if before and before.card.avatar == persona.card.avatar else None
        persona.rig = body or engines.load_rig(self._settings.avatars / persona.card.avatar)
        persona.digest = digest(persona.pack.folder)

    # --- what connections and REST ask -----------------------------------------------------------------------------

    @property
    def recogniser(self) -> str:
        return self._settings.ears.recogniser

    def listening(self, persona: str) -> Listening:
        """As the persona's pack says, and where it says nothing as the operator does."""
        from avatar.listening import Listening

        return Listening(**self._settings.listening.model_dump() | dict(self._personas[persona].pack.listening))

    def personas(self) -> list[PersonaCard]:
        return [persona.card for persona in self._personas.values()]

    def digests(self) -> dict[str, str]:
        """Which state of its pack's files new talks with a persona get; nothing of those still loading."""
        return {name: persona.digest for name, persona in self._personas.items() if persona.digest}

    def persona(self, name: str) -> PersonaCard:
        """A persona by id, "" for the default one. Raises PersonaUnknown."""
        name = name or self._default.card.id
        if name not in self._personas:
            raise PersonaUnknown(f"No persona named {name[:80]!r}.", hint=f"Known: {', '.join(self._personas)}")
        return self._personas[name].card

    def open_session(
        self,
        persona: str,
        *,
        speaks_label: bool,
        language: str = "",
        rendered: bool = True,
        visit: Visit = Visit(),  # noqa: B008 (it cannot change)
    ) -> Session:
        """A new session; hand it back to `close_session`. `language` of the greeting, where the persona speaks it.
        `rendered`: play what was rendered ahead. `visit`: who talks, for what is written down.

        Raises AtCapacity, or BackendUnavailable while loading.
        """
        self._check_room()
        session = self._make_session(self._personas[persona], speaks_label, language, rendered, visit)
        self._sessions.add(session)
        self._want(self._personas[persona])
        return session

    def open_puppet(self, persona: str) -> PuppetSession:
        """A session in which the client's own voice moves the avatar; hand it back to `close_session`.

        Raises AtCapacity, or BackendUnavailable while loading.
        """
        from animation.body import Body
        from avatar.puppet import Puppet
        from avatar.puppetry import PuppetSession

        self._check_room()
        rig = self._personas[persona].rig
        if rig is None:
            raise self._unavailable(self._personas[persona])
        session = PuppetSession(id=new_id("sess"), puppet=Puppet(Body(rig, seed=secrets.randbits(32))))
        self._sessions.add(session)
        return session

    def _check_room(self) -> None:
        if len(self._sessions) >= self._settings.sessions.limit:
            raise AtCapacity("All places are taken at the moment.", hint="Try again in a minute.")

    def close_session(self, session: LiveSession) -> None:
        self._sessions.discard(session)
        if self.keeping:
            self.keeping.end(session.id)

    async def transcribe(self, pcm: np.ndarray, persona: str) -> Transcript:
        """Text of an audio message, int16 at 24 kHz. Raises BackendError."""
        from speech.audio import resample, to_float
        from speech.types import INPUT_RATE, OUTPUT_RATE
        from speech.understanding import Understanding

        audio = resample(to_float(pcm), OUTPUT_RATE, INPUT_RATE)
        words = self._personas[persona].pack.likely_words
        return await Understanding(self._ears.recogniser).transcribe(audio, words=words)

    def speaker(self, voice: str, model: str) -> Voice:
        """A voice by its own name, or the one of a persona: named by `voice` or `model`, else the default one.

        Raises BackendUnknown, or BackendUnavailable while loading.
        """
        for name in (voice, model):
            if name in self._personas:
                return self._voice_of(self._personas[name])
        persona = self._personas[self.persona("").id]
        own = self._voice_of(persona)
        if not voice or voice in OPENAI_VOICES:
            return own
        if voice not in self._speakers:
            self._speakers[voice] = engines.load_speaker(self._settings, self._store, persona.pack, voice)
        return self._speakers[voice]

    def _voice_of(self, persona: Persona) -> Voice:
        if persona.voice is None:
            raise self._unavailable(persona)
        return persona.voice

    def listener(self, persona: str, model: str) -> tuple[SileroVad, Recogniser]:
        """Ears for one recording, those of the persona that `persona` or `model` names; a `model` may be anything else.

        Raises PersonaUnknown, or BackendUnavailable while loading.
        """
        from speech.understanding import Understanding

        name = self.persona(persona).id if persona else model
        if self._ears is None:
            raise self._unavailable(next(iter(self._personas.values())))
        words = self._personas[name].pack.likely_words if name in self._personas else ()
        return self._ears.vad, Understanding(self._ears.recogniser, words)

    def _make_session(
        self, persona: Persona, speaks_label: bool, language: str, rendered: bool, visit: Visit
    ) -> Session:
        from animation.body import Body
        from avatar.session import Session

        if self._ears is None or not persona.loaded:
            raise self._unavailable(persona)
        spoken = language if language in persona.pack.languages else rendering.own_language(persona.pack)
        name = new_id("sess")
        minutes, record = self._noted(name, visit, persona)
        tools = self._client_tools(persona)
        keeper = self.keeping.remember(name, visit, persona.pack) if self.keeping else None
        conversation = persona.mind.converse(language=spoken, on_record=record, tools=tools, keeper=keeper)
        session = Session(
            id=name,
            hearing=self._ears.listen(conversation.words),
            conversation=conversation,
            voice=persona.voice if rendered else rendering.live(persona.voice),
            body=Body(persona.rig, seed=secrets.randbits(32)),
            greet=self._settings.sessions.greet,
            spoken_label=rendering.spoken_label(persona.pack) if speaks_label else "",
            label_language=rendering.own_language(persona.pack),
            names=tuple(persona.pack.names.values()),
            listening=self.listening(persona.card.id),
            **({"observer": minutes.observe} if minutes else {}),
        )
        session.tools = tools
        return session

    def write(self, name: str, visit: Visit) -> Written:
        """A talk in writing with a persona. Raises RequestInvalid where she keeps company, BackendUnavailable while
        loading."""
        from server.chat.talks import Written

        persona = self._personas[name]
        if persona.mind is None:
            raise self._unavailable(persona)
        if persona.pack.companion:
            hint = "Begin a session: her duties to whoever she keeps company need one."
            raise RequestInvalid("This persona keeps company.", hint=hint, param="model")
        talk = new_id("chat")
        minutes, record = self._noted(talk, visit, persona)
        conversation = persona.mind.converse(language=rendering.own_language(persona.pack), on_record=record)
        return Written(talk, conversation, minutes, partial(self.keeping.end, talk) if self.keeping else lambda: None)

    def _noted(self, name: str, visit: Visit, persona: Persona) -> tuple[Minutes | None, Callable[[TurnRecord], None]]:
        """Where a talk is written down, and what hears of each of its turns."""
        minutes = self.keeping.begin(name, visit, persona.pack, persona.digest) if self.keeping else None

        def record(turn: TurnRecord) -> None:
            if minutes:
                minutes.record(turn)
            self.on_turn(name, visit, persona.card.id, turn)

        return minutes, record

    def _client_tools(self, persona: Persona) -> ClientTools | None:
        from dialogue.tools.client import ClientTools

        return ClientTools(persona.tools, self._settings.client_tools) if persona.tools else None

    def _unavailable(self, persona: Persona) -> BackendUnavailable:
        wrong = {part: state for part, state in self._parts.items() if state not in ("ready", "loading")}
        if wrong:
            return BackendUnavailable("; ".join(f"{part}: {state}" for part, state in wrong.items()))
        return BackendUnavailable("The service is still loading.", hint="Try again in a few seconds.")

    def _minds(self) -> list[Mind]:
        return [persona.mind for persona in self._personas.values() if persona.mind]

    def _forget_spoken(self) -> None:
        for voice in (*self._voices(), *self._speakers.values()):
            if forget := getattr(rendering.live(voice), "forget", None):
                forget()

    def _voices(self) -> list[Voice]:
        return [persona.voice for persona in self._personas.values() if persona.voice]
