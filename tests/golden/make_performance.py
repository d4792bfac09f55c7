"""Writes performance.vrma, which the page's tests read with three-vrm, a loader that is not ours.

    python tests/golden/make_performance.py          writes the file beside this script
    python tests/golden/make_performance.py --check  exits 1 if the file is out of date

Thirty frames at ease in which one thing after another moves: the head yaws to her left, the left forearm bends up, the
jaw opens, the lids close, the left index finger curls.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from animation.formats.vrma import vrm_animation  # noqa: E402  (after the path is known)
from animation.types import HANDS, JOINTS, SHAPES, Frames  # noqa: E402

OUT = Path(__file__).with_name("performance.vrma")
N = 30
FINGERS = {
    f"leftIndex{bone}": {"channel": HANDS.index("leftIndex"), "axis": [0.0, 0.0, -1.0], "angle": 1.4}
    for bone in ("Proximal", "Intermediate", "Distal")
}
RIG = {"fingers": FINGERS, "rest_hands": [0.25] * len(HANDS)}


def frames() -> Frames:
    ramp = (np.arange(N) / (N - 1)).astype(np.float32)
    shapes = np.zeros((N, len(SHAPES)), np.float32)
    shapes[:, SHAPES.index("jawOpen")] = 0.4 * ramp
    shapes[:, SHAPES.index("eyeBlinkLeft")] = shapes[:, SHAPES.index("eyeBlinkRight")] = ramp
    head, eyes = np.zeros((N, 3), np.float32), np.zeros((N, 4), np.float32)
    head[:, 0] = 0.5 * ramp
    joints = np.zeros((N, len(JOINTS), 4), np.float32)
    bend = -1.2 * ramp
    joints[:, :, 3] = 1
    joints[:, JOINTS.index("leftLowerArm"), 0] = np.sin(bend / 2)
    joints[:, JOINTS.index("leftLowerArm"), 3] = np.cos(bend / 2)
    hands = np.full((N, len(HANDS)), 0.25, np.float32)
    hands[:, HANDS.index("leftIndex")] = ramp
    return Frames(0, shapes, head, eyes, joints, hands)


def same(one: bytes, other: bytes) -> bool:
    """The same file, but for the last bit of a float: it depends on the processor, and on who multiplies matrices."""
    begin = 12 + 8 + int.from_bytes(one[12:16], "little") + 8  # GLB: header, JSON chunk, header of the binary one
    numbers = [np.frombuffer(data[begin:], "<f4") for data in (one, other) if len(data) == len(one)]
    return len(numbers) == 2 and one[:begin] == other[:begin] and np.allclose(*numbers, rtol=0, atol=1e-6)


def main() -> None:
    data = vrm_animation(frames(), RIG, fps=30)
    if "--check" in sys.argv:
        sys.exit(not same(OUT.read_bytes(), data))
    OUT.write_bytes(data)


if __name__ == "__main__":
    main()
