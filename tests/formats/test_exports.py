"""A performance made from speech, and every file it can become."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from animation.formats.clip import read_clip, write_clip
from animation.formats.table import read_table
from animation.types import FPS, RATE
from avatar.exports import FORMATS, Export, clip_of, export
from avatar.inspect.gltf import Gltf
from avatar.perform import LEAD
from models.errors import AvatarInvalid, ClipInvalid
from speech.types import Phone, Speech, Word


def _speech() -> Speech:
    time = np.arange(RATE) / RATE
    pcm = (5000 * np.sin(2 * np.pi * 200 * time)).astype(np.int16)
    phones = (Phone("n", 0, 2400), Phone("i", 2400, 9000), Phone("h", 9000, 12_000), Phone("a", 12_000, 24_000))
    return Speech(pcm, phones, (Word("你", 0, 9000), Word("好", 9000, 24_000)), "zh")


@pytest.fixture
def job(tmp_path: Path) -> Export:
    write_clip(tmp_path / "a.shuren", clip_of([_speech()], avatar="lin"))
    return Export(read_clip(tmp_path / "a.shuren"))


def test_a_clip_holds_the_voice_where_the_mouth_speaks(job: Export) -> None:
    clip = job.clip
    assert clip.header.text == "你好" and clip.header.avatar == "lin"
    assert not clip.pcm[:LEAD].any() and np.array_equal(clip.pcm[LEAD : LEAD + RATE], _speech().pcm)
    assert [event["pts"] for event in clip.events] == [LEAD, LEAD]
    jaw = clip.frames.shapes[:, 17]
    assert jaw[round((LEAD + 18_000) / RATE * FPS)] > 0.15 > jaw[0]


def test_csv_json_and_wav_hold_the_whole_of_it(job: Export, tmp_path: Path) -> None:
    for name in ("csv", "json", "wav"):
        export(job, tmp_path / "deep" / f"a.{name}")
    assert len(read_table(tmp_path / "deep" / "a.csv")) == len(job.clip.frames)
    content = json.loads((tmp_path / "deep" / "a.json").read_text())
    assert len(content["frames"]) == len(job.clip.frames) and len(content["frames"][0]["hands"]) == 12
    with wave.open(str(tmp_path / "deep" / "a.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (RATE, 1, len(job.clip.pcm))


def test_visemes_are_timed_on_the_clips_own_sound(job: Export, tmp_path: Path) -> None:
    export(job, tmp_path / "a.jsonl", "azure")
    events = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    visemes = [(event["audioOffset"], event["visemeId"]) for event in events if "animation" not in event]
    at = LEAD * 10_000_000 // RATE
    assert visemes == [(at, 19), (at + 1_000_000, 6), (at + 3_750_000, 12), (at + 5_000_000, 2)]
    export(job, tmp_path / "o.json", "oculus")
    track = json.loads((tmp_path / "o.json").read_text())
    middle = round((LEAD + 18_000) / RATE * FPS)
    assert track["visemes"][int(np.argmax(track["frames"][middle]))] == "aa"


def test_a_vrm_animation_is_half_the_frames(job: Export, tmp_path: Path) -> None:
    export(job, tmp_path / "a.vrma")
    file = Gltf.read(tmp_path / "a.vrma")
    times = file.accessor(file.rows("animations")[0]["samplers"][0]["input"])
    assert len(times) == -(-len(job.clip.frames) // 2)


def test_what_cannot_be_made_says_why(job: Export, tmp_path: Path) -> None:
    with pytest.raises(ClipInvalid, match="no format 'fbx'") as caught:
        export(job, tmp_path / "a.fbx")
    assert all(name in caught.value.hint for name in FORMATS)
    with pytest.raises(AvatarInvalid, match="needs an avatar"):
        export(job, tmp_path / "a.glb")
    with pytest.raises(AvatarInvalid, match=r"rig\.json"):
        export(Export(job.clip, tmp_path / "nobody"), tmp_path / "a.vrma")
    without = Export(clip_of([Speech(_speech().pcm, (), (), "zh")]))
    with pytest.raises(ClipInvalid, match="no phones"):
        export(without, tmp_path / "o.json", "oculus")
