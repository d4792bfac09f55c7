"""A live session without ears and mind: a streamer speaks, the avatar's face and body go along, voice and lips in step.

To the server it is a session like any other (`server.realtime.host.LiveSession`): the same label, wire, limits, and
mirrors to other programs. Each utterance is an answer of its own, of turn 1, 2, 3 …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import NoReturn

import numpy as np

from animation.types import RATE, SAMPLES_PER_FRAME, Frames
from avatar.clock import MediaClock
from avatar.events import AudioOut, FramesOut, ReplyDone, ReplyStarted, SessionEvent, StateChanged, TurnState
from avatar.outbox import Outbox
from avatar.puppet import Puppet
from dialogue.attachments import Attachments
from models.errors import AudioInvalid, EventInvalid

MOST_WAITING = 15 * RATE  # samples of voice that may wait to be animated
TICK = 0.02  # s
LATE = RATE // 4  # samples the microphone may be silent for before silence is put in its place
CHUNK = RATE // 10  # samples animated at a time
LOUD = 100.0  # int16 RMS of 20 ms, -50 dBFS: below it is silence
HANGOVER = RATE  # samples of silence that end an utterance


class PuppetSession:
    """Microphone in, voice and frames out on the microphone's clock. `run` owns every task."""

    def __init__(self, *, id: str, puppet: Puppet, seconds: Callable[[], float] | None = None) -> None:
        """`seconds` is a monotonic clock, the event loop's by default; it only tells when the microphone is silent."""
        self.id = id
        self.tools = None
        self.files = Attachments(lambda: None)  # nobody asks for any
        self._puppet = puppet
        self._clock = MediaClock(seconds or asyncio.get_running_loop().time)
        self._outbox = Outbox()
        self._waiting: list[np.ndarray] = []
        self._waits = 0  # samples in `_waiting`
        self._came = -LATE  # when the last of them came
        self._taken = 0  # samples animated so far: where the microphone's clock stands
        self._held = np.zeros(0, np.int16)  # voice whose frames are not made yet
        self._shown = 0  # where frames end
        self._turn = 0
        self._speaking = False
        self._quiet = 0  # samples since the last loud one
        self._closing = asyncio.Event()

    @property
    def quiet(self) -> bool:
        """Nobody speaks: work ahead disturbs nobody."""
        return not self._speaking

    # --- life ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Live until `aclose`."""
        try:
            while not self._closing.is_set():
                pcm = self._next()
                if pcm is not None:
                    self._show(pcm, self._puppet.push(pcm))  # 4 ms of CPU for 100 ms of voice
                await asyncio.sleep(TICK if pcm is None else 0)
        finally:
            self._end("cancelled")
            self._outbox.close()

    async def aclose(self) -> None:
        self._closing.set()

    async def events(self) -> AsyncIterator[SessionEvent]:
        """Once, by one reader; ends with the session."""
        async for event in self._outbox:
            yield event

    # --- what the client sends -------------------------------------------------------------------------------------

    async def push_audio(self, pcm: np.ndarray) -> None:
        """int16 at 24 kHz, in real time. Raises AudioInvalid when so much waits that it cannot be live any more."""
        if self._waits + len(pcm) > MOST_WAITING:
            raise AudioInvalid(
                f"{MOST_WAITING // RATE} s of voice are waiting already.", hint="Send the microphone in real time."
            )
        self._waiting.append(np.asarray(pcm, np.int16))
        self._waits += len(pcm)
        self._came = self._clock.now()

    def clear_audio(self) -> None:
        self._waiting.clear()
        self._waits = 0

    async def cancel(self, reason: str = "client_cancelled") -> bool:
        return False  # nobody but the person can stop the person

    def label_shown(self) -> None:
        """The connection withholds media until then."""

    def watched(self) -> None:
        """Frames are made in any case."""

    def playhead(self, pts: int, turn: int) -> None:
        """What is heard is what was said."""

    def set_speed(self, speed: float) -> None:
        """Nothing is spoken here but what the client speaks."""

    def set_listening(self, listening: object) -> None:
        """A puppet's microphone is always open."""

    def set_turn_detection(self, **_: object) -> None:
        """There are no turns to take."""

    async def commit_audio(self) -> str:
        _refuse("Nothing is transcribed")

    async def add_text(self, text: str, item: str | None = None) -> str:
        _refuse("Nothing is answered")

    async def say(self, text: str, *, mood: str = "", gesture: str = "") -> int:
        _refuse("Nothing is said but the person's own words")

    def vet(self, text: str) -> None:
        """Nobody speaks in her name but the person."""

    def express(self, mood: str, intensity: float = 1.0) -> None:
        _refuse("The mood is that of the voice")

    def gesture(self, name: str) -> None:
        _refuse("Gestures are not made")

    async def respond(self) -> int:
        _refuse("Nothing is answered")

    async def truncate(self, item: str, audio_end_ms: int) -> None:
        _refuse("Nothing is remembered")

    # --- the work --------------------------------------------------------------------------------------------------

    def _next(self) -> np.ndarray | None:
        """The next voice to animate; silence where the microphone has fallen behind or was never switched on."""
        if self._waits:
            whole = np.concatenate(self._waiting)
            pcm, rest = whole[:CHUNK], whole[CHUNK:]
            self._waiting, self._waits = ([rest] if len(rest) else []), len(rest)
            return pcm
        due = self._clock.now() - LATE
        missing = due - self._taken if self._came <= due else 0
        return np.zeros(min(missing, CHUNK), np.int16) if missing >= SAMPLES_PER_FRAME else None

    def _show(self, pcm: np.ndarray, frames: Frames) -> None:
        self._listen(pcm)
        self._taken += len(pcm)
        self._held = np.concatenate([self._held, pcm])
        if len(frames):
            self._outbox.put(FramesOut(self._turn if self._speaking else 0, frames))
            self._release(frames.pts + len(frames) * SAMPLES_PER_FRAME)
        if self._speaking and self._quiet >= HANGOVER:
            self._end("completed")

    def _listen(self, pcm: np.ndarray) -> None:
        loud = float(np.sqrt(np.mean(np.square(pcm.astype(np.float64))))) >= LOUD
        self._quiet = 0 if loud else self._quiet + len(pcm)
        if loud and not self._speaking:
            self._speaking, self._turn = True, self._turn + 1
            self._outbox.put(ReplyStarted(self._turn, self._item, ""))
            self._state("speaking")

    def _release(self, until: int) -> None:
        """Voice goes out with its frames, which come a little after it."""
        count = until - self._shown
        voice, self._held = self._held[:count], self._held[count:]
        if self._speaking and len(voice):
            self._outbox.put(AudioOut(self._turn, self._item, self._shown, voice))
        self._shown = until

    def _end(self, status: str) -> None:
        if self._speaking:
            self._speaking = False
            reason = "" if status == "completed" else "client_cancelled"
            self._outbox.put(ReplyDone(self._turn, self._item, status, reason, "", ""))
            self._state("listening")

    def _state(self, state: TurnState) -> None:
        self._outbox.put(StateChanged(state, self._turn, self._shown))

    @property
    def _item(self) -> str:
        return f"said_{self._turn}"


def _refuse(what: str) -> NoReturn:
    raise EventInvalid(
        f"{what} while a person speaks through the avatar.", hint="Leave mode=puppet out to talk with her."
    )
