"""A show is recorded as a performance, and nothing that fails in recording or drawing stops the show."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest
from scripted_house import ScriptedHouse, ScriptedSession, audio, frames, make_app, sentence
from test_routes import begun, do, studio, until

from animation.formats.clip import ClipHeader, read_clip
from animation.types import RATE, SAMPLES_PER_FRAME
from avatar.events import FramesOut, Interrupted, ReplyDone, ReplyStarted
from models.errors import ClipInvalid
from server.access.caller import Caller
from server.studio.filming import Take, cut
from server.studio.reel import LONGEST_S, Reel

HEADER = ClipHeader(avatar="lin", persona="live-host")


async def recorded(path: Path, *events) -> list[str]:
    """The events written to a recording; why it failed, if it did."""
    failed: list[str] = []
    reel = Reel(path, HEADER, failed.append)
    task = asyncio.create_task(reel.run())
    for event in events:
        reel(event)
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return failed


async def test_what_was_said_and_shown_is_in_the_recording_and_what_was_cut_off_is_not(tmp_path: Path) -> None:
    said, at = audio(1, "欢迎大家", pts=0), 2 * 2400
    events = (
        FramesOut(0, frames(0, 12)),
        said,
        FramesOut(1, frames(12 * SAMPLES_PER_FRAME, 60)),
        Interrupted(1, "", at, True),
    )
    assert not await recorded(tmp_path / "show.shuren", *events)
    clip = read_clip(tmp_path / "show.shuren")
    assert clip.header.avatar == "lin" and clip.header.label
    assert np.array_equal(clip.pcm[:at], said.pcm[:at]) and not clip.pcm[at:].any()


async def test_frames_that_come_in_a_heap_are_all_kept(tmp_path: Path) -> None:
    assert not await recorded(tmp_path / "a.shuren", FramesOut(0, frames(0, 600)))
    assert len(read_clip(tmp_path / "a.shuren").frames) == 600


async def test_a_recording_that_is_deleted_while_it_goes_on_ends(tmp_path: Path) -> None:
    reel = Reel(tmp_path / "a.shuren", HEADER, lambda why: None)
    task = asyncio.create_task(reel.run())
    await asyncio.sleep(0.05)
    reel.delete()
    reel(FramesOut(0, frames(0, 12)))
    await asyncio.wait_for(task, 10)
    assert not os.listdir(tmp_path)


async def test_what_comes_after_the_longest_time_is_not_kept_and_that_is_told(tmp_path: Path) -> None:
    late = FramesOut(0, frames((LONGEST_S + 1) * RATE, 12))
    failed = await recorded(tmp_path / "a.shuren", FramesOut(0, frames(0, 12)), late, late)
    assert failed == ["So long is no show recorded."] and len(read_clip(tmp_path / "a.shuren").frames) == 12


async def test_a_full_disk_ends_the_recording_and_is_told_once() -> None:
    failed = await recorded(Path("/dev/full"), FramesOut(0, frames(0, 12)))
    assert len(failed) == 1 and "No space left" in failed[0]


async def test_a_film_is_made_of_the_part_that_was_asked_for(tmp_path: Path) -> None:
    await recorded(
        tmp_path / "a.shuren", FramesOut(1, frames(0, 120)), audio(1, "一二三四五六七八九十一二三四五六七八九十")
    )
    clip = read_clip(tmp_path / "a.shuren")
    part = cut(clip, Take(0.5, 1.5))
    assert part.seconds == 1.0 and np.array_equal(part.pcm, clip.pcm[12_000:36_000])
    with pytest.raises(ClipInvalid, match="between 5 and 0"):
        cut(clip, Take(5.0))


async def say(self: ScriptedSession, text: str, *, mood: str = "", gesture: str = "") -> int:
    turn, item = self.turn + 1, f"item_{self.turn + 1}"
    self.calls.append(("say", text))
    self.emit(ReplyStarted(turn, item, ""), sentence(turn, text), audio(turn, text), FramesOut(turn, frames(n=60)))
    self.emit(ReplyDone(turn, item, "completed", "", text, text, {}))
    return turn


async def test_a_recorded_show_can_be_fetched_and_deleted_and_one_that_is_not_says_so(tmp_path: Path) -> None:
    house = ScriptedHouse()
    house.make = lambda session: setattr(session, "say", say.__get__(session))
    app = make_app(house, home=tmp_path)
    async with studio(app) as http:
        plain, filmed = await begun(http), await begun(http, film=True)
        assert (await http.get(f"{plain}/clip")).json()["error"]["code"] == "film_unknown"
        assert (await http.get(plain)).json()["film"]["state"] == "none"
        await do(http, filmed, do="start")
        await until(lambda: any(call[0] == "say" for session in house.sessions for call in session.calls))
        await http.delete(filmed)
        await asyncio.sleep(0.2)
        assert (await http.get(filmed)).json()["film"]["state"] == "recorded"
        assert (await http.get(f"{filmed}/film")).json()["error"]["code"] == "film_unknown"
        (tmp_path / "got.shuren").write_bytes((await http.get(f"{filmed}/clip")).content)
        assert read_clip(tmp_path / "got.shuren").header.aigc["ContentProducer"]
        reel = app.state.studio.find(filmed.rsplit("/", 1)[1], Caller()).reel
        reel.drawn = 1, 25
        assert (await http.get(filmed)).json()["film"] == {"state": "drawing", "done": 1, "of": 25, "problem": ""}
        assert (await http.post(f"{filmed}/film", json={})).json()["error"]["code"] == "session_busy"
        assert (await http.delete(f"{filmed}/film")).status_code == 409
        reel.drawn = None
        assert (await http.delete(f"{filmed}/film")).status_code == 204
        assert not any(name.startswith("show_") for name in os.listdir(tmp_path / "data" / "films"))
