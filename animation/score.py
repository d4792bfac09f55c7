"""What the body has been told so far, on the media clock in frames: states, phrases, melody, gestures, signs, cuts.

Behaviours read the score through a `Moment` and may look no further ahead than LOOKAHEAD: whatever is announced at
least that early gives the same movement however the announcements were divided.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from animation.accents import strength
from animation.coarticulation import LOOKAHEAD
from animation.gestures import GESTURES
from animation.motion import frames_of
from animation.prosody import Syllable
from animation.types import SAMPLES_PER_FRAME, Language, State

PHRASE_GAP = frames_of(0.2)  # a silence at least this long ends a phrase
CUE_SPACING = frames_of(1.5)  # gestures do not follow one another faster
CUE_LEAD = LOOKAHEAD  # a stroke takes so long with its preparation: about as fast as an arm moves
_LOOK_EARLY, _LOOK_FOR = frames_of(0.3), frames_of(0.75)  # what is pointed at is looked at for a moment


@dataclass(frozen=True)
class Stroke:
    """A gesture to make: it sets out at frame `start` and its stroke ends on the word at frame `at`."""

    start: int
    at: int
    name: str


class Feeling(NamedTuple):
    """A mood (a name of `animation.mood.MOODS`) and how much of it, 0..1."""

    mood: str
    intensity: float


@dataclass(frozen=True)
class Phrase:
    """Speech without a pause, frames [start, end)."""

    start: int
    end: int
    feeling: Feeling


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
    melody: float | None  # its height, accented or not (animation.prosody.Syllable); None where no syllable ends then
    sign: str  # what the head says ACCENT_LEAD frames from now (animation.head.SIGNS), "" if nothing
    gesture: Stroke  # the last one begun; its name is empty if there was none
    language: Language  # of the person she listens to
    voice: bool | None  # the person is speaking; None where nobody tells
    voice_since: int

    @property
    def speaking(self) -> bool:
        return self.phrase is not None and self.frame < self.phrase.end

    @property
    def stroke(self) -> Stroke | None:
        """The gesture that sets out now."""
        return self.gesture if self.gesture.start == self.frame else None

    @property
    def pointing(self) -> tuple[float, float] | None:
        """Yaw and pitch (radians, signs as in Frames) of what she points at while the eyes may go along."""
        since = self.frame - self.gesture.at + _LOOK_EARLY
        return GESTURES[self.gesture.name].points if self.gesture.name and 0 <= since < _LOOK_FOR else None

    @property
    def phrase_ends(self) -> int:
        """Frames until the phrase ends and nothing follows within LOOKAHEAD of now; a large number otherwise."""
        if not self.speaking or self.coming is not None:
            return _NEVER
        return self.phrase.end - self.frame


_NEVER = 1 << 40
ACCENT_LEAD = frames_of(0.2)


T = TypeVar("T")


class Steps(Generic[T]):
    """A value that changes from frame to frame. What is told later wins from its frame on."""

    def __init__(self, value: T) -> None:
        self._steps: list[tuple[int, T]] = [(-_NEVER, value)]

    def tell(self, value: T, frame: int) -> bool:
        """Whether that is news."""
        off = len(self._steps)
        while self._steps[-1][0] >= frame:
            self._steps.pop()
        news = off != len(self._steps) or self._steps[-1][1] != value
        if self._steps[-1][1] != value:
            self._steps.append((frame, value))
        return news

    def at(self, frame: int) -> tuple[int, T]:
        """Since when, and what."""
        last = self._steps[-1]
        return last if last[0] <= frame else next(step for step in reversed(self._steps) if step[0] <= frame)

    def cut(self, frame: int) -> None:
        """What was told for later than `frame` is off."""
        while self._steps[-1][0] > frame:
            self._steps.pop()

    def forget(self, frame: int) -> None:
        while len(self._steps) > 1 and self._steps[1][0] <= frame:
            self._steps.pop(0)


class Score:
    """States, phrases, accents and cuts in time order. Whatever is told later wins from its frame on."""

    def __init__(self, state: State) -> None:
        self.states: Steps[State] = Steps(state)
        self.languages: Steps[Language] = Steps("zh")
        self.voices: Steps[bool | None] = Steps(None)
        self._phrases: list[Phrase] = []
        self._accents: dict[int, float] = {}
        self._melody: dict[int, float] = {}
        self._signs: dict[int, str] = {}
        self._strokes: list[Stroke] = [Stroke(-_NEVER, -_NEVER, "")]
        self._cuts: list[int] = [-_NEVER]

    def speak(self, spans: Sequence[tuple[int, int]], feeling: Feeling) -> None:
        """Add voiced spans (samples, in order) of one clause."""
        for start, end in spans:
            a, b = start // SAMPLES_PER_FRAME, -(-end // SAMPLES_PER_FRAME)
            last = self._phrases[-1] if self._phrases else None
            if last and last.feeling == feeling and a - last.end < PHRASE_GAP:
                self._phrases[-1] = replace(last, end=max(b, last.end))
            else:
                self._phrases.append(Phrase(a, b, feeling))

    def sing(self, syllables: Iterable[Syllable]) -> None:
        """Add the clause's melody and accents."""
        for syllable in syllables:
            frame = syllable.end // SAMPLES_PER_FRAME
            self._melody[frame] = syllable.height
            if force := strength(syllable):
                self._accents[frame] = force

    def sign(self, name: str, frame: int) -> None:
        """The head says something at `frame`."""
        self._signs[frame] = name

    def gesture(self, name: str, at: int, now: int) -> None:
        """Make a gesture whose stroke ends at frame `at`, or as soon after it as an arm is there; `now` is the first
        frame that can still change.

        Names that are not in GESTURES are taken as none, and so is what comes too soon after the last one.
        """
        if name not in GESTURES or at - self._strokes[-1].at < CUE_SPACING:
            return
        start = max(at - CUE_LEAD, now)
        self._strokes.append(Stroke(start, start + CUE_LEAD, name))

    def cut(self, frame: int) -> None:
        """Nothing is said from `frame` on, and state changes planned after it are off."""
        self._phrases = [replace(p, end=min(p.end, frame)) for p in self._phrases if p.start < frame]
        for marks in (self._accents, self._melody, self._signs):
            for at in [at for at in marks if at >= frame]:
                del marks[at]
        self.states.cut(frame)
        while self._strokes[-1].start >= frame:
            self._strokes.pop()
        self._strokes[-1] = replace(self._strokes[-1], at=min(self._strokes[-1].at, frame))
        self._cuts = [at for at in self._cuts if at < frame] + [frame]

    def forget(self, frame: int) -> None:
        """Drop what ended before `frame` and no longer matters."""
        self._phrases = [p for p in self._phrases[:-1] if p.end >= frame] + self._phrases[-1:]
        for marks in (self._accents, self._melody, self._signs):
            for at in [at for at in marks if at < frame]:
                del marks[at]
        while len(self._strokes) > 1 and self._strokes[1].start <= frame:
            self._strokes.pop(0)
        for steps in (self.states, self.languages, self.voices):
            steps.forget(frame)
        while len(self._cuts) > 1 and self._cuts[1] <= frame:
            self._cuts.pop(0)

    def moment(self, frame: int) -> Moment:
        since, state = self.states.at(frame)
        voice_since, voice = self.voices.at(frame)
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
            melody=self._melody.get(frame + ACCENT_LEAD),
            sign=self._signs.get(frame + ACCENT_LEAD, ""),
            gesture=next(stroke for stroke in reversed(self._strokes) if stroke.start <= frame),
            language=self.languages.at(frame)[1],
            voice=voice,
            voice_since=voice_since,
        )
