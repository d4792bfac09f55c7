"""The sessions under way, by id: for their clients, for REST and for the followers of their stages."""

from __future__ import annotations

import asyncio
import hmac

from models.errors import Draining, SessionUnknown
from server.access.caller import Caller
from server.access.stay import Stay
from server.observing.observing import Observing
from server.realtime.host import Host, LiveSession, PersonaCard
from server.realtime.live import Live
from server.realtime.mirrors import mirror_of
from server.settings import Settings
from server.webhooks import events
from server.webhooks.events import Tell


class Sessions:
    """Begins sessions and finds them again. One for each application."""

    def __init__(self, host: Host, settings: Settings, observing: Observing, tell: Tell = lambda event: None) -> None:
        """`tell`: hears of each session that begins or ends."""
        self._host, self._settings, self._observing, self._tell = host, settings, observing, tell
        self._lives: dict[str, Live] = {}

    def __iter__(self):
        return iter([live for live in self._lives.values() if not live.done.is_set()])

    def of(self, caller: Caller) -> list[Live]:
        """Those the caller may know of."""
        return [live for live in self if caller.sees(live.tenant)]

    async def begin(
        self, session: LiveSession, card: PersonaCard, stay: Stay, *, resumable: bool = False, hosted: bool = False
    ) -> Live:
        """Start a session the host has opened. It is handed back to the host when it ends.

        Raises Draining, ServiceStopped, QuotaExceeded or Unauthorized where the stay may not begin.
        """
        try:
            if self._observing.drain.draining:
                raise Draining("This server is going down.", hint="Connect again: another one answers.")
            await stay.enter(session.id)
            mirror = await mirror_of(self._settings, card)
        except BaseException:
            self._host.close_session(session)
            await stay.leave()
            raise
        watched = self._observing.watch(session, card.languages[0])
        kind = {"resumable": resumable, "hosted": hosted}
        live = Live(self._host, session, card, self._settings, stay, mirror=mirror, watched=watched, **kind)
        self._forget_ended()
        self._lives[live.id] = live
        live.on_label_hidden = lambda: self._tell(events.label_hidden(live))
        live.start(over=lambda: self._tell(events.ended(live)))
        self._tell(events.started(live))
        return live

    def find(self, session_id: str, caller: Caller) -> Live:
        """Raises SessionUnknown, also for one of another tenant."""
        live = self._lives.get(session_id)
        if live is None or live.ending or not caller.sees(live.tenant):
            raise SessionUnknown(f"There is no session {session_id[:80]!r}.", hint="It may have ended.")
        return live

    def resumed(self, session_id: str, token: str, caller: Caller) -> Live:
        """The session its client comes back to. Raises SessionUnknown, also for a wrong token."""
        live = self.find(session_id, caller)
        if not live.token or not hmac.compare_digest(live.token.encode(), token.encode()):
            raise SessionUnknown(f"There is no session {session_id[:80]!r}.", hint="It may have ended.")
        return live

    async def aclose(self) -> None:
        """End them all."""
        await asyncio.gather(*(live.close() for live in self._lives.values()))

    def _forget_ended(self) -> None:
        for live in [live for live in self._lives.values() if live.done.is_set()]:
            del self._lives[live.id]
