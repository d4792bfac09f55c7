"""Clauses spoken before: approved answers repeat all day, and making one again costs a second of a core."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from speech.types import Speech

_OVERHEAD = 200  # bytes of one Phone or Word object, about


class SpeechCache:
    """Least recently used clauses, each the `Speech` chunks it was spoken in, bounded in bytes. Safe across threads."""

    def __init__(self, max_bytes: int = 64 * 2**20) -> None:
        self._max = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Speech, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> tuple[Speech, ...] | None:
        with self._lock:
            speech = self._kept.get(key)
            if speech is not None:
                self._kept.move_to_end(key)
            return speech

    def put(self, key: Hashable, speech: tuple[Speech, ...]) -> None:
        """Keep `speech`; its samples become read-only, since many listeners share them."""
        for chunk in speech:
            chunk.pcm.setflags(write=False)
        size = _size(speech)
        with self._lock:
            if key in self._kept:
                self._bytes -= _size(self._kept.pop(key))
            if size > self._max:
                return
            self._kept[key] = speech
            self._bytes += size
            while self._bytes > self._max:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= _size(oldest)

    def clear(self) -> None:
        """Keep nothing of what was said."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        """What is kept now; never above the bound."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._kept)


def _size(speech: tuple[Speech, ...]) -> int:
    return sum(chunk.pcm.nbytes + _OVERHEAD * (len(chunk.phones) + len(chunk.words)) for chunk in speech)
