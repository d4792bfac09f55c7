"""What the body has been told so far, on the media clock in frames: states, phrases of speech, accents, cuts.

Behaviours read the score through a `Moment` and may look no further ahead than LOOKAHEAD: whatever is announced at
least that early gives the same movement however the announcements were divided.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from animation.coarticulation import LOOKAHEAD
from animation.motion import frames_of
from animation.types import SAMPLES_PER_FRAME, State

PHRASE_GAP = frames_of(0.2)  # a silence at least this long ends a phrase


@dataclass(frozen=True)
class Phrase:
    """Speech without a pause, frames [start, end)."""

    start: int
    end: int
    mood: str
    gesture: str = ""


@dataclass(slots=True)
class Moment:
    """What a behaviour may know at one frame."""

    frame: int
    state: State
    state_since: int
    cut: int  # the last cut at or before this frame, a large negative number if none
    phrase: Phrase | None  # the last one begun
    coming: Phrase | None  # the next one, if it begins within LOOKAHEAD
    accent: float  # strength of an accented syllable that ends ACCENT_LEAD frames from now, 0 if none

    @property
    def speaking(self) -> bool:
        return self.phrase is not None and self.frame < self.phrase.end

    @property
    def phrase_ends(self) -> int:
        """Frames until the phrase ends and nothing follows within LOOKAHEAD of now; a large number otherwise."""
        if not self.speaking or self.coming is not None:
            return _NEVER
        return self.phrase.end - self.frame


_NEVER = 1 << 40
ACCENT_LEAD = frames_of(0.2)


class Score:
    """States, phrases, accents and cuts in time order. Whatever is told later wins from its frame on."""

    def __init__(self, state: State) -> None:
        self._states: list[tuple[int, State]] = [(-_NEVER, state)]
        self._phrases: list[Phrase] = []
        self._accents: dict[int, float] = {}
        self._cuts: list[int] = [-_NEVER]

    def state(self, state: State, frame: int) -> None:
        while self._states[-1][0] >= frame:
            self._states.pop()
        if self._states[-1][1] != state:
            self._states.append((frame, state))

    def speak(self, spans: Sequence[tuple[int, int]], accents: dict[int, float], mood: str, gesture: str) -> None:
        """Add voiced spans (samples, in order) of one clause."""
        for start, end in spans:
            a, b = start // SAMPLES_PER_FRAME, -(-end // SAMPLES_PER_FRAME)
            last = self._phrases[-1] if self._phrases else None
            if last and last.mood == mood and not gesture and a - last.end < PHRASE_GAP:
                self._phrases[-1] = replace(last, end=max(b, last.end))
            else:
                self._phrases.append(Phrase(a, b, mood, gesture))
                gesture = ""
        self._accents |= accents

    def cut(self, frame: int) -> None:
        """Nothing is said from `frame` on, and state changes planned after it are off."""
        self._phrases = [replace(p, end=min(p.end, frame)) for p in self._phrases if p.start < frame]
        self._accents = {at: strength for at, strength in self._accents.items() if at < frame}
        while self._states[-1][0] > frame:
            self._states.pop()
        self._cuts = [at for at in self._cuts if at < frame] + [frame]

    def forget(self, frame: int) -> None:
        """Drop what ended before `frame` and no longer matters."""
        self._phrases = [p for p in self._phrases[:-1] if p.end >= frame] + self._phrases[-1:]
        self._accents = {at: strength for at, strength in self._accents.items() if at >= frame}
        while len(self._states) > 1 and self._states[1][0] <= frame:
            self._states.pop(0)
        while len(self._cuts) > 1 and self._cuts[1] <= frame:
            self._cuts.pop(0)

    def moment(self, frame: int) -> Moment:
        since, state = self._states[-1]
        if since > frame:
            since, state = next(entry for entry in reversed(self._states) if entry[0] <= frame)
        i = bisect_right(self._phrases, frame, key=lambda phrase: phrase.start)
        coming = self._phrases[i] if i < len(self._phrases) else None
        return Moment(
            frame=frame,
            state=state,
            state_since=since,
            cut=self._cuts[-1],  # a cut rewinds the body to its frame, so none lies ahead
            phrase=self._phrases[i - 1] if i else None,
            coming=coming if coming and coming.start - frame <= LOOKAHEAD else None,
            accent=self._accents.get(frame + ACCENT_LEAD, 0.0),
        )
