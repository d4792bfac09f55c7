"""Writes wire.json, the golden vectors both codecs (Python and TypeScript) must reproduce byte for byte.

    python tests/golden/make_wire.py          writes the file beside this script
    python tests/golden/make_wire.py --check  exits 1 if the file is out of date

The bytes are packed here with `struct`, value by value, straight from docs/protocol.md and without animation.codec, so
that the vectors judge the codec instead of repeating it. In the file:

- `header`: the `shuren.animation.header` event.
- `messages`: `hex` is the whole binary message; the other fields are what a decoder must read out of it. `frames` holds
  decoded values (integer / scale); encoding them again gives the same bytes.
- `deltas`: `shuren.animation.delta` events; `frames_hex` is their base64 payload as hex.
- `rounding`: a value, the field it belongs to, and the integer it must become: floor(v · scale + 0.5), clipped.
- `invalid`: messages a decoder must refuse.
"""

from __future__ import annotations

import base64
import json
import math
import struct
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from animation.types import FPS, HANDS, JOINTS, RATE, SHAPES  # noqa: E402  (after the path is known)

OUT = Path(__file__).with_name("wire.json")
SCALES = {"shapes": 65_535, "head": 2**14, "eyes": 2**14, "joints": 32_767, "hands": 255}
LIMITS = {
    "shapes": (0, 65_535),
    "head": (-32_768, 32_767),
    "eyes": (-32_768, 32_767),
    "joints": (-32_767, 32_767),
    "hands": (0, 255),
}


def integer(field: str, value: float) -> int:
    low, high = LIMITS[field]
    return min(high, max(low, math.floor(value * SCALES[field] + 0.5)))


def ramp(k: int) -> dict[str, list[int]]:
    """Frame k of a made-up movement, as integers: every field differs from every other."""
    return {
        "shapes": [(i * 1_259 + k * 977) % 65_536 for i in range(len(SHAPES))],
        "head": [(-1) ** i * (1_000 + 37 * k + 211 * i) for i in range(3)],
        "eyes": [(-1) ** i * (500 + 91 * k + 17 * i) for i in range(4)],
        "joints": [v for j in range(len(JOINTS)) for v in quaternion(0.05 * j + 0.01 * k, j % 3)],
        "hands": [(i * 23 + k * 5) % 256 for i in range(len(HANDS))],
    }


def quaternion(half_angle: float, axis: int) -> list[int]:
    value = [0.0, 0.0, 0.0, math.cos(half_angle)]
    value[axis] = math.sin(half_angle)
    return [integer("joints", v) for v in value]


def rest() -> dict[str, list[int]]:
    joints = [0, 0, 0, 32_767] * len(JOINTS)
    return {"shapes": [0] * 52, "head": [0] * 3, "eyes": [0] * 4, "joints": joints, "hands": [0] * len(HANDS)}


def extremes() -> dict[str, list[int]]:
    return {
        "shapes": [65_535] * 52,
        "head": [-32_768, 32_767, 0],
        "eyes": [32_767, -32_768, 1, -1],
        "joints": [-32_767, 0, 0, 0] * len(JOINTS),
        "hands": [255] * len(HANDS),
    }


def record(frame: dict[str, list[int]]) -> bytes:
    order = ("shapes", "head", "eyes", "joints", "hands")
    return struct.pack("<52H3h4h52h12B", *(value for field in order for value in frame[field]))


def decoded(frame: dict[str, list[int]]) -> dict[str, list[float]]:
    return {field: [v / SCALES[field] for v in frame[field]] for field in frame}


def message(name: str, kind: int, flags: int, turn: int, seq: int, pts: int, n: int, body: bytes) -> dict[str, Any]:
    pts_us = round(pts * 10**6 / RATE)
    data = struct.pack("<BBHIQB", kind, flags, turn, seq, pts_us, n) + body
    fields = {"type": kind, "flags": flags, "turn": turn, "seq": seq, "pts": pts, "pts_us": pts_us, "n": n}
    return {"name": name} | fields | {"hex": data.hex()}


def frames_message(name: str, flags: int, turn: int, seq: int, pts: int, frames: list[dict]) -> dict[str, Any]:
    body = b"".join(record(frame) for frame in frames)
    return message(name, 2, flags, turn, seq, pts, len(frames), body) | {"frames": [decoded(f) for f in frames]}


def audio_message(name: str, flags: int, turn: int, seq: int, pts: int, pcm: list[int]) -> dict[str, Any]:
    return message(name, 1, flags, turn, seq, pts, 0, struct.pack(f"<{len(pcm)}h", *pcm)) | {"pcm": pcm}


def delta(turn: int, seq: int, pts: int, frames: list[dict]) -> dict[str, Any]:
    data = b"".join(record(frame) for frame in frames)
    event = {"type": "shuren.animation.delta", "turn": turn, "seq": seq, "pts": pts, "n": len(frames)}
    event["frames"] = base64.b64encode(data).decode("ascii")
    return {"event": event, "frames_hex": data.hex(), "decoded": [decoded(frame) for frame in frames]}


def rounding() -> list[dict[str, Any]]:
    values = {
        "shapes": [0.0, 1.0, 0.5, 0.1, 1 / 65_535 / 2, 1.5 / 65_535, 2.5 / 65_535, -0.2, 1.7],
        "head": [0.0, 0.1, -0.1, 1.25, 3.0, -3.0, 0.5 / 2**14, -0.5 / 2**14, 1.5 / 2**14, -1.5 / 2**14],
        "joints": [0.0, 1.0, -1.0, 0.7071067811865476, -0.3, 1.01],
        "hands": [0.0, 1.0, 0.5, 0.5 / 255, 1.5 / 255, 2.5 / 255, 0.33, -0.1, 1.2],
    }
    return [{"field": f, "value": v, "integer": integer(f, v)} for f, vs in values.items() for v in vs]


def invalid() -> list[dict[str, str]]:
    head = struct.pack("<BBHIQB", 2, 0, 1, 1, 0, 2)
    return [
        {"name": "empty", "hex": ""},
        {"name": "header cut short", "hex": head[:16].hex()},
        {"name": "one record where two are announced", "hex": (head + record(rest())).hex()},
        {"name": "a record cut short", "hex": (head + record(rest()) + record(rest())[:-1]).hex()},
        {"name": "a record without hands", "hex": (head[:-1] + b"\x01" + record(rest())[:222]).hex()},
        {"name": "frames message without frames", "hex": struct.pack("<BBHIQB", 2, 0, 1, 1, 0, 0).hex()},
        {"name": "unknown type", "hex": struct.pack("<BBHIQB", 7, 0, 1, 1, 0, 0).hex()},
        {"name": "half a sample", "hex": (struct.pack("<BBHIQB", 1, 0, 1, 1, 0, 0) + b"\x01").hex()},
    ]


def vectors() -> dict[str, Any]:
    two = [ramp(0), ramp(1)]
    names = {"shapes": SHAPES, "joints": JOINTS, "hands": HANDS}
    return {
        "about": "Golden vectors of docs/protocol.md, written by tests/golden/make_wire.py. Do not edit.",
        "header": {"type": "shuren.animation.header"} | names | {"fps": FPS, "rate": RATE},
        "messages": [
            frames_message("rest", 0, 0, 0, 0, [rest()]),
            frames_message("extremes", 0, 65_535, 4_294_967_295, 400, [extremes()]),
            frames_message("two frames, first of a turn", 1, 3, 17, 48_400, two),
            frames_message("ten hours in", 0, 9, 1_000_000, 10 * 3_600 * RATE + 800, [ramp(7)]),
            audio_message("silence of no length", 0, 1, 2, 0, []),
            audio_message("audio, first of a turn", 1, 3, 16, 48_401, [0, 1, -1, 32_767, -32_768, 12_345]),
        ],
        "deltas": [delta(3, 5, 2_000, two)],
        "rounding": rounding(),
        "invalid": invalid(),
    }


def main() -> int:
    text = json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv[1:]:
        return 0 if OUT.read_text(encoding="utf-8") == text else 1
    OUT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
