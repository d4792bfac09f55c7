"""One person's live session with a digital human: ears, mind, mouth and body composed on one clock.

The floor (avatar/turn.py) decides, the stage (avatar/stage.py) places media, an answer (avatar/answer.py) is made
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

from animation.types import RATE
from avatar import turn as floor_events
from avatar.ahead import WorkAhead
from avatar.answer import Question, speak_sentences
from avatar.attention import Attention
from avatar.clock import MediaClock, Playhead
from avatar.events import (
    AudioOut,
    Failed,
    FramesOut,
    Interrupted,
    ReplyDone,
    ReplyStarted,
    SentenceOut,
    SessionEvent,
    StateChanged,
    TurnState,
)
from avatar.listener import Listener, Meaning, Nothing, Said, Sound, Words
from avatar.listening import Listening
from avatar.outbox import Outbox
from avatar.script import Line, Script
from avatar.stage import AHEAD, Body, Stage
from avatar.turn import Floor, step
from dialogue.text import language_of
from dialogue.types import Conversation, Sentence, Utterance
from models.errors import LabelNotShown, SessionBusy, ShurenError
from speech.types import Speech, Voice
from speech.voices.paced import PacedVoice

log = logging.getLogger("shuren.session")

TICK = 0.02  # s between releases of media
YIELD_BEFORE = RATE * 300 // 1000  # she looks at the person this long before her turn ends
PLACED_AHEAD = 6 * RATE  # how much voice may be made before it is due
THINK_LIMIT = 25.0  # s without a sound after which an answer is given up
SCRIPTS_KEPT = 8  # finished answers a client may still truncate
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
    ) -> None:
        """`names`: what the persona is called, for where she listens only when called. `spoken_label` is said before
        the first answer to a client that never showed the label; "" refuses media to such a client. `seconds` is a
        monotonic clock, the event loop's by default. `hearing` is a `speech.hearing.Hearing`."""
        self.id = id
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
        self._label_due = bool(spoken_label)  # still to be said
        self._label_language = label_language
        self._label_shown = False
        self._create_response = True
        self._items = itertools.count(1)
        self._awaited = 0  # committed utterances that are being recognised
        self._asked = False  # an answer to the last of them is wanted
        self._question: Question | None = None
        self._current: Question | None = None
        self._unanswered: Question | None = None  # cut off by the person before a word of its answer was heard
        self._answer: asyncio.Task | None = None
        self._ahead = WorkAhead(conversation, self._voice, self._spawn)
        self._made = False  # the running answer is placed whole
        self._paused_lines: list[Line] = []
        self._think_deadline = 0.0
        self._room = asyncio.Event()
        self._timings: dict[str, float] = {}
        self._scripts: dict[str, tuple[int, Script]] = {}
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
        if first and self._running:
            self._say_hello()

    async def push_audio(self, pcm: np.ndarray) -> None:
        """Microphone audio, int16 mono 24 kHz, any length up to 15 s."""
        await self._listener.push(pcm)

    async def commit_audio(self) -> str:
        """The client says the utterance is over (manual turns). Returns the item id."""
        self._awaited += 1
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
        self._question = Question(said, item, self.clock.seconds(), {})
        return item

    async def respond(self, instructions: str = "") -> int:
        """Answer what was added or committed last (response.create), once it is recognised; greets where nothing was.

        Raises SessionBusy while an answer runs, LabelNotShown before media may flow. Returns the turn id.
        """
        if self.floor.busy:
            raise SessionBusy("An answer is already under way.", hint="Cancel it first (response.cancel).")
        if not self._label_shown and not self._spoken_label:
            raise LabelNotShown("The AI label is not on screen yet.", hint="Show it and send shuren.label.shown.")
        if self._awaited:
            self._asked = True
            return self.floor.turn + 1
        if self._question:
            self._question = Question(self._question.said, self._question.item, self.clock.seconds(), {})
        self._step(floor_events.Ask())
        return self.floor.turn

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
        if item in self._scripts:
            turn, script = self._scripts[item]
            self._conversation.heard(turn, script.heard_audio(audio_end_ms * RATE // 1000), interrupted=True)

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
                self._ahead.consider(_joined(self._unanswered, text), whole=whole)
            case Said():
                self._step(floor_events.Words())  # where no partial came first, the answer under way ends here
                said = Utterance(_joined(self._unanswered, meaning.text), meaning.language, meaning.confidence)
                self._ask(Question(said, meaning.item, meaning.ended, meaning.timings))
            case Nothing() if self._unanswered:
                self._ask(self._unanswered)
            case Nothing():
                self._step(floor_events.Heard(empty=True))
        if isinstance(meaning, Said | Nothing):
            self._recognised()

    def _on_sound(self) -> None:
        if self._listener.bears_sounds:
            return
        self._step(floor_events.Started())
        if self._listener.settings.barge_in == "immediate":
            self._step(floor_events.PauseOver())

    def _ask(self, question: Question) -> None:
        """Something wants an answer; whether it gets one by itself was set by the client."""
        self._unanswered = None
        self._stage.body.listens(self._stage.body.cursor, language=question.said.language)
        self._question = question
        if self._create_response and (self._label_shown or self._spoken_label):
            self._step(floor_events.Heard())
        elif self.floor.phase == "paused":
            self._step(floor_events.Cancel("turn_detected"))

    def _recognised(self) -> None:
        """What was committed is there: answer it if that was asked for meanwhile, and there is anything to answer."""
        self._awaited = max(0, self._awaited - 1)
        if self._awaited or not self._asked:
            return
        self._asked = False
        if self._question and not self.floor.busy:
            self._step(floor_events.Ask())

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
                    self._resume()
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
        question = self._question or Question(None, "", self.clock.seconds(), {})
        self._question, self._current = None, question
        self._made, self._paused_lines = False, []
        self._timings = dict(question.timings)
        self._think_deadline = self.clock.seconds() + THINK_LIMIT
        self._stage.begin(turn, self._new_item())
        self._emit(ReplyStarted(turn, self._stage.item, question.item))
        self._answer = self._spawn(self._make_answer(turn, question), f"answer-{turn}")

    def _finish_answer(self, turn: int, status: str, reason: str) -> None:
        stage, script = self._stage, self._stage.script
        self._listener.attention.she_stopped(self.clock.seconds())
        self._listener.attention.attend(self.clock.seconds())
        if self._answer and status == "cancelled":
            self._answer.cancel()
        self._ahead.over()
        heard = whole = script.with_rest(self._paused_lines)
        if status != "completed":
            pts = self._playhead.heard()
            self._paused_lines = stage.cut(pts) or self._paused_lines
            heard = script.text
            self._emit(Interrupted(turn, stage.item, pts, final=True))
        interrupted = status != "completed"
        self._conversation.heard(turn, heard, interrupted=interrupted)
        self._remember_script(stage.item, turn, script)
        if reason == "turn_detected" and not heard and self._current and self._current.said:
            self._unanswered = self._current
        self._emit(ReplyDone(turn, stage.item, status, reason, whole, heard, self._timings))
        self._paused_lines = []

    def _pause(self) -> None:
        pts = self._playhead.heard()
        self._listener.attention.she_stopped(self.clock.seconds())
        self._room.clear()
        self._paused_lines = self._stage.cut(pts) + self._paused_lines
        self._emit(Interrupted(self._stage.turn, self._stage.item, pts, final=False))

    def _resume(self) -> None:
        lines, self._paused_lines = self._paused_lines, []
        for line in lines:
            self._stage.place(line.speech, line.sentence, first=False)
            self._remember_voice(line.speech)

    # --- answering -----------------------------------------------------------------------------------------------

    def _say_hello(self) -> None:
        if self._greet and not self.floor.busy and self.floor.turn == 0:
            self._step(floor_events.Ask())

    async def _make_answer(self, turn: int, question: Question) -> None:
        async def place(sentence: Sentence, speech: Speech, first: bool) -> None:
            while not self._room.is_set():  # a pause may fall between the waking and the placing
                await self._room.wait()
            self._place(sentence, speech, first)

        try:
            await speak_sentences(
                self._sentences(turn, question),
                self._voice,
                place,
                on_sentence=self._on_sentence,
            )
            self._made = True
        except ShurenError as error:
            self._fail(error.code, error.message)
        except Exception:
            log.exception("answer %s failed", turn)
            self._fail("internal_error", "Something went wrong while answering.")

    def _on_sentence(self, sentence: Sentence) -> None:
        if "first_sentence_ms" not in self._timings:
            self._ahead.settle(sentence.text)
        self._mark("first_sentence_ms")

    async def _sentences(self, turn: int, question: Question) -> AsyncIterator[Sentence]:
        if self._label_due and not self._label_shown:
            self._label_due = False
            yield Sentence(self._spoken_label, self._label_language, "template", must_finish=True)
        if question.said is None:
            for sentence in self._conversation.greeting():
                yield sentence
            return
        async for sentence in self._conversation.reply(question.said, turn=turn):
            yield sentence

    def _place(self, sentence: Sentence, speech: Speech, first: bool) -> None:
        stage = self._stage
        if first:
            self._emit(
                SentenceOut(
                    stage.turn, stage.item, sentence.text, sentence.language, sentence.source, sentence.citations,
                    sentence.handoff,
                )
            )  # fmt: skip
        stage.place(speech, sentence, first=first)
        self._remember_voice(speech)
        self._step(floor_events.FirstSound())
        self._check_room()
        if "first_audio_ms" not in self._timings and stage.end - self.clock.now() >= AHEAD:
            self._release()  # at once: the pump may be a tick away

    def _remember_voice(self, speech: Speech) -> None:
        """What she is about to say, so that she knows it when she hears it."""
        until = self.clock.seconds() + (self._stage.end - self.clock.now()) / RATE
        self._listener.attention.she_says("".join(word.text for word in speech.words), until)

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
        for event in self._stage.release(self.clock.now(), frames=self._label_shown):
            if isinstance(event, AudioOut):
                self._mark("first_audio_ms")
            elif isinstance(event, FramesOut) and event.turn:
                self._mark("first_frame_ms")
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
        self._check_room()
        if phase == "thinking" and self.clock.seconds() > self._think_deadline:
            self._fail("backend_timeout", "No answer was made in time.")
        sentence = self._stage.script.sentence_at(heard)
        if self.floor.busy and self.floor.protected != bool(sentence and sentence.must_finish):
            self._step(floor_events.Protect(not self.floor.protected))
        if self._made and heard >= end:
            self._step(floor_events.PlayedOut())
        elif self._made and heard >= end - YIELD_BEFORE:
            self._step(floor_events.NearEnd())

    def _check_room(self) -> None:
        """More voice may be placed while less than PLACED_AHEAD of it waits, and never while paused."""
        if self.floor.phase != "paused" and self._stage.end - self.clock.now() < PLACED_AHEAD:
            self._room.set()
        else:
            self._room.clear()

    def _mark(self, name: str) -> None:
        if self._current and name not in self._timings:
            self._timings[name] = (self.clock.seconds() - self._current.asked_at) * 1000

    def _remember_script(self, item: str, turn: int, script: Script) -> None:
        self._scripts[item] = (turn, script)
        while len(self._scripts) > SCRIPTS_KEPT:
            del self._scripts[next(iter(self._scripts))]

    def _emit(self, event: SessionEvent) -> None:
        self._outbox.put(event)

    def _new_item(self) -> str:
        return f"item_{self.id[-8:]}_{next(self._items)}"


def _joined(unanswered: Question | None, text: str) -> str:
    """People go on with a question after a pause for thought; the two halves are one question."""
    if unanswered is None or unanswered.said is None:
        return text
    between = " " if language_of(text, "zh") == "en" else ""
    return f"{unanswered.said.text}{between}{text}".strip()
