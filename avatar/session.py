"""One person's live session with a digital human: ears, mind, mouth and body composed on one clock.

The floor (avatar/turn.py) decides, the stage (avatar/stage.py) places media, an answer (avatar/answering.py) is made
beside them; this file carries effects out and tells the reader what happened. Everything runs on one event loop, so no
method needs a lock; `run` owns every task.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from animation.performer.drive import Drive
from animation.types import RATE
from avatar import turn as floor_events
from avatar.ahead import WorkAhead
from avatar.answer import Question
from avatar.answering import Answering
from avatar.asked import Asked
from avatar.attention import Attention
from avatar.clock import MediaClock, Playhead
from avatar.events import (
    AudioOut,
    Failed,
    FramesOut,
    Interrupted,
    LabelShown,
    ReplyDone,
    ReplyStarted,
    SessionEvent,
    StateChanged,
    TurnState,
)
from avatar.listener import Listener, Meaning, Nothing, Said, Sound, Words
from avatar.listening import Listening
from avatar.outbox import Outbox
from avatar.stage import AHEAD, Body, Stage
from avatar.turn import Floor, step
from dialogue.attachments import Attachments
from dialogue.handoff import Reception
from dialogue.text import language_of
from dialogue.tools.client import ClientTools
from dialogue.types import Conversation, Sentence, Utterance
from models.errors import LabelNotShown, SessionBusy, ShurenError
from speech.types import Voice
from speech.voices.paced import PacedVoice

log = logging.getLogger("shuren.session")

TICK = 0.02  # s between releases of media
YIELD_BEFORE = RATE * 300 // 1000  # she looks at the person this long before her turn ends
THINK_LIMIT = 25.0  # s without a sound after which an answer is given up
BODY_STATES = {"yielding": "listening", "paused": "listening"}


class Session:
    """Composes ears, mind, mouth and body on one clock. All methods are safe to call in any state."""

    def __init__(
        self,
        *,
        id: str,
        hearing,
        conversation: Conversation,
        voice: Voice,
        body: Body,
        seconds: Callable[[], float] | None = None,
        greet: bool = True,
        spoken_label: str = "",
        label_language: Literal["zh", "en"] = "zh",
        names: tuple[str, ...] = (),
        listening: Listening | None = None,
        observer: Callable[[SessionEvent | LabelShown], None] = lambda event: None,
    ) -> None:
        """`names`: what the persona is called, for where she listens only when called. `spoken_label` is said before
        the first answer to a client that never showed the label; "" refuses media to such a client. `seconds` is a
        monotonic clock, the event loop's by default. `hearing` is a `speech.hearing.Hearing`. `observer` is told
        every event as it happens; it must not raise or wait."""
        self.id = id
        self.tools: ClientTools | None = None  # of the conversation, those the client may answer
        self._observer = observer
        self.clock = MediaClock(seconds or asyncio.get_running_loop().time)
        self._playhead = Playhead(self.clock)
        self.floor = Floor()
        self._listener = Listener(hearing, self.clock, Attention(names), self._emit, self._new_item)
        if listening:
            self._listener.configure(listening)
        self._conversation = conversation
        self._voice = PacedVoice(voice)
        self._stage = Stage(body)
        body.listens(body.cursor, language=label_language)
        self._outbox = Outbox()
        self._greet = greet
        self._spoken_label = spoken_label
        self._label_language = label_language
        self._label_shown = False
        self._watched = False
        self._create_response = True
        self._items = itertools.count(1)
        self._asked = Asked()
        self._answer: asyncio.Task | None = None
        self._ahead = WorkAhead(conversation, self._voice, self._spawn)
        self._answering = Answering(
            conversation, self._voice, self._stage, self.clock, self._listener.attention, self._emit
        )
        if spoken_label:
            self._answering.label_due = Sentence(spoken_label, label_language, "template", must_finish=True)
        self._think_deadline = 0.0
        self._tasks: set[asyncio.Task] = set()
        self._closing = asyncio.Event()
        self._closed = asyncio.Event()
        self._running = False

    @property
    def quiet(self) -> bool:
        """Nobody speaks or is about to: work ahead disturbs nobody."""
        return not self.floor.busy and not self._listener.hearing.voice

    # --- life ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Live until `aclose`. Owns every task of the session; none outlives it."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._spawn(self._listen(), "listen")
                self._spawn(self._pump(), "pump")
                if self._label_shown:
                    self._say_hello()
                await self._closing.wait()
                for task in self._tasks:
                    task.cancel()
        finally:
            if self.floor.busy:
                self._step(floor_events.Cancel("client_cancelled"))
            self._outbox.close()
            await self._listener.hearing.aclose()
            await self._conversation.aclose()
            self._closed.set()

    async def aclose(self) -> None:
        """End the session; idempotent."""
        self._closing.set()
        if self._running:
            await self._closed.wait()

    def events(self) -> AsyncIterator[SessionEvent]:
        """What happens, in order. Bounded: a reader that falls 5 s behind loses frames first, then the session."""
        return aiter(self._outbox)

    def _spawn(self, coroutine, name: str) -> asyncio.Task:
        task = self._group.create_task(coroutine, name=f"{self.id}:{name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- what the client does ------------------------------------------------------------------------------------

    def label_shown(self) -> None:
        """The client shows the AI label: media may flow. Starts the greeting if the session was made with one."""
        first, self._label_shown = not self._label_shown, True
        if first:
            self._observer(LabelShown())
        self._answering.label_due = None
        if first and self._running:
            self._say_hello()

    def watched(self) -> None:
        """Somebody looks on who shows the label: frames are made for them. What the person must see or hear stays."""
        self._watched = True

    async def push_audio(self, pcm: np.ndarray) -> None:
        """Microphone audio, int16 mono 24 kHz, any length up to 15 s."""
        await self._listener.push(pcm)

    async def commit_audio(self) -> str:
        """The client says the utterance is over (manual turns). Returns the item id."""
        self._asked.committed()
        return await self._listener.commit()

    def clear_audio(self) -> None:
        """Forget audio pushed since the last turn."""
        self._listener.clear()
        if self.floor.phase == "paused":
            self._step(floor_events.Heard(empty=True))

    def set_turn_detection(
        self, *, enabled: bool, create_response: bool = True, interrupt_response: bool = True
    ) -> None:
        """Whether the session itself decides when a turn ends, answers it, and lets speech interrupt."""
        self._listener.hearing.detect_turns = enabled
        self._create_response = create_response and enabled
        self.floor = replace(self.floor, interruptible=interrupt_response)

    def set_listening(self, listening: Listening) -> None:
        """What counts as speech, whom it must come from, and what it does to her. Raises BackendUnavailable."""
        self._listener.configure(listening)

    def set_speed(self, speed: float) -> None:
        """How fast the persona speaks to this person, times its own pace; counts from the next sentence on."""
        self._voice.speed = speed

    async def add_text(self, text: str, item: str | None = None) -> str:
        """A typed message (conversation.item.create). Does not answer by itself. Returns the item id."""
        item = item or self._new_item()
        said = Utterance(text, language_of(text, self._label_language), typed=True)
        self._stage.body.listens(self._stage.body.cursor, language=said.language)
        self._asked.waiting = Question(said, item, self.clock.seconds(), {})
        return item

    @property
    def files(self) -> Attachments:
        """What the person may send, when a procedure asks for it."""
        return self._conversation.files

    async def respond(self) -> int:
        """Answer what was added or committed last (response.create), once it is recognised; greets where nothing was.

        Raises SessionBusy while an answer runs, LabelNotShown before media may flow. Returns the turn id.
        """
        self._may_speak()
        if self._asked.wants_answer():
            return self.floor.turn + 1
        self._asked.asked_now(self.clock.seconds())
        self._step(floor_events.Ask())
        return self.floor.turn

    def _may_speak(self) -> None:
        if self.floor.busy:
            raise SessionBusy("An answer is already under way.", hint="Cancel it first (response.cancel).")
        if not self._label_shown and not self._spoken_label:
            raise LabelNotShown("The AI label is not on screen yet.", hint="Show it and send shuren.label.shown.")

    async def say(self, text: str, *, mood: str = "", gesture: str = "") -> int:
        """Say this as it is, with the guard's leave; mood and gesture are those of dialogue.feelings and .gestures.

        Raises SpeechRefused, SessionBusy or LabelNotShown. Returns the turn id.
        """
        self._may_speak()
        first, *rest = self._conversation.as_is(text)
        return self._tell(tuple(replace(sentence, mood=mood) for sentence in (replace(first, gesture=gesture), *rest)))

    # --- a colleague in her place ----------------------------------------------------------------------------------

    @property
    def reception(self) -> Reception:
        """Who has the talk, and what a human was called for."""
        return self._conversation.reception

    async def take_over(self) -> None:
        """A colleague has the talk from now on: she stops, tells the person so, and says only what they let her say."""
        await self.cancel()
        self._tell(self._conversation.take_over())

    async def say_for_human(self, text: str) -> int:
        """Speak the words of the colleague who has the talk. Raises SessionBusy or LabelNotShown. Returns the turn id,
        0 where no colleague has it."""
        self._may_speak()
        return self._tell(self._conversation.from_human(text))

    async def hand_back(self) -> None:
        """The mind has the talk again, and the person is told."""
        await self.cancel()
        self._tell(self._conversation.hand_back())

    def _tell(self, words: tuple[Sentence, ...]) -> int:
        if not words or not (self._label_shown or self._spoken_label):
            return 0
        self._asked.waiting = Question(None, "", self.clock.seconds(), {}, words)
        self._step(floor_events.Ask())
        return self.floor.turn

    def vet(self, text: str) -> None:
        """Raises SpeechRefused for what may not be shown or said in her name."""
        self._conversation.vet(text)

    def next_person(self) -> None:
        """Whoever asks next is somebody else: nothing of the talk before is theirs."""
        self._conversation.next_person()

    def express(self, mood: str, intensity: float = 1.0) -> None:
        """The mood of what she says from the next sentence on; "" leaves it to her words again."""
        self._answering.mood = (mood, intensity) if mood else None

    def gesture(self, name: str) -> None:
        """Make a gesture now (one of dialogue.gestures.GESTURES)."""
        self._stage.body.gesture(name)

    @property
    def drive(self) -> Drive:
        """For a performer's own face in place of hers."""
        return self._stage.body.drive

    async def cancel(self, reason: str = "client_cancelled") -> bool:
        """Cancel the running answer. False when none runs."""
        busy = self.floor.busy
        self._step(floor_events.Cancel(reason))
        return busy

    def playhead(self, pts: int, turn: int) -> None:
        """The client hears sample `pts` now."""
        self._playhead.report(pts)

    async def truncate(self, item: str, audio_end_ms: int) -> None:
        """The client says only `audio_end_ms` of answer `item` was heard: memory is cut there. Unknown items: no-op."""
        self._answering.truncate(item, audio_end_ms * RATE // 1000)

    # --- hearing -------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for meaning in self._listener:
            self._on(meaning)

    def _on(self, meaning: Meaning) -> None:
        match meaning:
            case Sound():
                self._on_sound()
            case Words(text, whole):
                self._step(floor_events.Words())
                self._ahead.consider(self._asked.whole(text), whole=whole)
            case Said():
                self._step(floor_events.Words())  # where no partial came first, the answer under way ends here
                said = Utterance(self._asked.whole(meaning.text), meaning.language, meaning.confidence)
                self._ask(Question(said, meaning.item, meaning.ended, meaning.timings))
            case Nothing() if self._asked.unanswered:
                self._ask(self._asked.unanswered)
            case Nothing():
                self._step(floor_events.Heard(empty=True))
        if isinstance(meaning, Said | Nothing) and self._asked.recognised() and not self.floor.busy:
            self._step(floor_events.Ask())

    def _on_sound(self) -> None:
        if self._listener.bears_sounds:
            return
        self._step(floor_events.Started())
        if self._listener.settings.barge_in == "immediate":
            self._step(floor_events.PauseOver())

    def _ask(self, question: Question) -> None:
        """Something wants an answer; whether it gets one by itself was set by the client."""
        self._asked.unanswered = None
        self._stage.body.listens(self._stage.body.cursor, language=question.said.language)
        self._asked.waiting = question
        if self._create_response and (self._label_shown or self._spoken_label):
            self._step(floor_events.Heard())
        elif self.floor.phase == "paused":
            self._step(floor_events.Cancel("turn_detected"))

    # --- the floor -----------------------------------------------------------------------------------------------

    def _step(self, event: floor_events.Event) -> None:
        """Feed the state machine and carry out what it says."""
        before = self.floor
        self.floor, effects = step(self.floor, event)
        for effect in effects:
            match effect:
                case floor_events.Answer(turn):
                    self._begin_answer(turn)
                case floor_events.Pause():
                    self._pause()
                case floor_events.Resume():
                    self._answering.resume()
                case floor_events.Finish(turn, status, reason):
                    self._finish_answer(turn, status, reason)
        if self.floor.phase != before.phase:
            self._listener.busy = self.floor.busy
            self._show_phase()

    def _show_phase(self) -> None:
        phase = self.floor.phase
        self._stage.body.state(BODY_STATES.get(phase, phase), self._stage.body.cursor)
        state: TurnState = "speaking" if phase == "yielding" else phase
        self._emit(StateChanged(state, self.floor.turn, self._stage.body.cursor))

    def _begin_answer(self, turn: int) -> None:
        question = self._asked.take(self.clock.seconds())
        self._answering.begin(question)
        self._think_deadline = self.clock.seconds() + THINK_LIMIT
        self._stage.begin(turn, self._new_item())
        self._emit(ReplyStarted(turn, self._stage.item, question.item))
        self._answer = self._spawn(self._make_answer(turn, question), f"answer-{turn}")

    def _finish_answer(self, turn: int, status: str, reason: str) -> None:
        stage = self._stage
        self._listener.attention.she_stopped(self.clock.seconds())
        self._listener.attention.attend(self.clock.seconds())
        if self._answer and status == "cancelled":
            self._answer.cancel()
        self._ahead.over()
        pts = None if status == "completed" else self._playhead.heard()
        whole, heard = self._answering.end(turn, cut_at=pts)
        if pts is not None:
            self._emit(Interrupted(turn, stage.item, pts, final=True))
        if reason == "turn_detected" and not heard:
            self._asked.cut_off()
        self._emit(ReplyDone(turn, stage.item, status, reason, whole, heard, self._answering.timings))

    def _pause(self) -> None:
        pts = self._playhead.heard()
        self._listener.attention.she_stopped(self.clock.seconds())
        self._answering.pause(pts)
        self._emit(Interrupted(self._stage.turn, self._stage.item, pts, final=False))

    # --- answering -----------------------------------------------------------------------------------------------

    def _say_hello(self) -> None:
        if self._greet and not self.floor.busy and self.floor.turn == 0:
            self._step(floor_events.Ask())

    async def _make_answer(self, turn: int, question: Question) -> None:
        try:
            await self._answering.make(turn, question, on_sentence=self._on_sentence, on_sound=self._on_placed)
        except ShurenError as error:
            self._fail(error.code, error.message)
        except Exception:
            log.exception("answer %s failed", turn)
            self._fail("internal_error", "Something went wrong while answering.")

    def _on_sentence(self, sentence: Sentence) -> None:
        if "first_sentence_ms" not in self._answering.timings:
            self._ahead.settle(sentence.text)
        self._answering.mark("first_sentence_ms")

    def _on_placed(self) -> None:
        """A clause more stands on the stage."""
        self._step(floor_events.FirstSound())
        self._answering.make_room(paused=self.floor.phase == "paused")
        if "first_audio_ms" not in self._answering.timings and self._stage.end - self.clock.now() >= AHEAD:
            self._release()  # at once: the pump may be a tick away

    def _fail(self, code: str, message: str) -> None:
        self._emit(Failed(code, message, self.floor.turn))
        self._step(floor_events.Fail(code))

    # --- time ----------------------------------------------------------------------------------------------------

    async def _pump(self) -> None:
        while True:
            self._stage.body.listens(self._stage.body.cursor, voice=self._listener.hearing.voice)
            self._release()
            self._watch()
            await asyncio.sleep(TICK)

    def _release(self) -> None:
        for event in self._stage.release(self.clock.now(), frames=self._label_shown or self._watched):
            if isinstance(event, AudioOut):
                self._answering.mark("first_audio_ms")
            elif isinstance(event, FramesOut) and event.turn:
                self._answering.mark("first_frame_ms")
            self._emit(event)
        if self._outbox.overflowed:
            self._closing.set()

    def _watch(self) -> None:
        """Tell the floor what time has brought."""
        heard, end, phase = self._playhead.heard(), self._stage.end, self.floor.phase
        if phase == "paused":
            if self._listener.long_sound:
                self._step(floor_events.PauseOver())
            return
        self._answering.make_room(paused=False)
        if phase == "thinking" and self.clock.seconds() > self._think_deadline:
            self._fail("backend_timeout", "No answer was made in time.")
        sentence = self._stage.script.sentence_at(heard)
        if self.floor.busy and self.floor.protected != bool(sentence and sentence.must_finish):
            self._step(floor_events.Protect(not self.floor.protected))
        if self._answering.made and heard >= end:
            self._step(floor_events.PlayedOut())
        elif self._answering.made and heard >= end - YIELD_BEFORE:
            self._step(floor_events.NearEnd())

    def _emit(self, event: SessionEvent) -> None:
        self._observer(event)
        self._outbox.put(event)

    def _new_item(self) -> str:
        return f"item_{self.id[-8:]}_{next(self._items)}"
