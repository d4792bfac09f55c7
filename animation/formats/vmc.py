"""Virtual Motion Capture protocol (VMC) over OSC, as VSeeFace, Warudo, EVMC4U and other VRM programs receive it on UDP.

Each frame is one OSC bundle: availability and time, then `/VMC/Ext/Bone/Pos` for every bone (Unity's bone names, local
place and rotation in Unity's left-handed space), `/VMC/Ext/Blend/Val` for the expressions and `/VMC/Ext/Blend/Apply`.
Expressions are the 52 ARKit shapes ("perfect sync") and the presets of VRM 0 or VRM 1 worked out from them, so that a
model without ARKit shapes moves its mouth and lids too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import ArgValue, OscMessageBuilder

from animation.formats.tpose import TPose
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames

PORT = 39_539
Names = Literal["vrm0", "vrm1"]
_AT = {name: k for k, name in enumerate(SHAPES)}

# Preset → its VRM 0 and VRM 1 name. The vowels share what the jaw and lips do; moods are read off brows and corners.
_PRESETS: dict[str, tuple[str, str]] = {
    "aa": ("A", "aa"), "ih": ("I", "ih"), "ou": ("U", "ou"), "ee": ("E", "ee"), "oh": ("O", "oh"),
    "blinkLeft": ("Blink_L", "blinkLeft"), "blinkRight": ("Blink_R", "blinkRight"),
    "happy": ("Joy", "happy"), "sad": ("Sorrow", "sad"), "angry": ("Angry", "angry"),
}  # fmt: skip


class VmcEncoder:
    """Bundles for one avatar. `rig`: its parsed rig.json; `names`: which VRM the receiver's model is."""

    def __init__(self, rig: Mapping[str, Any], *, names: Names = "vrm0", rate: int = FPS) -> None:
        if rate < 1 or FPS % rate:
            raise ValueError(f"VMC frames come at a divisor of {FPS} a second, not at {rate}.")
        self._pose, self._step = TPose(rig), FPS // rate
        self._column = ("vrm0", "vrm1").index(names)

    def encode(self, frames: Frames) -> list[bytes]:
        """One datagram for each frame that the rate keeps."""
        turns = self._pose.rotations(frames)
        presets = preset_weights(frames.shapes)
        first = frames.pts // SAMPLES_PER_FRAME
        kept = [k for k in range(len(frames)) if (first + k) % self._step == 0]
        return [self._bundle(frames, k, turns, presets) for k in kept]

    def _bundle(
        self, frames: Frames, k: int, turns: Mapping[str, np.ndarray], presets: Mapping[str, np.ndarray]
    ) -> bytes:
        bundle = OscBundleBuilder(IMMEDIATELY)
        bundle.add_content(_message("/VMC/Ext/OK", 1))
        bundle.add_content(_message("/VMC/Ext/T", (frames.pts + k * SAMPLES_PER_FRAME) / RATE))
        bundle.add_content(_message("/VMC/Ext/Root/Pos", "root", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0))
        for bone, rotation in turns.items():
            place = self._pose.offsets.get(bone, np.zeros(3))
            bundle.add_content(_message("/VMC/Ext/Bone/Pos", _unity_bone(bone), *_unity(place, rotation[k])))
        for preset, names in _PRESETS.items():
            bundle.add_content(_message("/VMC/Ext/Blend/Val", names[self._column], float(presets[preset][k])))
        for name, value in zip(SHAPES, frames.shapes[k], strict=True):
            bundle.add_content(_message("/VMC/Ext/Blend/Val", name, float(value)))
        bundle.add_content(_message("/VMC/Ext/Blend/Apply"))
        return bundle.build().dgram


def preset_weights(shapes: np.ndarray) -> dict[str, np.ndarray]:
    """Preset → weights [n], 0..1, read off ARKit shapes [n, 52] for models that have nothing finer."""
    s = {name: np.asarray(shapes, np.float64)[:, k] for name, k in _AT.items()}

    def both(name: str) -> np.ndarray:
        return (s[f"{name}Left"] + s[f"{name}Right"]) / 2

    opened = np.clip((s["jawOpen"] - s["mouthClose"]) / 0.45, 0.0, 1.0)
    rounded = np.clip(s["mouthPucker"] + s["mouthFunnel"], 0.0, 1.0)
    spread = np.clip(both("mouthStretch") * 2.0, 0.0, 1.0) * (1 - rounded)
    out = {
        "aa": opened * (1 - rounded) * (1 - 0.6 * spread),
        "ih": spread * (1 - opened),
        "ee": spread * opened,
        "ou": rounded * (1 - opened),
        "oh": rounded * opened,
        "blinkLeft": s["eyeBlinkLeft"],
        "blinkRight": s["eyeBlinkRight"],
        "happy": np.maximum(both("mouthSmile") - 0.25, 0.0) * 1.2,
        "sad": np.clip(both("mouthFrown") * 1.5 + np.maximum(s["browInnerUp"] - 0.2, 0.0), 0.0, 1.0),
        "angry": np.clip(both("browDown") * 1.3 - 0.2, 0.0, 1.0),
    }
    return {name: np.clip(values, 0.0, 1.0) for name, values in out.items()}


def _unity(place: np.ndarray, rotation: np.ndarray) -> list[float]:
    """Place and rotation in Unity's left-handed space, x turned round (as UniVRM imports VRM 1.0)."""
    x, y, z, w = rotation
    return [float(v) for v in (-place[0], place[1], place[2], x, -y, -z, w)]


def _unity_bone(name: str) -> str:
    """HumanBodyBones spells names with a capital, and the thumb one bone higher than VRM 1.0."""
    if "Thumb" in name:
        name = name.replace("Proximal", "Intermediate").replace("Metacarpal", "Proximal")
    return name[0].upper() + name[1:]


def _message(address: str, *values: ArgValue) -> Any:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value, {float: "f", int: "i", str: "s"}[type(value)])
    return builder.build()
