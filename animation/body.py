"""The living body: told what she says and what she is doing, it gives 60 frames a second on the media clock.

Everything a behaviour decides is a function of the frame, the seed and what the score holds up to LOOKAHEAD ahead, and
everything shown is a function of those decisions. Hence frames do not depend on how many are asked for at a time, the
same seed and script give the same bytes, and going back to an earlier frame is forgetting.

The guarantee for speech that comes in pieces: if every clause is announced at least LOOKAHEAD (0.5 s) before its first
sound is shown, frames are bit-identical to those of the same speech announced at once. A clause that comes later
changes only frames not yet made, and the mouth passes over to it smoothly within 0.12 s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from animation.arousal import Arousal, excitement
from animation.blinks import Blinks
from animation.breath import Breath
from animation.coarticulation import LOOKAHEAD
from animation.gaze import EYE_RANGE, Gaze
from animation.head import Head
from animation.listen.ears import BEFORE, Ears, Passage
from animation.mood import Mood
from animation.mouth import Mouth, heard
from animation.performer.drive import Drive
from animation.posture import Posture
from animation.prosody import Melody
from animation.rig import INDEX, JAW, Rig
from animation.score import PHRASE_GAP, Feeling, Score
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, Cue, Frames, Language, Phone, State
from animation.visemes import is_silence

HISTORY = 3 * FPS  # frames one can go back
AHEAD = 16  # frames made at a time: most of a frame's cost is that of a call. What news makes wrong is made again
_EYE_LIMIT = 0.5  # rad

_BLINK = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_SQUINT = [INDEX["eyeSquintLeft"], INDEX["eyeSquintRight"]]
# Shapes that turn each column of `eyes` (left yaw, left pitch, right yaw, right pitch) to the positive, negative side.
_LOOKS = [
    [INDEX[n] for n in ("eyeLookOutLeft", "eyeLookDownLeft", "eyeLookInRight", "eyeLookDownRight")],
    [INDEX[n] for n in ("eyeLookInLeft", "eyeLookUpLeft", "eyeLookOutRight", "eyeLookUpRight")],
]


class Body:
    """One person's digital human from the waist up. Not thread-safe; one per session.

    `seed` makes her blinks, looks and sways her own; the same seed and the same calls give the same bytes.
    """

    def __init__(self, rig: Rig, *, seed: int = 0) -> None:
        start: State = "idle"
        rng = np.random.default_rng(seed)
        self.rig = rig
        self._frame = 0  # next frame to show
        self._made = 0  # frames before it are decided and made
        self._ahead = 1  # frames to make at a time: few while there is news, up to AHEAD when it is quiet
        self._score, self._melody, self._mouth = Score(start), Melody(), Mouth(rig)
        self._blinks, self._gaze, self._head = Blinks(rng), Gaze(rng), Head(rng)
        self._breath, self._posture, self._mood = Breath(rng), Posture(rng, start), Mood(rng, start)
        self._ears, self._arousal = Ears(), Arousal()
        self._mood_by_ear: tuple[str, float | None] = ("neutral", None)
        self._excited, self._voice_end = 1.0, -RATE  # intensity of the phrase being heard; the sample its voice reaches
        self._behaviours = (self._blinks, self._gaze, self._head, self._breath, self._posture, self._mood)
        self._drive: Drive | None = None
        self._kept = self._show(0, 0)  # from the cursor to `_made`

    @property
    def drive(self) -> Drive:
        """For a performer's own face in place of hers."""
        if self._drive is None:
            self._drive = Drive(kept=HISTORY)
            self._drive.told = self._news
            self._behaviours += (self._drive,)
        return self._drive

    @property
    def driven(self) -> bool:
        """A performer's face is on her now, or soon will be: frames had better not be made long ahead."""
        return self._drive is not None and self._drive.at_work

    @property
    def cursor(self) -> int:
        """pts of the next frame, samples."""
        return self._frame * SAMPLES_PER_FRAME

    def state(self, state: State, at: int) -> None:
        """From sample `at` on she is in this state. Replaces states told before for later times; a time already shown
        means from now on."""
        self._news(self._score.states.tell(state, self._frame_at(at)))

    def listens(self, at: int, *, language: Language | None = None, voice: bool | None = None) -> None:
        """From sample `at` on: the language of the person she listens to, and whether their voice is heard.

        Listeners nod as often as is usual in that language, and best in pauses; where nobody tells of the voice, from
        time to time.
        """
        if language is not None:
            self._news(self._score.languages.tell(language, self._frame_at(at)))
        if voice is not None:
            self._news(self._score.voices.tell(voice, self._frame_at(at)))

    def speak(
        self,
        phones: Sequence[Phone],
        pcm: np.ndarray,
        at: int,
        *,
        mood: str = "neutral",
        intensity: float | None = None,
        gesture: str = "",
        gestures: Sequence[Cue] = (),
        signs: Sequence[Cue] = (),
    ) -> None:
        """Perform a clause whose audio (int16, RATE) is heard from sample `at` on.

        Clauses come in order and do not overlap. Announced 0.5 s ahead it gets its full anticipation; `at` may be as
        late as the cursor, and need not lie on a frame. Raises ValueError when it lies before the cursor.

        `intensity`, 0..1, is how much of the mood she shows, all of it when left out.
        `gesture` is made with the clause's first sound, each of `gestures` on its word; a stroke told 0.5 s ahead ends
        there, told later it is made as fast as an arm moves. Gestures closer than 1.5 s to the last one are left out.
        `signs` are what the head says on a word: `ask`, `deny`, `item` (animation.head.SIGNS).
        """
        if not len(phones):
            told = {"mood": mood, "intensity": intensity, "gesture": gesture, "gestures": gestures, "signs": signs}
            return self.follow(pcm, at, **told)
        self._in_time(at)
        spoken = [phone for phone in phones if phone.end > phone.start and not is_silence(phone.symbol)]
        sounds = heard(spoken, pcm, at)
        if not sounds:
            return
        self._score.speak([(s.start, s.end) for s in sounds], Feeling(mood, 1.0 if intensity is None else intensity))
        self._score.sing(self._melody.follow(spoken, pcm, at))
        self._cue(at, sounds[0].start, gesture, gestures, signs)
        self._settle()
        self._mouth.speak(sounds, max(self._frame, self._ears.ready))

    def follow(
        self,
        pcm: np.ndarray,
        at: int,
        *,
        mood: str = "neutral",
        intensity: float | None = None,
        gesture: str = "",
        gestures: Sequence[Cue] = (),
        signs: Sequence[Cue] = (),
    ) -> None:
        """Perform a voice of which nothing is known but its audio (int16, RATE), heard from sample `at` on.

        The mouth goes by ear (animation/listen). Pieces come in order and may be as short as they like. Frames are as
        they should be up to 150 ms before the end of what was given; those beyond are what follows if nothing more is
        said, and are made again, as far as they are not shown, when more comes. With `intensity` left out a phrase
        shows as much of the mood as the voice was excited before it (animation.arousal). Otherwise as `speak`.
        """
        self._in_time(at)
        if not len(pcm):
            return
        passage = self._ears.hear(pcm, at)
        self._mood_by_ear = mood, intensity
        if passage.syllables:
            self._score.sing(self._melody.follow(passage.syllables, passage.pcm, passage.at))
        self._cue(at, passage.spans[0][0] if passage.spans else at, gesture, gestures, signs)
        self._pass_on(passage)

    def gesture(self, name: str) -> None:
        """Make a gesture from now on, as fast as an arm moves; left out within 1.5 s of the last one."""
        self._cue(self.cursor, self.cursor, name, (), ())

    def _in_time(self, at: int) -> None:
        if at < self.cursor:
            raise ValueError(f"Speech at {at} comes too late: frames are made up to {self.cursor}.")

    def _cue(self, at: int, first: int, gesture: str, gestures: Sequence[Cue], signs: Sequence[Cue]) -> None:
        """What hands and head do in a clause at `at` whose first sound is at `first`."""
        self._news()
        for sign in signs:
            self._score.sign(sign.name, (at + sign.at) // SAMPLES_PER_FRAME)
        cues = [(first, gesture)] if gesture else [(max(at + cue.at, first), cue.name) for cue in gestures]
        for sample, name in cues:
            self._score.gesture(name, sample // SAMPLES_PER_FRAME, self._frame)

    def _settle(self) -> None:
        """What follows what was heard, if it was not told yet."""
        passage = self._ears.rest()
        if passage:
            self._pass_on(passage)

    def _pass_on(self, passage: Passage) -> None:
        self._news()
        self._feel(passage)
        self._mouth.follow(passage.first, passage.wish, BEFORE, self._frame)

    def _feel(self, passage: Passage) -> None:
        """Phrases heard, each with its mood: as much of it, if nobody says, as the voice was excited before."""
        mood, intensity = self._mood_by_ear
        unheard = passage.syllables
        for start, end in passage.spans:
            if start - self._voice_end >= PHRASE_GAP * SAMPLES_PER_FRAME:
                before = [s for s in unheard if passage.at + s.end <= start]
                unheard = unheard[len(before) :]
                self._arousal.hear(before, passage.pcm, passage.at)
                self._excited = excitement(self._arousal.level)
            self._score.speak([(start, end)], Feeling(mood, self._excited if intensity is None else intensity))
            self._voice_end = end
        self._arousal.hear(unheard, passage.pcm, passage.at)

    def cancel(self, at: int) -> None:
        """Say nothing from sample `at` on and produce frames from there again.

        The mouth comes to rest, lips closed, within 0.12 s. States told for later than `at` are off. Raises ValueError
        when `at` lies after the cursor or more than HISTORY before it.
        """
        frame = at // SAMPLES_PER_FRAME
        if at % SAMPLES_PER_FRAME or not self._frame - HISTORY <= frame <= self._frame:
            raise ValueError(f"Cannot cancel at {at}: the cursor is {self.cursor} and {HISTORY} frames are kept.")
        frame = max(frame, 0)
        for behaviour in self._behaviours:
            behaviour.rewind(frame)
        self._score.cut(frame)
        self._melody.clear()
        self._mouth.cut(frame)
        self._ears.forget()
        self._voice_end = -RATE
        self._frame = self._made = frame
        self._kept = self._show(frame, frame)
        self._ahead = 1

    def frames(self, until: int) -> Frames:
        """All frames from the cursor up to, but not including, sample `until`. Moves the cursor there."""
        first, last = self._frame, max(self._frame, -(-until // SAMPLES_PER_FRAME))
        if last > max(first, self._ears.ready):
            self._settle()
        if last > self._made:
            self._make(max(last, self._made + self._ahead))
        shown, self._kept = self._kept[: last - first], self._kept[last - first :]
        self._frame = last
        if last // FPS > first // FPS:
            self._forget(last - HISTORY - LOOKAHEAD)
        return shown

    def _make(self, until: int) -> None:
        """Keep frames ready from the cursor to `until`."""
        for frame in range(self._made, until):
            self._decide(frame)
        made = self._show(self._made, until)
        self._kept = Frames.joined([self._kept, made]) if len(self._kept) else made
        self._made = until
        self._ahead = min(2 * self._ahead, AHEAD)

    def _news(self, really: bool = True) -> None:
        """Frames that were made but not shown are made again."""
        if not really:
            return
        if self._made > self._frame:
            for behaviour in self._behaviours:
                behaviour.rewind(self._frame)
            self._made, self._kept = self._frame, self._kept[:0]
        self._ahead = 1

    def _frame_at(self, at: int) -> int:
        """The first frame at or after sample `at` that is not made yet."""
        return max(self._frame, -(-at // SAMPLES_PER_FRAME))

    def _decide(self, frame: int) -> None:
        moment = self._score.moment(frame)
        self._mood.step(moment)
        self._blinks.step(moment, self._gaze.step(moment))
        self._head.step(moment)
        self._breath.step(moment)
        self._posture.step(moment)
        if self._drive:
            self._drive.step(frame)

    def _show(self, first: int, last: int) -> Frames:
        face = self._mood.values(first, last)
        air, parted = self._breath.values(first, last)
        face[:, JAW] += parted
        lids = self._blinks.values(first, last)
        performed = self._drive.values(first, last) if self._drive else None
        if performed:
            performed.put_on(face, lids, self._mouth.presence(first, last))
        presence = self._mouth.apply(face, first, last)
        head, eyes = self._turn(first, last, presence, lids)
        if performed:
            performed.turn(head, eyes)
        face[:, _BLINK] = np.maximum(face[:, _BLINK], lids)
        face[:, _SQUINT] = np.maximum(face[:, _SQUINT], 0.1 * lids)
        face[:, _LOOKS[0]] = np.maximum(eyes, 0.0) / EYE_RANGE
        face[:, _LOOKS[1]] = np.maximum(-eyes, 0.0) / EYE_RANGE
        np.clip(face, 0.0, self.rig.limits, out=face)
        joints, hands = self._posture.values(first, last, air)
        return Frames(first * SAMPLES_PER_FRAME, *(a.astype(np.float32) for a in (face, head, eyes, joints, hands)))

    def _turn(self, first: int, last: int, presence: np.ndarray, lids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Head [n, 3] and eyes [n, 4]. The eyes make up for what the head does, so that she keeps looking where she
        looks; they sink a little behind closing lids."""
        gaze, follow, near = self._gaze.values(first, last)
        head = self._head.values(first, last, presence)
        head[:, :2] += follow
        look = gaze - head[:, :2]
        look[:, 1] += 0.025 * lids[:, 0]
        eyes = np.concatenate([look, look], axis=1)
        eyes[:, 0] -= near[:, 0]
        eyes[:, 2] += near[:, 0]
        return head, np.clip(eyes, -_EYE_LIMIT, _EYE_LIMIT)

    def _forget(self, frame: int) -> None:
        for behaviour in self._behaviours:
            behaviour.forget(frame)
        self._score.forget(frame)
        self._mouth.forget(frame)
