"""What the ears say, made into what it means for the conversation: a sound, words, something to answer, nothing.

Emits the events about the person's utterances as they come. It decides what is meant for her (avatar/attention.py);
the floor decides what that does to her.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import numpy as np

from animation.types import RATE
from avatar.attention import Attention
from avatar.clock import ArrivalLog, MediaClock
from avatar.events import (
    Failed,
    InputFinal,
    InputPartial,
    InputSpeechStarted,
    InputSpeechStopped,
    SessionEvent,
)
from avatar.listening import Listening
from speech.audio import StreamResampler, to_float
from speech.backchannel import has_words, is_backchannel
from speech.types import INPUT_RATE, Heard, HearingFailed, Language, Partial, SpeechStarted, SpeechStopped

PAUSE_LIMIT = 0.8  # s of sound after which a pause becomes a cancellation even before words are recognised
ECHOES_BORNE = 2  # after hearing herself so often, she lets sounds pass and waits for words


@dataclass(frozen=True)
class Sound:
    """A voice began."""


@dataclass(frozen=True)
class Words:
    """Somebody is saying `text`, and it is not over. `whole`: they have paused, so it may be."""

    text: str
    whole: bool = False


@dataclass(frozen=True)
class Said:
    """Something was said that wants an answer. `ended`: clock seconds at which the voice ended; timings in ms."""

    text: str
    language: Language
    confidence: float
    item: str
    ended: float
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Nothing:
    """A turn is over in which nothing was said to her: noise, a cough, a 嗯, her own voice, talk among others."""


Meaning = Sound | Words | Said | Nothing


class Listener:
    """One session's. `busy` is set by the session: she answers, so a 嗯 is no question."""

    def __init__(
        self, hearing, clock: MediaClock, attention: Attention, emit: Callable[[SessionEvent], None],
        new_item: Callable[[], str],
    ) -> None:  # fmt: skip
        """`hearing` is a `speech.hearing.Hearing`."""
        self.hearing = hearing
        self.attention = attention
        self.settings = Listening()
        self._clock, self._emit, self._new_item = clock, emit, new_item
        self._resampler = StreamResampler(RATE, INPUT_RATE)
        self._arrivals = ArrivalLog(INPUT_RATE)
        self._item = ""
        self._began = 0.0  # when the voice under way began
        self._sounds_since: float | None = None

    def configure(self, settings: Listening) -> None:
        """Raises BackendUnavailable where one speaker is wanted and voices cannot be told apart."""
        self.hearing.configure(settings.endpointing, settings.gate, one_speaker=settings.one_speaker)
        self.settings = settings

    @property
    def busy(self) -> bool:
        return self.hearing.she_speaks

    @busy.setter
    def busy(self, busy: bool) -> None:
        self.hearing.she_speaks = busy

    @property
    def bears_sounds(self) -> bool:
        """Sounds do not stop her: so it was set, or anybody may have made them, or her own voice comes back from the
        loudspeaker."""
        chosen = self.settings.barge_in == "words" or self.settings.one_speaker
        return chosen or self.attention.echoes >= ECHOES_BORNE

    @property
    def long_sound(self) -> bool:
        """A voice has gone on for so long that it must be speech. One that has ended is judged by its words."""
        since = self._sounds_since
        return since is not None and self._clock.seconds() >= since + PAUSE_LIMIT and self.hearing.voice

    # --- audio -------------------------------------------------------------------------------------------------------

    async def push(self, pcm: np.ndarray) -> None:
        """Microphone audio, int16 mono at RATE."""
        audio = self._resampler.push(to_float(pcm))
        self._arrivals.add(len(audio), self._clock.seconds())
        await self.hearing.push(audio)

    async def commit(self) -> str:
        item = self._open_item()
        await self.hearing.commit()
        return item

    def clear(self) -> None:
        self.hearing.clear()
        self._item, self._sounds_since = "", None

    # --- meaning -----------------------------------------------------------------------------------------------------

    async def __aiter__(self) -> AsyncIterator[Meaning]:
        async for event in self.hearing:
            meaning = self._meaning(event)
            if meaning is not None:
                yield meaning

    def _meaning(self, event) -> Meaning | None:
        match event:
            case SpeechStarted(at):
                self._began = self._arrivals.time_of(at) or self._clock.seconds()
                self._sounds_since = self._clock.seconds()
                self._emit(InputSpeechStarted(self._open_item(), _ms(at)))
                return Sound()
            case Partial():
                return self._partial(event)
            case SpeechStopped(at):
                self._sounds_since = None
                self._emit(InputSpeechStopped(self._open_item(), _ms(at)))
            case Heard():
                return self._heard(event)
            case HearingFailed(code, message):
                self._emit(Failed(code, message, item=self._close_item()))
                return Nothing()
        return None

    def _partial(self, heard: Partial) -> Words | None:
        meant = None if self.attention.is_echo(heard.text, self._began) else self._meant(heard.text)
        if meant is None:
            return None
        self._emit(InputPartial(self._open_item(), heard.stable, heard.text))
        return Words(meant, heard.whole) if has_words(meant) else None

    def _heard(self, heard: Heard) -> Said | Nothing:
        item, now = self._close_item(), self._clock.seconds()
        ended = self._arrivals.time_of(heard.end) or now
        timings = {"final_transcript_ms": (now - ended) * 1000}
        if "endpoint" in heard.timings:
            timings["end_of_turn_ms"] = heard.timings["endpoint"]
        echo = self.attention.is_echo(heard.text, self._arrivals.time_of(heard.start) or now)
        self.attention.echoes += echo
        meant = self._meant(heard.text) if heard.text.strip() and not echo else None
        # What was not said to her is nobody's business: the client does not learn of it.
        final = InputFinal(item, "", heard.language, heard.confidence, heard.timings)
        if meant is not None:
            final = replace(final, text=heard.text, original=heard.original, words=heard.words)
        self._emit(final)
        if meant is None or self.busy and is_backchannel(heard.text):
            return Nothing()
        greeting = "你好" if heard.language == "zh" else "Hello"  # where only her name was called
        return Said(meant.strip() or greeting, heard.language, heard.confidence, item, ended, timings)

    def _meant(self, text: str) -> str | None:
        return self.attention.called(text, self._clock.seconds()) if self.settings.wake_word else text

    def _open_item(self) -> str:
        self._item = self._item or self._new_item()
        return self._item

    def _close_item(self) -> str:
        item, self._item = self._open_item(), ""
        self._sounds_since = None
        return item


def _ms(samples: int) -> int:
    return samples * 1000 // INPUT_RATE
