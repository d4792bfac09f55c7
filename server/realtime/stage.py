"""The stage of a session: what she says and how she moves, for any number of followers who only look on.

Media are packed once for all followers of a kind, so a further one costs its socket alone. Followers learn nothing of
what the visitor says.
"""

from __future__ import annotations

from collections.abc import Iterator

from animation import codec
from avatar.events import FramesOut
from server.realtime import wire
from server.realtime.host import PersonaCard
from server.realtime.ids import new_id
from server.realtime.outbox import Outbox
from server.realtime.senders import BinarySender, JsonSender, Message, Sender, as_event
from server.realtime.translate import Outgoing

SHOWN = frozenset({"shuren.state", "shuren.sentence", "shuren.caption", "shuren.interrupted", "shuren.card"})


class Follower:
    """One who looks on. Media come once its label is shown; its queue is its own."""

    def __init__(self, outbox: Outbox, *, binary: bool) -> None:
        self.outbox, self.binary = outbox, binary
        self.label_shown = False


class Stage:
    """The followers of one session, and where it stands, for those who come late."""

    def __init__(self, card: PersonaCard) -> None:
        self._card = card
        self._senders: dict[bool, Sender] = {True: BinarySender(header=False), False: JsonSender(header=False)}
        self.followers: set[Follower] = set()
        self._state: wire.Event | None = None
        self._sentence: wire.Event | None = None
        self._pose: FramesOut | None = None
        self._cards: dict[str, wire.Event] = {}  # by kind, until one without a title takes it away

    def __len__(self) -> int:
        return len(self.followers)

    @property
    def state(self) -> str:
        """What she does; `idle` before the first event."""
        return self._state["state"] if self._state else "idle"

    def join(self, follower: Follower) -> None:
        """What comes first: the label, how to read frames and whom they move, and where she stands."""
        label = wire.label_required(self._card.label, self._card.label_en, self._card.identity_code)
        whom = {"avatar": self._card.avatar, "scene": self._card.scene}
        header = codec.header_to_json() | whom | {"event_id": new_id("event")}
        for event in (label, header, self._state, self._sentence, *self._cards.values()):
            if event:
                follower.outbox.put(as_event(event))
        self.followers.add(follower)

    def show(self, follower: Follower) -> None:
        """The follower shows the label: media may flow, from the pose she has now."""
        follower.label_shown = True
        if self._pose:
            for message in self._senders[follower.binary].pack(self._pose):
                follower.outbox.put(message)

    def leave(self, follower: Follower) -> None:
        self.followers.discard(follower)

    def put(self, out: Outgoing) -> None:
        """Tell the followers, if it concerns them."""
        if isinstance(out, dict) and out["type"] not in SHOWN:
            return
        self._remember(out)
        if not self.followers:
            return
        interrupted = isinstance(out, dict) and out["type"] == "shuren.interrupted"
        packed = {kind: list(self._pack(kind, out)) for kind in {each.binary for each in self.followers}}
        for follower in self.followers:
            if interrupted:
                follower.outbox.take_back(out["turn"], out["pts"])
            if isinstance(out, dict) or follower.label_shown:
                for message in packed[follower.binary]:
                    follower.outbox.put(message)

    def hush(self) -> None:
        """No sound or picture any more, nor what still waits to be sent."""
        for follower in self.followers:
            follower.outbox.take_back_media()

    def close(self) -> None:
        """The session is over."""
        for follower in self.followers:
            follower.outbox.close()

    def _pack(self, binary: bool, out: Outgoing) -> Iterator[Message]:
        return self._senders[binary].pack(out)

    def _remember(self, out: Outgoing) -> None:
        match out:
            case FramesOut(turn, frames) if len(frames):
                self._pose = FramesOut(turn, frames[len(frames) - 1 : len(frames)])
            case {"type": "shuren.state"}:
                self._state = out
                if out["state"] not in ("speaking", "paused"):
                    self._sentence = None
            case {"type": "shuren.sentence"}:
                self._sentence = out
            case {"type": "shuren.card", "card": {"kind": kind, "title": title}}:
                self._cards.pop(kind, None)
                if title:
                    self._cards[kind] = out
