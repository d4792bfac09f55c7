"""Frames as plain OSC, for programs that map addresses to what they like: TouchDesigner, Unreal's OSC plug-in, Max.

Each frame is one bundle of `/shuren/time` (s of the media clock), `/shuren/shape/NAME` (0..1), `/shuren/head` (yaw,
pitch, roll, rad), `/shuren/eyes` (left yaw, left pitch, right yaw, right pitch, rad), `/shuren/joint/NAME`
(quaternion x y z w, signs as in animation/types.py) and `/shuren/hand/NAME` (0..1).
"""

from __future__ import annotations

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from animation.types import FPS, HANDS, JOINTS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames

PORT = 9000


class OscEncoder:
    """`rate`: bundles a second, a divisor of 60. Raises ValueError for another."""

    def __init__(self, *, rate: int = FPS) -> None:
        if rate < 1 or FPS % rate:
            raise ValueError(f"OSC frames come at a divisor of {FPS} a second, not at {rate}.")
        self._step = FPS // rate

    def encode(self, frames: Frames) -> list[bytes]:
        """One datagram for each frame that the rate keeps."""
        first = frames.pts // SAMPLES_PER_FRAME
        return [_bundle(frames, k) for k in range(len(frames)) if (first + k) % self._step == 0]


def _bundle(frames: Frames, k: int) -> bytes:
    bundle = OscBundleBuilder(IMMEDIATELY)
    values = [("/shuren/time", [(frames.pts + k * SAMPLES_PER_FRAME) / RATE])]
    values += [(f"/shuren/shape/{name}", [value]) for name, value in zip(SHAPES, frames.shapes[k], strict=True)]
    values += [("/shuren/head", frames.head[k]), ("/shuren/eyes", frames.eyes[k])]
    values += [(f"/shuren/joint/{name}", turn) for name, turn in zip(JOINTS, frames.joints[k], strict=True)]
    values += [(f"/shuren/hand/{name}", [value]) for name, value in zip(HANDS, frames.hands[k], strict=True)]
    for address, numbers in values:
        message = OscMessageBuilder(address)
        for number in numbers:
            message.add_arg(float(number))
        bundle.add_content(message.build())
    return bundle.build().dgram
