"""A session under way: what it says on the wire, and who is told. It may live a while without a client.

session ── pump ── Translator ──┬── its client (Connection), or what that has missed
                                ├── followers of its stage
                                └── programs the operator names (Mirror)
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from avatar.events import AudioOut, FramesOut, InputFinal, InputSpeechStarted, ReplyDone
from avatar.mirror import Mirror
from dialogue.attachments import Wanted
from dialogue.tools.types import ToolResult
from models.errors import ShurenError
from server import logs
from server.access.stay import Stay
from server.kiosk.maps import maps_of
from server.observing.watched import Watched
from server.realtime import files, wire
from server.realtime.answer import Sound
from server.realtime.config import Config
from server.realtime.handlers import Talk
from server.realtime.host import Host, LiveSession, PersonaCard
from server.realtime.mirrors import show
from server.realtime.missed import Missed
from server.realtime.senders import as_event
from server.realtime.stage import Stage
from server.realtime.transcript import Transcript
from server.realtime.translate import Outgoing, Translator
from server.settings import Settings
from server.storage.consents import Consents


class Client(Protocol):
    """The connection of the one who talks."""

    def put(self, out: Outgoing) -> None: ...

    def hush(self) -> None:
        """No sound or picture any more, nor what still waits to be sent."""
        ...

    def replaced(self) -> None:
        """Another connection of the same client has taken its place."""
        ...


class Live:
    """One session. `start` begins it, `close` ends it; `done` is set when nothing of it is left."""

    def __init__(
        self,
        host: Host,
        session: LiveSession,
        card: PersonaCard,
        settings: Settings,
        stay: Stay,
        *,
        watched: Watched,
        mirror: Mirror | None = None,
        resumable: bool = False,
        hosted: bool = False,
    ) -> None:
        """`resumable`: it outlives its client by `sessions.resume_s`, and whoever has `token` may come back to it.
        `hosted`: it was made without a client, and lives on without one while it is attended to."""
        self.id, self.session, self.card, self.settings = session.id, session, card, settings
        self.watched, self.stay = watched, stay
        self.tenant = stay.caller.tenant
        self.began = asyncio.get_running_loop().time()
        self.hosted = hosted
        self.token = secrets.token_urlsafe(24) if resumable or hosted else ""
        self.missed = Missed() if self.token else None
        self.stage = Stage(card)
        self.turns = {"completed": 0, "cancelled": 0, "failed": 0}
        self.broken = False
        self.stopped: ShurenError | None = None  # why it had to end, where nobody wanted it to
        self.last_talk = self.began
        self.done = asyncio.Event()
        listening = host.listening(card.id)
        label = (card.label, card.label_en, card.identity_code)
        config = Config(card.id, card.voice, host.recogniser, *label, listening=listening)
        if session.tools:
            session.tools.ask = lambda call: self.tell(self.talk.translator.call(call))
            session.tools.answered = self._show
            config = replace(config, callable=session.tools.allowed)
        keeping = getattr(host, "keeping", None)  # a host may keep nothing
        tell = {"tell": partial(keeping.consent, session.id, self.tenant)} if keeping else {}
        consents = Consents(settings.storage.ask, **tell)
        self.talk = Talk(host, session, config, Translator(voice=card.voice), self.tell, consents)
        self.talk.on_label_hidden = self._label_hidden
        self.on_label_hidden: Callable[[], None] = lambda: None  # told the first time
        self.transcript = Transcript(self.talk.translator.items)
        self._host, self._mirror = host, mirror
        self.observers: list[Any] = []  # told each event of the session, such as a show (server/studio)
        self._client: Client | None = None
        self._wanted: Wanted | None = None  # the file its client was shown that she waits for
        self._closing = asyncio.Event()
        self._expiry: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self, over: Callable[[], None] = lambda: None) -> None:
        """`over`: called when it has ended."""
        logs.event("session_open", session=self.id, persona=self.card.id)
        work = {"session": self.session.run(), "pump": self._pump(), "closing": self._closing.wait()}
        work["stay"] = self.stay.watch(lambda: self.last_talk)
        if self._mirror:
            work["mirror"] = self._mirror.run()
        tasks = {name: asyncio.create_task(each, name=f"{self.id}:{name}") for name, each in work.items()}
        self._task = asyncio.create_task(self._live(tasks), name=f"{self.id}:live")
        self._task.add_done_callback(lambda _: over())

    @property
    def ending(self) -> bool:
        return self._closing.is_set() or self.done.is_set()

    async def close(self) -> None:
        """End it and wait until it has ended; idempotent."""
        self._closing.set()
        if self._task:
            await asyncio.wait([self._task])

    def _expire_in(self, seconds: float) -> None:
        """End it then, unless a client comes or this is called again."""
        self._stay()
        self._expiry = asyncio.get_running_loop().call_later(seconds, self._expire)

    def _expire(self) -> None:
        if self.hosted and len(self.stage):
            self.attended()  # followers look on
        else:
            self._closing.set()

    def attended(self) -> None:
        """Somebody asked for it: a hosted session without a client lives on a while from now."""
        if self.hosted and not self._client:
            self._expire_in(self.settings.sessions.unattended_s)

    def _stay(self) -> None:
        if self._expiry:
            self._expiry.cancel()
            self._expiry = None

    # --- who is told -------------------------------------------------------------------------------------------------

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return asyncio.get_running_loop().time() - self.began

    @property
    def has_client(self) -> bool:
        return self._client is not None

    async def attach(self, client: Client) -> None:
        """`client` talks from now on. One that was still there has lost its connection without knowing."""
        if self._client:
            self._client.replaced()
            await self._hush()
        self._stay()
        self._client = client
        self.talk.label_shown, self.talk.label_hidden, self.talk.uncommitted = False, False, 0
        self._wanted = None

    async def detach(self, client: Client) -> None:
        """The connection is lost; she stops, since nobody hears her, and waits."""
        if self._client is client:
            self._client = None
            self._expire_in(self.settings.sessions.resume_s)
            self.attended()
            if self.session.tools:
                self.session.tools.gone()
            await self._hush()

    def _label_hidden(self) -> None:
        if self._client:
            self._client.hush()
        self.watched.label_hidden()
        tell, self.on_label_hidden = self.on_label_hidden, lambda: None
        tell()

    async def _hush(self) -> None:
        if not self.ending:
            await self.session.cancel()

    def tell(self, outgoing: Iterable[Outgoing]) -> None:
        """Send to the client, and to the followers what concerns them."""
        for out in outgoing:
            if self.stopped and isinstance(out, Sound | FramesOut):
                continue
            self.transcript.note(out)
            if isinstance(out, dict) and out["type"] == "error":
                self.watched.error(out["error"]["code"])
            self.stage.put(out)
            if self._client:
                self._client.put(out)
            elif self.missed and isinstance(out, dict):
                self.missed.untaken(as_event(out))

    def _show(self, tool: str, arguments: Mapping[str, Any], result: ToolResult) -> None:
        """A walk that was planned is shown on the pack's map of the place."""
        maps = maps_of(self.settings, self.card.id)
        if maps and (card := maps.card(tool, arguments, result.data)):
            self.tell([wire.event("shuren.card", card=card)])

    def _ask_for_file(self) -> None:
        """Her client, and nobody else, is shown that she waits for a picture or a document."""
        wanted = self.session.files.wanted
        if wanted and wanted != self._wanted and self._client:
            self._client.put(wire.event("shuren.card", card=files.card(wanted, self.settings.wire.message_bytes)))
        self._wanted = wanted

    def hello(self) -> dict[str, Any]:
        """The session object a client begins with."""
        resume = {"token": self.token, "within_s": self.settings.sessions.resume_s} if self.token else None
        session = self.talk.as_session()
        session["shuren"] |= {"resume": resume}
        return session

    # --- the work ----------------------------------------------------------------------------------------------------

    async def _live(self, tasks: dict[str, asyncio.Task]) -> None:
        """Until the first of its tasks ends."""
        try:
            await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            self._find_fault(tasks)
            self._find_stop(tasks)
        finally:
            await self._wind_up(tasks)

    async def _pump(self) -> None:
        async for event in self.session.events():
            self.watched.saw(event)
            for observer in self.observers:
                observer(event)
            if isinstance(event, InputSpeechStarted | InputFinal | AudioOut | ReplyDone):
                self.last_talk = asyncio.get_running_loop().time()
            self.tell(self.talk.translator.translate(event))
            if self._mirror and self.talk.label_shown and not self.stopped:
                show(self._mirror, event)
            if isinstance(event, ReplyDone):
                self._log_turn(event)
                self._ask_for_file()

    def _find_fault(self, tasks: dict[str, asyncio.Task]) -> None:
        for name, task in tasks.items():
            if task.done() and not task.cancelled() and (problem := task.exception()):
                logs.failure("session_failed", problem, session=self.id, task=name)
                self.broken = True

    def _find_stop(self, tasks: dict[str, asyncio.Task]) -> None:
        """The stay is over, by the clock or by the operator: not a sound more, whatever is still on its way."""
        if self.broken or not tasks["stay"].done():
            return
        self.stopped = tasks["stay"].result()
        logs.event("session_stopped", session=self.id, code=self.stopped.code)
        if "mirror" in tasks:
            tasks["mirror"].cancel()
        self.stage.hush()
        if self._client:
            self._client.hush()
        self.tell([wire.error(self.stopped)])

    async def _wind_up(self, tasks: dict[str, asyncio.Task]) -> None:
        """No more is answered, the last events are told, and what is open is closed."""
        self._stay()
        self._closing.set()
        try:
            async with asyncio.timeout(self.settings.sessions.close_timeout_s):
                await self.session.aclose()
                await asyncio.wait([tasks["session"], tasks["pump"]])
        except Exception as problem:  # too slow or broken: its tasks are cancelled below
            logs.failure("session_close_failed", problem, session=self.id)
        if self.broken:
            self.tell([wire.error(ShurenError("The session broke; connect again."))])
        self.tell(self.talk.translator.finish())
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        await self.stay.leave()
        self.stage.close()
        self._host.close_session(self.session)
        self.watched.ended()
        self.done.set()

    def _log_turn(self, done: ReplyDone) -> None:
        self.turns[done.status] += 1
        logs.event(
            "turn",
            session=self.id,
            turn=done.turn,
            status=done.status,
            **({"reason": done.reason} if done.reason else {}),
            **{name: round(value) for name, value in done.timings.items()},
        )
