"""What a client that lost its connection has missed.

Both sides count the messages of the session, JSON and binary alike, as they travel: a WebSocket keeps their order, so
that one number says how far a client got. Events are kept to be sent again; voice and frames are not, since their
moment is over.
"""

from __future__ import annotations

from collections import deque

from server.realtime.senders import Message

KEPT_EVENTS, KEPT_BYTES = 500, 1 << 20


class Missed:
    """The last events of one session: those written to a socket, with their number, and those nobody took."""

    def __init__(self) -> None:
        self.sent = 0  # messages written so far
        self._kept: deque[tuple[int, Message]] = deque()
        self._bytes = 0
        self._dropped = -1  # number of the newest event that was let go; -1: none

    def written(self, message: Message) -> None:
        self.sent += 1
        self._keep(self.sent, message)

    def untaken(self, message: Message) -> None:
        """It was made while nobody was there to take it."""
        self._keep(self.sent + 1, message)

    def since(self, seq: int) -> tuple[list[Message], bool]:
        """The events after the client's message number `seq`, and whether they are all of them. Counting goes on from
        `seq`."""
        events = [message for number, message in self._kept if number > seq]
        complete = self._dropped <= seq <= self.sent + 1  # one more may have got through unnoticed
        self.sent, self._dropped, self._bytes = seq, -1, 0
        self._kept.clear()
        return events, complete

    def _keep(self, number: int, message: Message) -> None:
        if message.kind != "event":
            return
        self._kept.append((number, message))
        self._bytes += len(message.data)
        while len(self._kept) > KEPT_EVENTS or self._bytes > KEPT_BYTES:
            self._dropped, gone = self._kept.popleft()
            self._bytes -= len(gone.data)
