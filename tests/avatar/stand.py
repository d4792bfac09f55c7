"""A session under test, with everything it told its reader."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fakes import RecordingBody, ScriptedHearing, ScriptedMind, ScriptedVoice
from virtual_time import run_virtual

from avatar.session import Session
from speech.types import Heard, SpeechStarted, SpeechStopped

ANSWER = ("请先挂失，再补办新卡。", "还有别的问题吗？")  # 11 and 8 characters, 0.25 s each: 4.75 s of voice


class Stand:
    """A session under test with everything it told its reader."""

    def __init__(self, mind: ScriptedMind, voice: ScriptedVoice, **options) -> None:
        self.hearing, self.mind, self.voice, self.body = ScriptedHearing(), mind, voice, RecordingBody()
        options = {"greet": False} | options
        self.session = Session(
            id="sess_test", hearing=self.hearing, conversation=mind, voice=voice, body=self.body, **options
        )
        self.events: list[tuple[float, object]] = []

    async def read(self) -> None:
        async for event in self.session.events():
            self.events.append((asyncio.get_running_loop().time(), event))

    def of(self, *kinds: type) -> list:
        return [event for _, event in self.events if isinstance(event, kinds)]

    def when(self, kind: type, index: int = 0) -> float:
        return [at for at, event in self.events if isinstance(event, kind)][index]

    def hear(self, text: str) -> None:
        """A whole utterance at once."""
        self.hearing.tell(SpeechStarted(0))
        self.hearing.tell(SpeechStopped(16000, 20000))
        self.hearing.tell(Heard(text, "zh", 0.9, 0, 16000))


def converse(
    script: Callable[[Stand], Awaitable[None]],
    *,
    mind: ScriptedMind | None = None,
    voice: ScriptedVoice | None = None,
    label: bool = True,
    **options,
) -> Stand:
    """Run `script` against a session; the end of the script closes it. Leaked tasks fail."""

    async def main() -> Stand:
        stand = Stand(mind or ScriptedMind(*ANSWER), voice or ScriptedVoice(), **options)
        if label:
            stand.session.label_shown()
        run = asyncio.create_task(stand.session.run())
        read = asyncio.create_task(stand.read())
        await asyncio.sleep(0)
        await script(stand)
        await stand.session.aclose()
        await asyncio.gather(run, read)
        assert stand.hearing.closed
        return stand

    return run_virtual(main())
