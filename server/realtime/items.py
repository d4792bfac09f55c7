"""The conversation as the client knows it: items in order, for `previous_item_id`, retrieve, delete and truncate."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from server.realtime import wire

KEPT = 500  # items; older ones can no longer be retrieved


@dataclass(frozen=True)
class SpokenWord:
    """A word of an answer and where it ends in the answer's audio, in milliseconds."""

    text: str
    end_ms: float


@dataclass(frozen=True)
class Entry:
    """One item; `done` after its `conversation.item.done`."""

    item: wire.Event
    done: bool = False
    words: tuple[SpokenWord, ...] = ()
    audio_ms: float = 0.0

    @property
    def role(self) -> str:
        return self.item.get("role", "")

    @property
    def text(self) -> str:
        return "".join(part.get("text") or part.get("transcript") or "" for part in self.item.get("content", ()))


class Items:
    """Bounded, insertion-ordered."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._entries

    def get(self, item_id: str) -> Entry | None:
        return self._entries.get(item_id)

    @property
    def last(self) -> str | None:
        return next(reversed(self._entries), None)

    def unfinished(self) -> list[str]:
        """Ids of items that were added and are not done."""
        return [item_id for item_id, entry in self._entries.items() if not entry.done]

    def add(self, item: wire.Event) -> wire.Event:
        """Append an item; returns its `conversation.item.added`."""
        previous = self.last
        self._entries[item["id"]] = Entry(item)
        if len(self._entries) > KEPT:
            self._entries.popitem(last=False)
        return wire.event("conversation.item.added", item=item, previous_item_id=previous)

    def finish(self, item: wire.Event, words: tuple[SpokenWord, ...] = (), audio_ms: float = 0.0) -> wire.Event:
        """The item's final form; returns its `conversation.item.done`. Call once for each added item."""
        self._entries[item["id"]] = Entry(item, True, words, audio_ms)
        return wire.event("conversation.item.done", item=item, previous_item_id=self._before(item["id"]))

    def remove(self, item_id: str) -> None:
        del self._entries[item_id]

    def truncate(self, item_id: str, audio_end_ms: int) -> None:
        """Cut an answer's transcript after the last word that was heard whole."""
        entry = self._entries[item_id]
        words = tuple(word for word in entry.words if word.end_ms <= audio_end_ms)
        item = wire.assistant(item_id, "".join(word.text for word in words), "incomplete")
        self._entries[item_id] = replace(entry, item=item, words=words, audio_ms=min(entry.audio_ms, audio_end_ms))

    def _before(self, item_id: str) -> str | None:
        previous = None
        for known in self._entries:
            if known == item_id:
                return previous
            previous = known
        return previous
