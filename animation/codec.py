"""Frames and audio as they travel (docs/protocol.md): the binary messages, and the JSON event for clients without them.

Rounding is `floor(x + 0.5)` everywhere, so that other languages reproduce the bytes exactly (NumPy's own rounding sends
halves to the even neighbour, JavaScript's does not).
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from animation.types import FPS, HANDS, JOINTS, RATE, SHAPES, Frames
from models.errors import EventInvalid

HEADER = struct.Struct("<BBHIQB")  # type, flags, turn, seq, pts_us, n
AUDIO, FRAMES = 1, 2
FIRST_OF_TURN = 1  # flags bit 0
SHAPE_SCALE, ANGLE_SCALE, QUATERNION_SCALE, HAND_SCALE = 65_535.0, float(2**14), 32_767.0, 255.0

RECORD = np.dtype(
    [
        ("shapes", "<u2", (len(SHAPES),)),
        ("head", "<i2", (3,)),
        ("eyes", "<i2", (4,)),
        ("joints", "<i2", (len(JOINTS), 4)),
        ("hands", "u1", (len(HANDS),)),
    ]
)


@dataclass(frozen=True)
class Message:
    """A decoded binary message: `frames` is set for type 2, `pcm` (int16 [samples]) for type 1."""

    turn: int
    seq: int
    pts: int  # media clock, samples at RATE
    first: bool
    frames: Frames | None = None
    pcm: np.ndarray | None = None


def encode_records(frames: Frames) -> bytes:
    """n frame records of 234 bytes. Values outside a field's range are clipped; ValueError if one is not finite."""
    records = np.empty(len(frames), RECORD)
    records["shapes"] = _quantise(frames.shapes, SHAPE_SCALE, 0, 65_535)
    records["head"] = _quantise(frames.head, ANGLE_SCALE, -32_768, 32_767)
    records["eyes"] = _quantise(frames.eyes, ANGLE_SCALE, -32_768, 32_767)
    records["joints"] = _quantise(frames.joints, QUATERNION_SCALE, -32_767, 32_767)
    records["hands"] = _quantise(frames.hands, HAND_SCALE, 0, 255)
    return records.tobytes()


def decode_records(data: bytes, pts: int) -> Frames:
    """The frames in `data`, the first of them at `pts`. Raises EventInvalid unless records are whole."""
    if len(data) % RECORD.itemsize:
        raise EventInvalid(f"Frame data of {len(data)} bytes is not a whole number of {RECORD.itemsize}-byte records.")
    records = np.frombuffer(data, RECORD)
    return Frames(
        pts,
        (records["shapes"] / SHAPE_SCALE).astype(np.float32),
        (records["head"] / ANGLE_SCALE).astype(np.float32),
        (records["eyes"] / ANGLE_SCALE).astype(np.float32),
        (records["joints"] / QUATERNION_SCALE).astype(np.float32),
        (records["hands"] / HAND_SCALE).astype(np.float32),
    )


def encode_frames(frames: Frames, *, turn: int, seq: int, first: bool = False) -> bytes:
    """A binary message of 1 to 255 frames. `turn` and `seq` wrap at 16 and 32 bits."""
    if not 1 <= len(frames) <= 255:
        raise ValueError(f"A message carries 1 to 255 frames, not {len(frames)}.")
    return _header(FRAMES, turn, seq, frames.pts, len(frames), first) + encode_records(frames)


def encode_audio(pcm: np.ndarray, *, turn: int, seq: int, pts: int, first: bool = False) -> bytes:
    """A binary message of mono int16 samples at 24 kHz."""
    if pcm.dtype != np.int16 or pcm.ndim != 1:
        raise ValueError(f"Audio on the wire is one row of int16 samples, not {pcm.dtype} {pcm.shape}.")
    return _header(AUDIO, turn, seq, pts, 0, first) + pcm.astype("<i2").tobytes()


def decode(message: bytes) -> Message:
    """Read a binary message. Raises EventInvalid with what is wrong with it."""
    if len(message) < HEADER.size:
        raise EventInvalid(f"A binary message has a header of {HEADER.size} bytes; this one has {len(message)}.")
    kind, flags, turn, seq, pts_us, n = HEADER.unpack_from(message)
    pts, body = from_microseconds(pts_us), message[HEADER.size :]
    first = bool(flags & FIRST_OF_TURN)
    if kind == AUDIO:
        if n or len(body) % 2:
            raise EventInvalid(f"Audio message with n = {n} and {len(body)} bytes; n is 0 and samples are 2 bytes.")
        return Message(turn, seq, pts, first, pcm=np.frombuffer(body, "<i2").astype(np.int16))
    if kind == FRAMES:
        if len(body) != n * RECORD.itemsize or n == 0:
            raise EventInvalid(f"Message announces {n} frames ({n * RECORD.itemsize} bytes), not {len(body)} bytes.")
        return Message(turn, seq, pts, first, frames=decode_records(body, pts))
    raise EventInvalid(f"Unknown binary message type {kind}; audio is {AUDIO}, frames are {FRAMES}.")


def frames_to_json(frames: Frames, *, turn: int, seq: int) -> dict[str, Any]:
    """The `shuren.animation.delta` event for clients that did not ask for binary messages."""
    data = base64.b64encode(encode_records(frames)).decode("ascii")
    event = {"type": "shuren.animation.delta", "turn": turn, "seq": seq, "pts": frames.pts, "n": len(frames)}
    return event | {"frames": data}


def header_to_json() -> dict[str, Any]:
    """The `shuren.animation.header` event: channel names travel once, since several ARKit orders are in use."""
    names = {"shapes": list(SHAPES), "joints": list(JOINTS), "hands": list(HANDS)}
    return {"type": "shuren.animation.header"} | names | {"fps": FPS, "rate": RATE}


def to_microseconds(pts: int) -> int:
    """round(pts · 10⁶ / 24000); a half cannot occur, since 10⁶ / 24000 = 125 / 3."""
    return (pts * 125 + 1) // 3


def from_microseconds(pts_us: int) -> int:
    """The sample that `to_microseconds` came from."""
    return (pts_us * 6 + 125) // 250


def _header(kind: int, turn: int, seq: int, pts: int, n: int, first: bool) -> bytes:
    flags = FIRST_OF_TURN if first else 0
    return HEADER.pack(kind, flags, turn & 0xFFFF, seq & 0xFFFF_FFFF, to_microseconds(pts), n)


def _quantise(values: np.ndarray, scale: float, low: int, high: int) -> np.ndarray:
    if not np.isfinite(values).all():
        raise ValueError("An animation value is not a finite number.")
    return np.clip(np.floor(np.asarray(values, np.float64) * scale + 0.5), low, high)
