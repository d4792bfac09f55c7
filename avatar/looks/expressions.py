"""The 52 ARKit shapes as displacements of the base mesh: the CC0 face units, with our own lids and lips."""

from __future__ import annotations

import numpy as np

from animation.types import SHAPES
from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.mesh import smooth
from avatar.looks.mouth import Mouth
from avatar.looks.source import islands

# The face unit of mouthFrown only takes the resting smile away. Corners go down further and undo part of that smile,
# and the chin lifts the lips between them; mouthUpperUp bares the teeth and mouthStretch widens the lips with their
# corners low, mouthLeft and mouthRollLower go far enough to be seen. The face unit of mouthPress lifts the corners and
# is taken for a smile; pressed lips also roll in. So does that of mouthDimple: a dimpler draws the corners back and
# tightens the lips, without widening the mouth.
FROWN, FROWN_UNSMILES, FROWN_CHIN = 2.0, 0.7, 0.4
UPPER_UP, UPPER_UP_FROWNS, STRETCH_FROWNS, SIDEWAYS, ROLL_LOWER = 1.25, 0.5, 0.2, 1.7, 1.25
PRESS, PRESS_ROLLS = 0.2, 0.5
DIMPLE, DIMPLE_ROLLS, DIMPLE_UNSTRETCHES = 0.4, 0.3, 0.3
HELD_RINGS = 5  # edge rings around mouth and eyes that smoothing leaves alone
# Face units that press hard creases into the cheeks, and rounds of smoothing that make them folds of skin.
SOFTENED = {
    f"{name}{side}": rounds
    for side in ("Left", "Right")
    for name, rounds in {
        "mouthSmile": 10, "mouthDimple": 10, "mouthStretch": 8, "mouthFrown": 8, "cheekSquint": 6, "noseSneer": 6,
        "mouthUpperUp": 5, "mouthPress": 6, "mouth": 8,  # the last one: mouthLeft, mouthRight
    }.items()
} | {"cheekPuff": 8}  # fmt: skip


def expressions(figure: Figure, eyes: list[Eye], smile: float = 0.0) -> dict[str, np.ndarray]:
    """Shape name -> displacement [19158, 3] in metres at weight 1, in the order of animation.types.SHAPES.

    smile: how much of mouthSmile is part of the resting face.
    """
    source = figure.source
    units = {name: source.face_unit(name) for name in SHAPES}
    mouth = Mouth.of(source, figure.positions, units["jawOpen"])
    units["mouthClose"] = mouth.close()
    units["mouthPucker"] = mouth.pucker()
    units["mouthFunnel"] = mouth.funnel()
    units["mouthRollLower"] = ROLL_LOWER * units["mouthRollLower"]
    for side, sign in (("Left", 1), ("Right", -1)):
        mine = ramp(sign * figure.positions[:, 0], -0.010, 0.010)[:, None]
        chin = units["mouthShrugLower"] * mine
        frown = FROWN * units[f"mouthFrown{side}"] + FROWN_CHIN * chin
        units[f"mouthFrown{side}"] = mouth.together(frown - FROWN_UNSMILES * smile * units[f"mouthSmile{side}"])
        low = units[f"mouthFrown{side}"]
        units[f"mouthUpperUp{side}"] = UPPER_UP * units[f"mouthUpperUp{side}"] + UPPER_UP_FROWNS * low
        units[f"mouthStretch{side}"] = units[f"mouthStretch{side}"] + STRETCH_FROWNS * low
        units[f"mouth{side}"] = SIDEWAYS * units[f"mouth{side}"]
        rolled = mine * (units["mouthRollLower"] + units["mouthRollUpper"])
        units[f"mouthPress{side}"] = mouth.together(PRESS * units[f"mouthPress{side}"] + PRESS_ROLLS * rolled)
        tight = DIMPLE_ROLLS * rolled - DIMPLE_UNSTRETCHES * units[f"mouthStretch{side}"]
        units[f"mouthDimple{side}"] = mouth.together(DIMPLE * units[f"mouthDimple{side}"] + tight)
    soft = _Softener(figure)
    for name, rounds in SOFTENED.items():
        units[name] = soft(units[name], rounds)
    for eye in eyes:
        units |= _lids(eye)
    return units


class _Softener:
    """Evens displacements over the face without touching the lips' line of contact and the lids' margins, where an
    average over neighbours would part what must meet."""

    def __init__(self, figure: Figure) -> None:
        source = figure.source
        quads, name = source.faces["body"], islands(source)
        face = quads[name == "head"]
        both = quads[(name == "head") | (name == "mouth")]  # the mouth's lining goes along, or it would come through
        self._edges = np.unique(np.sort(np.stack([both, np.roll(both, -1, 1)], axis=-1).reshape(-1, 2), axis=1), axis=0)
        inner = np.union1d(np.intersect1d(face, quads[name == "mouth"]), np.intersect1d(face, quads[name == "socket"]))
        held = np.zeros(len(figure.positions), bool)
        held[inner] = True
        for _ in range(HELD_RINGS):
            held[np.unique(face[held[face].any(axis=1)])] = True
        held[np.setdiff1d(np.arange(len(held)), both)] = True
        self._held = held

    def __call__(self, delta: np.ndarray, rounds: int) -> np.ndarray:
        return smooth(delta, self._edges, rounds, self._held)


def _lids(eye: Eye) -> dict[str, np.ndarray]:
    """Blink, wide and the lids' share of looking up and down. Eyeballs turn by their joints, not by shapes."""
    return {
        f"eyeBlink{eye.side}": eye.turn(1.0, 1.0),
        f"eyeWide{eye.side}": eye.turn(-0.30, -0.6),
        f"eyeLookDown{eye.side}": eye.turn(0.50, -1.5),
        f"eyeLookUp{eye.side}": eye.turn(-0.22, 0.5),
    }
