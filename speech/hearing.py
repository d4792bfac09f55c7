"""Listening to one person: audio in, who spoke and what out.

    push(audio) → voice activity, levels → endpointing ─ SpeechStarted ─ Partial… ─ SpeechStopped ─ Heard
                                              └ likely end → the final is recognised already, for when the turn ends
                                                there, and the sound judged: both say how long silence must last

Voice activity and endpointing run inline; recognition runs in the recogniser's own thread, one piece of work at a time
for each turn: a partial that would have to wait is skipped. Time is counted in samples pushed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.errors import BackendUnavailable, ModelMissing, ShurenError
from speech.agreement import Agreement
from speech.audio import checked
from speech.backchannel import is_backchannel
from speech.completeness import Completeness, judge
from speech.endpointing import Ended, Endpointer, Endpointing, LikelyEnd, Resumed, Started
from speech.levels import Gate, Levels
from speech.one_speaker import OneSpeaker
from speech.smart_turn import SmartTurn, TurnEnd
from speech.types import (
    INPUT_RATE,
    Heard,
    HearingEvent,
    HearingFailed,
    Language,
    Partial,
    Recogniser,
    SpeechStarted,
    SpeechStopped,
    Transcript,
)
from speech.understanding import Understanding
from speech.vad import FRAME, SileroVad, VoiceActivity
from speech.voiceprint import VoiceEncoder

PRE_ROLL = INPUT_RATE * 480 // 1000  # audio kept from before the voice was noticed, so that no first syllable is lost
POST_ROLL = INPUT_RATE * 160 // 1000  # and from after it
PARTIAL_EVERY = INPUT_RATE // 4  # at best: see `_partial`
PARTIAL_OVER_HER = INPUT_RATE // 2  # a partial decides whether she stops: half a 嗯 is easily taken for a word
LONGEST = 30 * INPUT_RATE  # audio kept of one turn; a turn that only a commit ends is kept
LONGEST_COMMITTED = 180 * INPUT_RATE  # so long
PARTIALS_UNTIL = 28 * INPUT_RATE  # recognisers take no more in one piece
EVENTS_KEPT = 256

log = logging.getLogger("shuren.hearing")


class Ears:
    """The engines all listeners share."""

    def __init__(
        self,
        vad: SileroVad,
        recogniser: Recogniser,
        turn_end: TurnEnd | None = None,
        voices: VoiceEncoder | None = None,
    ) -> None:
        self.vad = vad
        self.recogniser = recogniser
        self.turn_end = turn_end
        self.voices = voices

    @classmethod
    def load(cls, store: Any, *, recogniser: str | Recogniser = "whisper", **settings: Any) -> Ears:
        """From a `models.store.Store`; `settings` go to the named recogniser. Raises ModelMissing, BackendUnknown.

        Where Smart Turn and the voice encoder are installed, they are asked too.
        """
        from speech.recognisers import RECOGNISERS

        turn_end, voices = _if_installed(SmartTurn, store), _if_installed(VoiceEncoder, store)
        if isinstance(recogniser, str):
            recogniser = RECOGNISERS.load(recogniser, store=store, **settings)
        return cls(SileroVad.load(store), recogniser, turn_end, voices)

    def listen(
        self,
        words: tuple[str, ...] = (),
        language: Language | None = None,
        detect_turns: bool = True,
        gate: Gate | None = None,
    ) -> Hearing:
        """A listener of its own for one stream."""
        recogniser: Recogniser = Understanding(self.recogniser, words)
        return Hearing(
            self.vad.stream(),
            OneSpeaker(recogniser, self.voices) if self.voices else recogniser,
            turn_end=self.turn_end,
            words=words,
            language=language,
            detect_turns=detect_turns,
            gate=gate,
        )

    async def aclose(self) -> None:
        await self.recogniser.aclose()
        if self.turn_end:
            await self.turn_end.aclose()
        if self.voices:
            await self.voices.aclose()


def _if_installed(model: Any, store: Any) -> Any:
    """A model one can do without."""
    try:
        return model.load(store)
    except ModelMissing:
        return None


@dataclass
class _Turn:
    """One utterance while it is spoken and until it is recognised."""

    start: int  # of the voice
    first: int  # of the audio that is recognised
    agreement: Agreement = field(default_factory=Agreement)
    working: asyncio.Task | None = None  # the partial under way
    early: asyncio.Task | None = None  # the final, begun at a likely end
    sound: asyncio.Task | None = None  # and how finished the voice sounds there
    next_partial: int = 0
    partials: int = 0


class Hearing:
    """One stream. `push` and iterate from one event loop; iteration ends after `aclose`."""

    def __init__(
        self,
        vad: VoiceActivity,
        recogniser: Recogniser,
        *,
        turn_end: TurnEnd | None = None,
        words: tuple[str, ...] = (),
        language: Language | None = None,
        detect_turns: bool = True,
        endpointing: Endpointing | None = None,
        gate: Gate | None = None,
    ) -> None:
        """With `detect_turns` False only `commit` ends a turn. It may be changed at any time, and so may `she_speaks`:
        an answer waits for the end of the turn, so a 嗯 or a cough is over sooner."""
        self.detect_turns = detect_turns
        self.she_speaks = False
        self._vad, self._recogniser, self._turn_end = vad, recogniser, turn_end
        self._words, self._language = words, language
        self._endpointer = Endpointer(endpointing)
        self._levels = Levels(gate)
        self._audio = np.zeros(0, np.float32)
        self._audio_from = 0  # sample number of _audio[0]
        self._judged = 0  # samples the voice detector has seen
        self._turn: _Turn | None = None
        self._ended = 0  # where the turn before ended: what is kept from before a voice never reaches into it
        self._events: asyncio.Queue[HearingEvent | asyncio.Task[HearingEvent] | None] = asyncio.Queue(EVENTS_KEPT)
        self._tasks: set[asyncio.Task] = set()
        self._closed = False

    def configure(self, endpointing: Endpointing, gate: Gate, *, one_speaker: bool = False) -> None:
        """Other thresholds from now on; what was learnt of the person and the hall stays.

        Raises BackendUnavailable where one speaker cannot be told from another, and then nothing changes.
        """
        if isinstance(self._recogniser, OneSpeaker):
            self._recogniser.only = one_speaker
        elif one_speaker:
            raise BackendUnavailable("Voices cannot be told apart here.", hint="shuren models fetch voice-encoder")
        self._endpointer.settings = endpointing
        self._levels.gate = gate

    async def settled(self) -> None:
        """Wait until nothing is being recognised."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def push(self, pcm: np.ndarray) -> None:
        """Take float32 mono 16 kHz audio of any length. Raises AudioInvalid for anything else."""
        if self._closed:
            return
        self._audio = np.concatenate((self._audio, checked(pcm)))
        while self._judged + FRAME <= self._pushed:
            frame = self._slice(self._judged, self._judged + FRAME)
            self._judged += FRAME
            self._on_frame(frame)
        self._forget()

    async def commit(self) -> None:
        """The turn is over now, whatever the silence says. Heard follows, with empty text where nobody spoke."""
        begin = max(self._audio_from, self._ended)
        turn = self._turn or _Turn(begin, begin)
        end = self._endpointer.voice_end if self._endpointer.pausing else self._pushed
        self._endpointer.reset()
        self._end(turn, end, self._pushed)

    def clear(self) -> None:
        """Forget the turn under way and what was pushed before now."""
        self._drop(self._turn)
        self._turn = None
        self._endpointer.reset()
        self._audio, self._audio_from = self._audio[:0], self._pushed
        self._judged = self._audio_from

    async def aclose(self) -> None:
        """End the stream; idempotent. Nothing is recognised any more."""
        if self._closed:
            return
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._put(None)

    async def __aiter__(self) -> AsyncIterator[HearingEvent]:
        """Strictly turn by turn: what follows a turn waits until its text is there."""
        while (event := await self._events.get()) is not None:
            if not isinstance(event, asyncio.Task):
                yield event
                continue
            await asyncio.wait({event})
            if not event.cancelled():
                yield event.result()

    # --- following the voice ---------------------------------------------------------------------------------------

    @property
    def voice(self) -> bool:
        """The person's voice is heard right now: their turn is under way and they do not pause."""
        return self._turn is not None and not self._endpointer.pausing

    @property
    def _pushed(self) -> int:
        return self._audio_from + len(self._audio)

    def _on_frame(self, frame: np.ndarray) -> None:
        probability = self._vad.probability(frame)
        self._levels.push(frame, voiced=probability >= self._endpointer.settings.stop)
        quiet = self._levels.quiet or not self._levels.near
        match self._endpointer.push(probability, quiet=quiet, may_end=self.detect_turns):
            case Started(at):
                self._turn = _Turn(at, max(at - PRE_ROLL, self._ended), next_partial=at + self._partial_every)
                self._put(SpeechStarted(at))
            case LikelyEnd(at) if self._turn:
                self._begin_early(self._turn, at)
            case Resumed() if self._turn:
                self._drop_early(self._turn)
            case Ended(at, decided_at) if self._turn:
                self._end(self._turn, at, decided_at)
        turn = self._turn
        if turn and self._judged >= turn.next_partial and not self._endpointer.pausing:
            self._begin_partial(turn)

    def _end(self, turn: _Turn, end: int, decided_at: int) -> None:
        self._turn, self._ended = None, end
        self._put(SpeechStopped(end, decided_at))
        # The audio is cut out now: before the task begins, `push` may have forgotten it.
        self._put(self._spawn(self._finish(turn, self._utterance(turn, end), end, decided_at)))

    def _forget(self) -> None:
        """Keep the turn under way, else the pre-roll; without turn detection all that may yet be committed."""
        longest = LONGEST + PRE_ROLL if self.detect_turns else LONGEST_COMMITTED
        keep_from = self._pushed - longest
        if self._turn:
            keep_from = max(keep_from, self._turn.first)
        elif self.detect_turns:
            keep_from = max(keep_from, self._judged - PRE_ROLL - INPUT_RATE)
        cut = keep_from - self._audio_from
        if cut > INPUT_RATE // 4:
            self._audio = self._audio[cut:]
            self._audio_from += cut

    def _slice(self, start: int, end: int) -> np.ndarray:
        return self._audio[max(0, start - self._audio_from) : max(0, end - self._audio_from)]

    @property
    def _partial_every(self) -> int:
        return PARTIAL_OVER_HER if self.she_speaks else PARTIAL_EVERY

    # --- recognising -----------------------------------------------------------------------------------------------

    def _begin_partial(self, turn: _Turn) -> None:
        turn.next_partial = self._judged + self._partial_every
        if (turn.working and not turn.working.done()) or self._judged - turn.first > PARTIALS_UNTIL:
            return
        turn.working = self._spawn(self._partial(turn, self._slice(turn.first, self._judged).copy()))

    async def _partial(self, turn: _Turn, audio: np.ndarray) -> None:
        began = self._judged
        try:
            guess = await self._recogniser.transcribe(audio, language=self._language, partial=True)
        except ShurenError:
            return  # the final will say so
        # At most half of the time goes into partials: on a slow machine one would always be in the final's way.
        turn.next_partial = max(turn.next_partial, 2 * self._judged - began)
        if turn is self._turn and guess.text:
            turn.partials += 1
            self._tell(turn, guess.text)

    def _tell(self, turn: _Turn, text: str, *, whole: bool = False) -> None:
        if turn.agreement.push(text) or whole:
            self._put(Partial(turn.agreement.text, turn.agreement.stable, whole))

    def _begin_early(self, turn: _Turn, end: int) -> None:
        self._drop_early(turn)
        turn.early = self._spawn(self._early(turn, self._utterance(turn, end)))
        if self._turn_end:
            turn.sound = self._spawn(self._sound(turn, self._slice(turn.first, self._judged).copy()))

    async def _early(self, turn: _Turn, audio: np.ndarray) -> Transcript:
        """The final, if nothing more is said; what it says decides how long to wait for more."""
        heard = await self._recogniser.transcribe(audio, language=self._language, words=self._words)
        if turn is self._turn:
            if heard.text:
                self._tell(turn, heard.text, whole=True)
            self._hint(turn, words=self._judge(heard))
        return heard

    def _hint(self, turn: _Turn, **evidence: Any) -> None:
        """The silence may have lasted long enough already: the turn does not wait for more of it."""
        self._endpointer.hint(**evidence)
        if self.detect_turns and (ended := self._endpointer.over()):
            self._end(turn, ended.at, ended.decided_at)

    def _judge(self, heard: Transcript) -> Completeness:
        if self.she_speaks and is_backchannel(heard.text):  # or nothing at all: she may go on
            return Completeness.COMPLETE if heard.text else Completeness.OPEN
        return judge(heard.text, heard.language) if heard.text else Completeness.NOTHING

    async def _sound(self, turn: _Turn, audio: np.ndarray) -> None:
        try:
            sound = await self._turn_end.probability(audio)
        except ShurenError as problem:
            log.info("the sound of a turn's end was not judged: %s", problem.code)  # the words are
            return
        if turn is self._turn:
            self._hint(turn, sound=sound)

    async def _finish(self, turn: _Turn, audio: np.ndarray, end: int, decided_at: int) -> HearingEvent:
        loop = asyncio.get_running_loop()
        decided = loop.time()
        if turn.working:
            turn.working.cancel()
        try:
            if turn.early and not turn.early.cancelled():
                heard = await turn.early
            else:
                heard = await self._recogniser.transcribe(audio, language=self._language, words=self._words)
        except ShurenError as problem:
            return HearingFailed(problem.code, problem.message, turn.start, end)
        except Exception:
            log.exception("recognition failed")
            return HearingFailed("backend_error", "The recogniser failed.", turn.start, end)
        timings = {
            "endpoint": (decided_at - end) * 1000 / INPUT_RATE,
            "final": (loop.time() - decided) * 1000,
            "compute": heard.compute_ms,
            "partials": float(turn.partials),
        }
        return Heard(
            heard.text, heard.language, heard.confidence, turn.start, end, timings, heard.original, heard.words
        )

    def _utterance(self, turn: _Turn, end: int) -> np.ndarray:
        return self._slice(turn.first, end + POST_ROLL).copy()

    def _drop(self, turn: _Turn | None) -> None:
        if turn:
            self._drop_early(turn)
            if turn.working:
                turn.working.cancel()

    def _drop_early(self, turn: _Turn) -> None:
        for task in (turn.early, turn.sound):
            if task:
                task.cancel()
        turn.early = turn.sound = None

    def _spawn(self, work: Any) -> asyncio.Task:
        task = asyncio.create_task(work, name="hearing")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # an early final that failed is told by `_finish`, or was not wanted any more

    def _put(self, event: HearingEvent | asyncio.Task[HearingEvent] | None) -> None:
        """Full: nobody reads. Partials give way, since newer ones follow; then the oldest event."""
        if self._events.full():
            if isinstance(event, Partial):
                return
            self._events.get_nowait()
        self._events.put_nowait(event)
