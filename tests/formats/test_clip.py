"""Recorded performances: read back as played, and never lost by a crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from animation import codec
from animation.formats.clip import MAGIC, Clip, ClipHeader, ClipWriter, read_clip, read_records, write_clip
from animation.types import SAMPLES_PER_FRAME, Frames
from models.errors import ClipInvalid
from tests.formats.someone import somebody

FIELDS = ("shapes", "head", "eyes", "joints", "hands")


def _clip(n: int = 20) -> Clip:
    frames = replace(somebody(n), pts=0)
    pcm = (np.arange(n * SAMPLES_PER_FRAME) % 2000 - 1000).astype(np.int16)
    header = ClipHeader(avatar="lin", persona="bank-teller", text="您好", made={"voice": "zf_xiaoxiao"})
    return Clip(header, frames, pcm, ({"type": "shuren.caption", "pts": 0, "words": []},))


def _on_the_wire(frames: Frames) -> Frames:
    return codec.decode_records(codec.encode_records(frames), frames.pts)


def test_a_performance_is_read_back_as_it_was_played(tmp_path: Path) -> None:
    clip = _clip()
    write_clip(tmp_path / "a.shuren", clip)
    again = read_clip(tmp_path / "a.shuren")
    assert again.header == clip.header and again.events == clip.events and not again.truncated
    assert np.array_equal(again.pcm, clip.pcm)
    for field in FIELDS:
        assert np.array_equal(getattr(again.frames, field), getattr(_on_the_wire(clip.frames), field))


def test_a_clip_says_that_its_content_is_generated(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.shuren", _clip())
    first = next(read_records(tmp_path / "a.shuren"))
    assert isinstance(first, dict) and "AI" in first["label"]


def test_the_bytes_are_those_of_the_documented_layout(tmp_path: Path) -> None:
    with ClipWriter(tmp_path / "a.shuren", ClipHeader()) as writer:
        writer.message(b"\x01\x02\x03")
    data = (tmp_path / "a.shuren").read_bytes()
    assert data.startswith(b"SHUREN1\n")
    size = int.from_bytes(data[8:12], "little")
    assert data[12:13] == b"j" and data[13 : 13 + size].startswith(b'{"type":"shuren.clip"')
    assert data[13 + size :] == b"\x03\x00\x00\x00b\x01\x02\x03"


def test_a_recording_that_was_cut_off_keeps_everything_before(tmp_path: Path) -> None:
    path = tmp_path / "a.shuren"
    write_clip(path, _clip())
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    clip = read_clip(path)
    assert clip.truncated and 8 <= len(clip.frames) < 20
    assert np.array_equal(clip.frames.shapes, _on_the_wire(_clip().frames).shapes[: len(clip.frames)])


def test_what_an_interruption_took_back_is_left_out(tmp_path: Path) -> None:
    frames = replace(somebody(20), pts=0)
    loud = np.full(20 * SAMPLES_PER_FRAME, 900, np.int16)
    again = Frames(8 * SAMPLES_PER_FRAME, *(getattr(frames, f)[:4] for f in FIELDS))
    with ClipWriter(tmp_path / "a.shuren", ClipHeader()) as writer:
        writer.message(codec.encode_audio(loud, turn=1, seq=0, pts=0, first=True))
        writer.message(codec.encode_frames(frames, turn=1, seq=1, first=True))
        writer.event({"type": "shuren.interrupted", "turn": 1, "pts": 8 * SAMPLES_PER_FRAME, "final": True})
        writer.message(codec.encode_frames(again, turn=2, seq=2, first=True))
    clip = read_clip(tmp_path / "a.shuren")
    assert len(clip.frames) == 12
    assert (clip.pcm[: 8 * SAMPLES_PER_FRAME] == 900).all() and not clip.pcm[8 * SAMPLES_PER_FRAME :].any()
    assert np.array_equal(clip.frames.shapes[8:], _on_the_wire(again).shapes)


def test_between_two_runs_the_last_frame_is_held(tmp_path: Path) -> None:
    frames = replace(somebody(10), pts=4000)
    later = replace(frames, pts=4000 + 14 * SAMPLES_PER_FRAME)
    with ClipWriter(tmp_path / "a.shuren", ClipHeader()) as writer:
        for k, run in enumerate((frames, later)):
            writer.message(codec.encode_frames(run, turn=1, seq=k))
    clip = read_clip(tmp_path / "a.shuren")
    assert clip.frames.pts == 4000 and len(clip.frames) == 24
    assert np.array_equal(clip.frames.shapes[13], clip.frames.shapes[9])


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.shuren").write_bytes(b"RIFF....WAVE")
    with pytest.raises(ClipInvalid, match="no clip"):
        read_clip(tmp_path / "a.shuren")
    with pytest.raises(ClipInvalid, match="No such file"):
        read_clip(tmp_path / "none.shuren")


def test_channels_of_another_version_are_refused(tmp_path: Path) -> None:
    with ClipWriter(tmp_path / "a.shuren", ClipHeader(shapes=("jawOpen",))):
        pass
    with pytest.raises(ClipInvalid, match="other channels"):
        read_clip(tmp_path / "a.shuren")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_damage_is_an_error_with_a_code_and_never_a_crash(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.shuren"
    path.write_bytes(MAGIC + data)
    with pytest.raises(ClipInvalid):
        read_clip(path)
