"""Disguises an avatar of ours as another maker's: a VRM 0 looking along -z, arms out, bones with their own axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from animation.formats.gltf import HALF_TURN, Container
from animation.formats.tpose import inverse, rotate, times

# VRM 0 preset → our shapes at its full weight. There are no ARKit shapes left by name.
PRESETS = {
    "a": {"jawOpen": 0.5, "mouthLowerDownLeft": 0.1, "mouthLowerDownRight": 0.1}, "u": {"mouthPucker": 1.0},
    "o": {"mouthFunnel": 1.0}, "i": {"mouthStretchLeft": 0.7, "mouthStretchRight": 0.7},
    "e": {"mouthStretchLeft": 0.7, "mouthStretchRight": 0.7}, "blink_l": {"eyeBlinkLeft": 1.0},
    "blink_r": {"eyeBlinkRight": 1.0},
}  # fmt: skip


def disguise(source: Path, out: Path, seed: int) -> Path:
    """`source`: an avatar.vrm of ours, which rests in T-pose. The same picture, told in other words."""
    file = Container.read(source)
    gltf, rng = file.gltf, np.random.default_rng(seed)
    nodes = gltf["nodes"]
    bones = {name: bone["node"] for name, bone in gltf["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"].items()}
    _turn_axes(file, rng)
    nodes.append({"name": "Root", "rotation": HALF_TURN.tolist(), "children": gltf["scenes"][0]["nodes"]})
    gltf["scenes"][0]["nodes"] = [len(nodes) - 1]
    for node in bones.values():
        nodes[node]["name"] = f"J_Bip_C_{node}"
    gltf["extensions"] = {"VRM": {
        "meta": {"title": "Somebody", "licenseName": "CC0"},
        "humanoid": {"humanBones": [{"bone": _zero(name), "node": node} for name, node in bones.items()]},
        "blendShapeMaster": {"blendShapeGroups": [_group(gltf, *preset) for preset in PRESETS.items()]},
    }}  # fmt: skip
    gltf["extensionsUsed"] = [name for name in gltf["extensionsUsed"] if not name.startswith("VRMC")] + ["VRM"]
    for mesh in gltf["meshes"]:
        if names := mesh.pop("extras", {}).get("targetNames"):
            mesh["primitives"][0]["extras"] = {"targetNames": [f"Fcl_{name[::-1]}" for name in names]}
    out.write_bytes(file.bytes())
    return out


def _turn_axes(file: Container, rng: np.random.Generator) -> None:
    """Turns every bone's own axes at random; what hangs on them stays where it is."""
    gltf = file.gltf
    nodes, skin = gltf["nodes"], gltf["skins"][0]
    turns = {joint: _random_turn(rng) for joint in skin["joints"]}
    parents = {child: k for k, node in enumerate(nodes) for child in node.get("children", ())}
    still = np.array([0.0, 0.0, 0.0, 1.0])
    for joint, turn in turns.items():
        above = inverse(turns.get(parents.get(joint), still))
        nodes[joint]["translation"] = rotate(above, np.array(nodes[joint].get("translation", [0, 0, 0]))).tolist()
        nodes[joint]["rotation"] = times(above, turn).tolist()
    accessor = gltf["accessors"][skin["inverseBindMatrices"]]
    at = gltf["bufferViews"][accessor["bufferView"]]["byteOffset"] + accessor.get("byteOffset", 0)
    binds = np.frombuffer(bytes(file.data[at : at + 64 * accessor["count"]]), "<f4").reshape(-1, 4, 4)
    binds = binds.transpose(0, 2, 1).astype(np.float64)
    for k, joint in enumerate(skin["joints"]):
        binds[k, :3] = np.stack([rotate(inverse(turns[joint]), column) for column in binds[k, :3].T], axis=1)
    file.data[at : at + 64 * len(binds)] = binds.transpose(0, 2, 1).astype("<f4").tobytes()


def _random_turn(rng: np.random.Generator) -> np.ndarray:
    turn = rng.normal(size=4)
    return turn / np.linalg.norm(turn)


def _zero(bone: str) -> str:
    """The thumb's bones have other names in VRM 0."""
    if "Thumb" not in bone:
        return bone
    new = {"Metacarpal": "Proximal", "Proximal": "Intermediate", "Distal": "Distal"}
    part = next(part for part in new if bone.endswith(part))
    return bone.removesuffix(part) + new[part]


def _group(gltf: dict[str, Any], preset: str, shapes: dict[str, float]) -> dict[str, Any]:
    binds = [
        {"mesh": k, "index": mesh["extras"]["targetNames"].index(shape), "weight": 100 * weight}
        for k, mesh in enumerate(gltf["meshes"])
        for shape, weight in shapes.items()
        if shape in mesh.get("extras", {}).get("targetNames", ())
    ]
    return {"name": preset, "presetName": preset, "binds": binds}
