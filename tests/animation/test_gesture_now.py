"""A gesture an operator asks for is made at once, also while she is silent, and leaves what was shown as it was."""

from __future__ import annotations

import numpy as np

from animation.body import Body
from animation.rig import Rig
from animation.types import RATE

RIG = Rig.generic()


def shown(gesture: str) -> np.ndarray:
    """Joint quaternions of four seconds in which `gesture` is asked for after the first."""
    body = Body(RIG, seed=5)
    before = body.frames(RATE)
    if gesture:
        body.gesture(gesture)
    return np.concatenate([before.joints, body.frames(4 * RATE).joints])


def test_arms_move_from_then_on_and_not_before() -> None:
    waved, still = shown("wave"), shown("")
    apart = np.abs(waved - still).max(axis=(1, 2))
    assert apart[:60].max() == 0.0
    assert apart[60:180].max() > 0.2  # of a quaternion's components: an arm that is raised
