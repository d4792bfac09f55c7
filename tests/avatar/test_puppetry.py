"""A person speaks through the avatar: voice and lips leave together, silence stays alive, utterances end once."""

from __future__ import annotations

import asyncio
import itertools

import numpy as np
import pytest
from virtual_time import run_virtual

from animation.body import Body
from animation.rig import JAW, Rig
from animation.types import RATE, SAMPLES_PER_FRAME
from avatar.events import AudioOut, FramesOut, ReplyDone, ReplyStarted, SessionEvent, StateChanged
from avatar.puppet import Puppet
from avatar.puppetry import MOST_WAITING, PuppetSession
from models.errors import AudioInvalid, EventInvalid


def tone(seconds: float) -> np.ndarray:
    """A buzz of 150 Hz that comes and goes six times a second, as syllables do."""
    t = np.arange(int(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 20))
    return (3000 * buzz * np.sin(np.pi * 6 * t) ** 2).astype(np.int16)


def performed(*pieces: tuple[float, np.ndarray], rest: float = 2.0) -> list[SessionEvent]:
    """All events of a session whose microphone delivers each piece at its second, 100 ms at a time, and which closes
    `rest` seconds after the last."""

    async def main() -> list[SessionEvent]:
        session = PuppetSession(id="s", puppet=Puppet(Body(Rig.generic(), seed=3)))
        events: list[SessionEvent] = []

        async def read() -> None:
            events.extend([event async for event in session.events()])

        async with asyncio.TaskGroup() as group:
            group.create_task(session.run())
            group.create_task(read())
            for at, pcm in pieces:
                await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
                for start in range(0, len(pcm), RATE // 10):
                    await session.push_audio(pcm[start : start + RATE // 10])
                    await asyncio.sleep(0.1)
            await asyncio.sleep(rest)
            await session.aclose()
        return events

    return run_virtual(main())


def test_voice_and_frames_are_on_one_clock_and_frames_never_stop() -> None:
    events = performed((0.5, tone(2.0)))
    frames = [event.frames for event in events if isinstance(event, FramesOut)]
    for a, b in itertools.pairwise(frames):
        assert b.pts == a.pts + len(a) * SAMPLES_PER_FRAME
    assert frames[0].pts == 0 and frames[-1].pts > 3.5 * RATE
    placed = 0
    for event in events:
        if isinstance(event, FramesOut):
            placed = event.frames.pts + len(event.frames) * SAMPLES_PER_FRAME
        elif isinstance(event, AudioOut):
            assert event.pts + len(event.pcm) <= placed  # lips are never behind


def test_all_of_an_utterance_comes_through_in_order_and_it_ends_once() -> None:
    said = tone(1.5)
    events = performed((0.4, said), (4.0, said))
    for turn in (1, 2):
        voice = [event for event in events if isinstance(event, AudioOut) and event.turn == turn]
        for a, b in itertools.pairwise(voice):
            assert b.pts == a.pts + len(a.pcm)
        heard = np.concatenate([event.pcm for event in voice])
        at = next(k for k in range(len(heard)) if np.array_equal(heard[k : k + 400], said[100:500]))
        assert np.array_equal(heard[at : at + len(said) - 100], said[100:])
        assert sum(isinstance(event, ReplyStarted) and event.turn == turn for event in events) == 1
        assert [e.status for e in events if isinstance(e, ReplyDone) and e.turn == turn] == ["completed"]
    assert [e.state for e in events if isinstance(e, StateChanged)] == ["speaking", "listening"] * 2


def test_the_mouth_moves_while_the_person_speaks_and_rests_after() -> None:
    events = performed((0.5, tone(2.0)))
    jaw = {
        event.frames.pts + k * SAMPLES_PER_FRAME: row[JAW]
        for event in events
        if isinstance(event, FramesOut)
        for k, row in enumerate(event.frames.shapes)
    }
    during = [value for at, value in jaw.items() if 0.8 * RATE < at < 2.4 * RATE]
    after = [value for at, value in jaw.items() if at > 3.2 * RATE]
    assert max(during) > 0.08 and np.ptp(during) > 3 * np.ptp(after)


def test_a_session_cut_off_in_the_middle_of_a_word_ends_its_utterance() -> None:
    events = performed((0.0, tone(0.5)), rest=0.5)
    assert [event.status for event in events if isinstance(event, ReplyDone)] == ["cancelled"]


def test_what_is_not_live_or_wants_an_answer_is_refused_with_the_reason() -> None:
    async def main() -> None:
        session = PuppetSession(id="s", puppet=Puppet(Body(Rig.generic(), seed=3)))
        await session.push_audio(np.zeros(MOST_WAITING, np.int16))
        with pytest.raises(AudioInvalid, match="waiting"):
            await session.push_audio(np.zeros(1, np.int16))
        session.clear_audio()
        await session.push_audio(np.zeros(1, np.int16))
        for wish in (session.respond(), session.add_text("你好"), session.commit_audio(), session.truncate("x", 0)):
            with pytest.raises(EventInvalid, match="while a person speaks"):
                await wish
        assert not await session.cancel()

    run_virtual(main())
