"""The 52 ARKit shapes as displacements of the base mesh: the CC0 face units, with our own lids and lips."""

from __future__ import annotations

import numpy as np

from animation.types import SHAPES
from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.mouth import Mouth


def expressions(figure: Figure, eyes: list[Eye]) -> dict[str, np.ndarray]:
    """Shape name -> displacement [19158, 3] in metres at weight 1, in the order of animation.types.SHAPES."""
    source = figure.source
    units = {name: source.face_unit(name) for name in SHAPES}
    mouth = Mouth.of(source, figure.positions, units["jawOpen"])
    units["mouthClose"] = mouth.close()
    units["mouthPucker"] = mouth.pucker()
    units["mouthFunnel"] = mouth.funnel()
    for eye in eyes:
        units |= _lids(eye)
    return units


def _lids(eye: Eye) -> dict[str, np.ndarray]:
    """Blink, wide and the lids' share of looking up and down. Eyeballs turn by their joints, not by shapes."""
    return {
        f"eyeBlink{eye.side}": eye.turn(1.0, 1.0),
        f"eyeWide{eye.side}": eye.turn(-0.30, -0.6),
        f"eyeLookDown{eye.side}": eye.turn(0.50, -1.5),
        f"eyeLookUp{eye.side}": eye.turn(-0.22, 0.5),
    }
