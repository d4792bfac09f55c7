"""VRM animation (`.vrma`, VRMC_vrm_animation 1.0): a performance that any VRM 1.0 avatar can play.

A skeleton in T-pose with rotation tracks; expressions are nodes whose x translation is the weight, presets by VRM's
names and the ARKit shapes as custom ones. The specification animates only the hips' place and leaves eyes to `lookAt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from animation.formats.gltf import Container, Tracks, sampled
from animation.formats.tpose import TPose, euler
from animation.formats.vmc import preset_weights
from animation.types import SHAPES, Frames

EXTENSION = "VRMC_vrm_animation"
_PRESETS = ("aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight", "happy", "sad", "angry")
_LEGS = {
    f"{side}{bone}": (f"{side}{above}" if above != "hips" else "hips", (x * dx, dy, dz))
    for side, x in (("left", 1.0), ("right", -1.0))
    for bone, above, (dx, dy, dz) in (
        ("UpperLeg", "hips", (0.09, -0.03, 0.0)),
        ("LowerLeg", "UpperLeg", (0.0, -0.38, 0.0)),
        ("Foot", "LowerLeg", (0.0, -0.36, -0.02)),
    )
}  # metres from the bone above: the legs stand still, but VRM wants them


def vrm_animation(
    frames: Frames,
    rig: Mapping[str, Any],
    *,
    fps: int = 30,
    title: str = "Shuren",
    extras: Mapping[str, Any] | None = None,
) -> bytes:
    """The file's bytes. `rig`: parsed rig.json of the avatar the frames were made for; `fps`: a divisor of 60;
    `extras`: what stands in the file's `asset.extras`."""
    frames = sampled(frames, fps)
    file = Container({"asset": {"version": "2.0", "generator": title}, "extensionsUsed": [EXTENSION], "scene": 0})
    file.remark(extras or {})
    pose = TPose(rig)
    bones = _skeleton(file, pose)
    tracks = Tracks(file, title, len(frames), fps)
    for bone, turn in pose.rotations(frames).items():
        if bone in bones and not bone.endswith("Eye"):
            tracks.add(bones[bone], "rotation", turn, "VEC4")
    presets = _expressions(file, tracks, {name: preset_weights(frames.shapes)[name] for name in _PRESETS})
    custom = _expressions(file, tracks, dict(zip(SHAPES, frames.shapes.T, strict=True)))
    look = _node(file, "lookAt", bones["head"])
    gaze = (frames.eyes[:, :2] + frames.eyes[:, 2:]) / 2
    tracks.add(look, "rotation", euler(np.append(gaze, np.zeros((len(frames), 1)), 1).astype(np.float64)), "VEC4")
    file.gltf["extensions"] = {
        EXTENSION: {
            "specVersion": "1.0",
            "humanoid": {"humanBones": {bone: {"node": k} for bone, k in bones.items() if not bone.endswith("Eye")}},
            "expressions": {"preset": presets, "custom": custom},
            "lookAt": {"node": look, "offsetFromHeadBone": [float(v) for v in pose.offsets["leftEye"] * [0, 1, 1]]},
        }
    }
    return file.bytes()


def _skeleton(file: Container, pose: TPose) -> dict[str, int]:
    """Nodes of all bones in T-pose; returns bone → node."""
    parents = pose.parents | {bone: parent for bone, (parent, _) in _LEGS.items()}
    places = {bone: pose.offsets.get(bone, np.zeros(3)) for bone in pose.parents}
    places |= {bone: np.array(at) for bone, (_, at) in _LEGS.items()}
    bones: dict[str, int] = {}

    def node(bone: str) -> int:
        if bone not in bones:
            above = node(parents[bone]) if parents[bone] else None
            bones[bone] = _node(file, bone, above, [round(float(v), 9) + 0.0 for v in places[bone]])
        return bones[bone]

    for bone in parents:
        node(bone)
    return bones


def _node(file: Container, name: str, parent: int | None = None, place: list[float] | None = None) -> int:
    nodes = file.gltf.setdefault("nodes", [])
    nodes.append({"name": name} | ({"translation": place} if place else {}))
    if parent is None:
        file.gltf.setdefault("scenes", [{"nodes": []}])[0]["nodes"].append(len(nodes) - 1)
    else:
        nodes[parent].setdefault("children", []).append(len(nodes) - 1)
    return len(nodes) - 1


def _expressions(file: Container, tracks: Tracks, weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """A node for each expression whose x is its weight; returns the extension's entries."""
    out = {}
    for name, values in weights.items():
        node = _node(file, name)
        places = np.zeros((len(values), 3))
        places[:, 0] = values
        tracks.add(node, "translation", places, "VEC3")
        out[name] = {"node": node}
    return out
