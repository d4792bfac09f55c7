"""One show: has the performer do what the director decides, puts cards on their names, and keeps the record.

One task, `run`, carries it out; everything else is told to it and returns at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from avatar.events import AudioOut, ReplyDone, SentenceOut, SessionEvent, StateChanged
from dialogue.types import Language
from models.errors import SessionBusy, ShurenError, SpeechRefused, ToolFailed
from server import logs
from server.studio.acting import ActingFace
from server.studio.cards import Cards
from server.studio.comments import Comment, Intake, Said
from server.studio.director import Action, Answer, Director, Outcome, Say
from server.studio.metrics import Metrics
from server.studio.offers import Offers
from server.studio.performer import Performer
from server.studio.presence import Presence
from server.studio.products import Products
from server.studio.record import Record
from server.studio.rundown import Rundown

LOOK_S = 1.0  # between two looks whether somebody is at the desk
TURN_LIMIT_S = 90.0  # after which a turn that never ended is given up
BUSY_S = 0.5
SAME_S = 120.0  # words that stand for a price are not said twice within so long
GIVEN_UP_S = 900.0  # a show that nobody comes back to is over


class Audit(Protocol):
    def __call__(self, action: str, *, actor: str = "", **details: Any) -> None: ...


@dataclass(frozen=True)
class Cast:
    """What a show is made of."""

    rundown: Rundown
    products: Products
    director: Director
    intake: Intake
    offers: Offers
    performer: Performer
    presence: Presence
    language: Language


class Show:
    """`clock` gives seconds; `audit` is told what operators do."""

    def __init__(self, id: str, cast: Cast, *, clock: Callable[[], float], audit: Audit) -> None:
        self.id, self.cast, self.audit = id, cast, audit
        self.director, self.intake, self.performer = cast.director, cast.intake, cast.performer
        self.record, self.metrics = Record(), Metrics()
        self.cards = Cards(cast.products, cast.performer, cast.language)
        self.acting_face = ActingFace(cast.performer, self.changed)
        self.mood: tuple[str, float] = ("", 1.0)
        self.acting: Action | None = None
        self.saying = ""
        self.doing = "idle"
        self.changes = 0  # grows with everything a desk should see
        self._clock = clock
        self._began = clock()
        self._turn = 0
        self._ended_turns: dict[int, ReplyDone] = {}
        self._wake = asyncio.Event()
        self._change = asyncio.Event()
        self._away_since: float | None = None
        self._stand_ins: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def now(self) -> float:
        """Seconds since it was made."""
        return self._clock() - self._began

    @property
    def over(self) -> bool:
        return self.director.state == "ended"

    # --- life ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until it is over."""
        try:
            while not self.over:
                self._attend()
                if action := self.director.next(self.now):
                    await self._perform(action)
                else:
                    await self._rest(min(LOOK_S, self.director.wakes(self.now)))
        finally:
            for task in self._tasks:
                task.cancel()
            await self.performer.interrupt()
            self.acting_face.hand_back()
            self.director.stop()
            self.record.put("ended")
            self.changed()

    def wake(self) -> None:
        """Something happened that may change what comes next."""
        self._wake.set()
        self.changed()

    def changed(self) -> None:
        self.changes += 1
        self._change.set()
        self._change = asyncio.Event()

    async def change(self, seen: int) -> int:
        """Waits until there is more to see than at `seen`; where it stands then."""
        if self.changes == seen:
            await self._change.wait()
        return self.changes

    def take(self, said: Said) -> Comment:
        """A viewer's comment."""
        comment = self.intake.take(said, self.now)
        details = {"comment": comment.id, "state": comment.state, "rule": comment.rule, "text": comment.text}
        self.record.put("comment", viewer=self.record.viewer(said.user), **details)
        if comment.state == "waiting":
            self._wake.set()
        self.changed()
        return comment

    async def _rest(self, seconds: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(max(0.01, seconds)):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _attend(self) -> None:
        """Is anybody at the desk? The session lives while the show does."""
        self.performer.attended()
        director = self.director
        if self.cast.presence.left(self.now) <= 0 and director.leave(self.now):
            self._away_since = self.now
            self.acting_face.hand_back()
            self.cards.away(True)
            self.record.put("unattended")
            self.audit("show.unattended", subject=self.id)
            logs.event("show_unattended", show=self.id)
            self.changed()
        elif self._away_since is not None and director.state != "away":
            self._away_since = None
            self.cards.away(False)
        if self._away_since is not None and self.now - self._away_since > GIVEN_UP_S:
            director.stop()

    # --- carrying out --------------------------------------------------------------------------------------------

    async def _perform(self, action: Action) -> None:
        self.acting = action
        self.changed()
        try:
            outcome = await (self._answer(action) if isinstance(action, Answer) else self._say(action))
        except SpeechRefused as refusal:
            self.record.put("kept_back", text=getattr(action, "text", ""), why=refusal.message)
            self.metrics.counts["kept_back"] += 1
            outcome = "refused"
        except ShurenError as problem:
            logs.failure("show_failed", problem, show=self.id)
            self.record.put("failed", code=problem.code)
            outcome = "failed"
        stalled = self.director.stalled
        self.director.done(action, outcome, self.now)
        if self.director.stalled and not stalled:
            self.record.put("stalled")
            logs.event("show_stalled", show=self.id)
        self.acting = None
        self.changed()

    async def _say(self, say: Say) -> Outcome:
        text = say.text
        for named in self.cast.products.named(text):
            await self._look_up(named.sku)
        if say.kind == "script":
            offer = await self.cast.offers.spoken(text, say.about, self.cast.language)
            if offer.why:
                self.metrics.counts["replaced"] += 1
                self.record.put("replaced", line=say.line, about=say.about, why=offer.why)
                if self.now - self._stand_ins.get(offer.text, -SAME_S) < SAME_S:
                    return "refused"
                self._stand_ins[offer.text] = self.now
            elif offer.facts:
                self.cards.know(say.about, offer.facts, self.now)
                self.record.put("price", about=say.about, **{key: offer.facts.get(key) for key in ("price", "stock")})
            text = offer.text
            self.cards.keep(self.director.on_show())
        if self.over:
            return "cut"
        turn = await self._begin(lambda: self.performer.say(text, mood=say.mood, gesture=say.gesture))
        return await self._outcome(turn, say.kind, say.line)

    async def _answer(self, answer: Answer) -> Outcome:
        comment = answer.comment
        comment.state = "answering"
        turn = await self._begin(lambda: self.performer.answer(comment.text))
        self.metrics.answering(turn, comment.at)
        self.cards.comment(comment.text)
        outcome = await self._outcome(turn, "answer", comment.id)
        self.cards.comment("")
        self.metrics.counts["answers"] += 1
        return outcome

    async def _begin(self, act: Callable[[], Awaitable[int]]) -> int:
        """The turn, once nobody else speaks: another program may use the session, too."""
        while True:
            try:
                self._turn = await act()
                return self._turn
            except SessionBusy:
                await self._rest(BUSY_S)
                if self.over:
                    raise

    async def _outcome(self, turn: int, kind: str, line: str) -> Outcome:
        """How it ended."""
        deadline = self.now + TURN_LIMIT_S
        while turn not in self._ended_turns:
            if self.now > deadline:
                await self.performer.interrupt()
                return "failed"
            self._attend()
            await self._rest(LOOK_S)
        done = self._ended_turns.pop(turn)
        self.saying = ""
        self.record.put("said", kind=kind, line=line, text=done.heard, status=done.status)
        if kind == "script" and done.status == "completed":
            self.metrics.counts["sentences"] += 1
        return {"completed": "said", "cancelled": "cut"}.get(done.status, "failed")  # type: ignore[return-value]

    # --- what the session tells ----------------------------------------------------------------------------------

    def heard(self, event: SessionEvent) -> None:
        """An event of the session."""
        match event:
            case SentenceOut():
                self.saying = event.text
                for named in self.cast.products.named(event.text):
                    self.spawn(self._look_up(named.sku))
                self.changed()
            case AudioOut():
                self.metrics.sounded(event.turn, self.now)
                self.cards.spoken(event, self.now)
            case StateChanged():
                self.doing = event.state
                self.changed()
            case ReplyDone():
                self._ended_turns[event.turn] = event
                if len(self._ended_turns) > 64:  # turns of others
                    self._ended_turns.pop(next(iter(self._ended_turns)))
                self._wake.set()

    async def _look_up(self, sku: str) -> None:
        """What the shop says of a product now, for its card."""
        if self.cards.known(sku, self.now):
            return
        try:
            self.cards.know(sku, await self.cast.offers.facts(sku), self.now)
        except ToolFailed:
            self.cards.forget(sku)

    async def refresh(self, sku: str) -> Mapping[str, Any]:
        """The product's card now, with what the shop says."""
        self.cards.forget(sku)
        await self._look_up(sku)
        return self.cards.of(sku, self.now)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that ends with the show at the latest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
