"""Live Link Face packets (Apple ARKit over UDP, version 6), as Unreal Engine's Live Link receives them on port 11111.

One packet a frame, big-endian: version u8 · device id and subject, each a length i32 and text ·
frame number i32 · sub-frame f32 · rate numerator i32, denominator i32 · count u8 = 61 · 61 × f32. Values are the 52
shapes in SHAPES order, then yaw, pitch, roll of head, left eye, right eye in radians. Lengths count bytes, since a
subject may have a Chinese name. (Layout: Unreal Engine's LiveLinkFaceSource.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from animation.types import FPS, SAMPLES_PER_FRAME, SHAPES, Frames
from models.errors import EventInvalid

PORT = 11_111
VERSION = 6
ANGLES: tuple[str, ...] = tuple(
    f"{part}{axis}" for part in ("head", "leftEye", "rightEye") for axis in ("Yaw", "Pitch", "Roll")
)
CHANNELS: tuple[str, ...] = (*SHAPES, *ANGLES)
_TIME = struct.Struct(">ifii")
_VALUES = struct.Struct(f">{len(CHANNELS)}f")
_TEXT_LIMIT = 1024  # bytes of a name; a longer one is damage


@dataclass(frozen=True)
class Packet:
    """One decoded packet. `values` is float32 [61] in CHANNELS order, None when the camera saw no face."""

    device: str
    subject: str
    frame: int
    sub_frame: float
    rate: Fraction
    values: np.ndarray | None

    @property
    def seconds(self) -> float:
        return float((self.frame + self.sub_frame) / self.rate)


def encode(frames: Frames, *, subject: str, device: str, rate: int = FPS) -> list[bytes]:
    """A packet for each frame that `rate` (packets a second, a divisor of 60) keeps.

    Frame numbers count `rate` from the start of the media clock. Raises ValueError for a rate that divides no frames.
    """
    if rate < 1 or FPS % rate:
        raise ValueError(f"Live Link frames come at a divisor of {FPS} a second, not at {rate}.")
    step = FPS // rate
    head = struct.pack(">B", VERSION) + _text(device) + _text(subject)
    values = channel_values(frames)
    first = frames.pts // SAMPLES_PER_FRAME
    return [
        head
        + _TIME.pack((first + k) // step, 0.0, rate, 1)
        + struct.pack(">B", len(CHANNELS))
        + _VALUES.pack(*values[k])
        for k in range(len(frames))
        if (first + k) % step == 0
    ]


def channel_values(frames: Frames) -> np.ndarray:
    """float32 [n, 61] in CHANNELS order."""
    none = np.zeros((len(frames), 1), np.float32)
    left, right = frames.eyes[:, :2], frames.eyes[:, 2:]
    return np.concatenate([frames.shapes, frames.head, left, none, right, none], axis=1, dtype=np.float32)


def decode(packet: bytes) -> Packet:
    """Read a packet. Raises EventInvalid with what is wrong with it."""
    reader = _Reader(packet)
    version = reader.take(1)[0]
    if version != VERSION:
        raise EventInvalid(f"Live Link Face packet of version {version}; {VERSION} is understood.")
    device, subject = reader.text("device id"), reader.text("subject")
    if reader.at_end:
        return Packet(device, subject, 0, 0.0, Fraction(FPS), None)
    frame, sub_frame, numerator, denominator = _TIME.unpack(reader.take(_TIME.size))
    if numerator <= 0 or denominator <= 0:
        raise EventInvalid(f"Live Link Face packet with the rate {numerator}/{denominator}.")
    count = reader.take(1)[0]
    if count not in (0, len(CHANNELS)):
        raise EventInvalid(f"Live Link Face packet with {count} values, not {len(CHANNELS)}.")
    values = np.frombuffer(reader.take(4 * count), ">f4").astype(np.float32) if count else None
    if not reader.at_end:
        raise EventInvalid("Live Link Face packet goes on after its values.")
    return Packet(device, subject, frame, sub_frame, Fraction(numerator, denominator), values)


def _text(text: str) -> bytes:
    data = text.encode("utf-8")
    if len(data) > _TEXT_LIMIT:
        raise ValueError(f"A Live Link name has at most {_TEXT_LIMIT} bytes.")
    return struct.pack(">i", len(data)) + data


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._data)

    def take(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise EventInvalid(f"Live Link Face packet ends after {len(self._data)} bytes.")
        self._at += size
        return part

    def text(self, name: str) -> str:
        (size,) = struct.unpack(">i", self.take(4))
        if not 0 <= size <= _TEXT_LIMIT:
            raise EventInvalid(f"Live Link Face packet with a {name} of {size} bytes.")
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise EventInvalid(f"Live Link Face packet whose {name} is no UTF-8.") from error
