"""The wire codec: bytes agree with the golden vectors, survive a round trip, and rubbish is refused."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from animation import codec
from animation.types import FIELDS, HANDS, JOINTS, SHAPES, Frames
from models.errors import EventInvalid

GOLDEN_DIR = Path(__file__).resolve().parents[1] / "golden"
GOLDEN = json.loads((GOLDEN_DIR / "wire.json").read_text(encoding="utf-8"))


def frames_of(rows: list[dict], pts: int) -> Frames:
    column = {field: np.array([row[field] for row in rows], np.float32) for field in rows[0]}
    column["joints"] = column["joints"].reshape(-1, len(JOINTS), 4)
    return Frames(pts, *(column[field] for field in FIELDS))


def same(a: Frames, b: Frames) -> bool:
    return a.pts == b.pts and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in FIELDS)


def test_golden_file_is_what_its_script_writes() -> None:
    assert subprocess.run([sys.executable, GOLDEN_DIR / "make_wire.py", "--check"]).returncode == 0


@pytest.mark.parametrize("vector", GOLDEN["messages"], ids=lambda v: v["name"])
def test_golden_message_decodes_and_encodes(vector: dict) -> None:
    data = bytes.fromhex(vector["hex"])
    message = codec.decode(data)
    assert (message.turn, message.seq, message.pts) == (vector["turn"], vector["seq"], vector["pts"])
    assert codec.to_microseconds(vector["pts"]) == vector["pts_us"]
    assert message.first == bool(vector["flags"] & 1)
    header = {"turn": vector["turn"], "seq": vector["seq"], "first": message.first}
    if vector["type"] == codec.AUDIO:
        assert message.pcm.tolist() == vector["pcm"]
        assert codec.encode_audio(message.pcm, pts=message.pts, **header) == data
    else:
        assert same(message.frames, frames_of(vector["frames"], vector["pts"]))
        assert codec.encode_frames(message.frames, **header) == data


@pytest.mark.parametrize("vector", GOLDEN["deltas"])
def test_golden_delta(vector: dict) -> None:
    event = vector["event"]
    frames = codec.decode_records(bytes.fromhex(vector["frames_hex"]), event["pts"])
    assert same(frames, frames_of(vector["decoded"], event["pts"]))
    assert codec.frames_to_json(frames, turn=event["turn"], seq=event["seq"]) == event


def test_golden_header_event() -> None:
    assert json.loads(json.dumps(codec.header_to_json())) == GOLDEN["header"]


@pytest.mark.parametrize("vector", GOLDEN["rounding"])
def test_golden_rounding(vector: dict) -> None:
    rows = {"shapes": [0.0] * 52, "head": [0.0] * 3, "eyes": [0.0] * 4, "joints": [0.0] * 52, "hands": [0.0] * 12}
    rows[vector["field"]][0] = vector["value"]
    wide = {field: np.array([row], np.float64) for field, row in rows.items()}
    wide["joints"] = wide["joints"].reshape(1, 13, 4)
    frames = Frames(0, *(wide[field] for field in FIELDS))
    record = np.frombuffer(codec.encode_records(frames), codec.RECORD)
    assert record[vector["field"]].ravel()[0] == vector["integer"]


@pytest.mark.parametrize("vector", GOLDEN["invalid"], ids=lambda v: v["name"])
def test_broken_message_is_refused_with_a_reason(vector: dict) -> None:
    with pytest.raises(EventInvalid) as failure:
        codec.decode(bytes.fromhex(vector["hex"]))
    assert str(failure.value)


def arrays(n: int, low: float, high: float, *shape: int) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.float32, (n, *shape), elements=st.floats(low, high, width=32))


@st.composite
def any_frames(draw: st.DrawFn) -> Frames:
    n = draw(st.integers(1, 3))
    pts = 400 * draw(st.integers(0, 10**10))
    return Frames(
        pts,
        draw(arrays(n, 0, 1, len(SHAPES))),
        draw(arrays(n, -1.5, 1.5, 3)),
        draw(arrays(n, -1.5, 1.5, 4)),
        draw(arrays(n, -1, 1, len(JOINTS), 4)),
        draw(arrays(n, 0, 1, len(HANDS))),
    )


@settings(max_examples=60, deadline=None)
@given(any_frames(), st.integers(0, 65_535), st.integers(0, 2**32 - 1), st.booleans())
def test_round_trip_is_exact_to_half_a_step(frames: Frames, turn: int, seq: int, first: bool) -> None:
    data = codec.encode_frames(frames, turn=turn, seq=seq, first=first)
    back = codec.decode(data)
    assert len(data) == 17 + 234 * len(frames)
    assert (back.turn, back.seq, back.first, back.frames.pts) == (turn, seq, first, frames.pts)
    assert np.abs(back.frames.shapes - frames.shapes).max() <= 0.51 / 65_535
    assert np.abs(back.frames.head - frames.head).max() <= 0.51 / 2**14
    assert np.abs(back.frames.eyes - frames.eyes).max() <= 0.51 / 2**14
    assert np.abs(back.frames.joints - frames.joints).max() <= 0.51 / 32_767
    assert np.abs(back.frames.hands - frames.hands).max() <= 0.51 / 255
    assert codec.encode_frames(back.frames, turn=turn, seq=seq, first=first) == data


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        codec.decode(data)
    except EventInvalid:
        pass


@given(st.integers(0, 10**12))
def test_microseconds_come_back_to_the_sample(pts: int) -> None:
    assert codec.from_microseconds(codec.to_microseconds(pts)) == pts


def test_values_that_are_not_numbers_and_too_many_frames_are_refused() -> None:
    rest = frames_of(GOLDEN["messages"][0]["frames"], 0)
    broken = replace(rest, shapes=rest.shapes * np.nan)
    with pytest.raises(ValueError, match="finite"):
        codec.encode_records(broken)
    many = Frames.joined([rest] * 256)
    with pytest.raises(ValueError, match="255"):
        codec.encode_frames(many, turn=0, seq=0)
    assert len(base64.b64decode(codec.frames_to_json(many, turn=0, seq=0)["frames"])) == 256 * 234
