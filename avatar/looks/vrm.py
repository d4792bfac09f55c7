"""VRM 1.0: the avatar for programs of virtual performers. Spec: github.com/vrm-c/vrm-specification, VRMC_vrm-1.0.

A VRM rests in T-pose, so the skeleton is shown there (the same T-pose the exports of motion use, `animation.formats`).
Expressions need no meshes of their own: each is a sum of ARKit shapes. The 52 shapes are custom expressions by their
names ("perfect sync"), and so are the fifteen Oculus visemes.
"""

from __future__ import annotations

import numpy as np

from animation.formats.oculus import OCULUS, oculus_shapes
from animation.formats.tpose import TPose, rotate
from animation.types import JOINTS, SHAPES, Frames
from avatar.looks import fingers
from avatar.looks.figure import Figure
from avatar.looks.glb import Joint, Writer
from avatar.looks.look import Look
from avatar.looks.skeleton import PARENT, SKELETON

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
VOWELS = {"aa": "aa", "ih": "I", "ou": "U", "ee": "E", "oh": "O"}  # VRM's mouths as Oculus visemes


def _both(**shapes: float) -> dict[str, float]:
    return {name + side: value for name, value in shapes.items() for side in ("Left", "Right")}


# Moods leave the lips to speech: none but `surprised` opens the mouth, so only that one gives way to a speaking mouth.
MOODS: dict[str, dict[str, float]] = {
    "neutral": {},
    "happy": _both(mouthSmile=0.55, cheekSquint=0.40, eyeSquint=0.20, mouthDimple=0.10),
    "angry": _both(browDown=0.70, eyeSquint=0.30, mouthFrown=0.30, noseSneer=0.20, mouthPress=0.15),
    "sad": _both(mouthFrown=0.45, eyeSquint=0.12, eyeLookDown=0.15) | {"browInnerUp": 0.70, "mouthShrugLower": 0.15},
    "relaxed": _both(mouthSmile=0.25, eyeBlink=0.18, cheekSquint=0.10),
    "surprised": _both(eyeWide=0.60, browOuterUp=0.60) | {"browInnerUp": 0.70, "jawOpen": 0.22, "mouthFunnel": 0.15},
}
LIDS: dict[str, dict[str, float]] = {
    "blink": _both(eyeBlink=1.0),
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "lookUp": _both(eyeLookUp=1.0),
    "lookDown": _both(eyeLookDown=1.0),
    "lookLeft": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "lookRight": {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
}
OVERRIDES = {"surprised": {"overrideMouth": "blend", "overrideBlink": "blend"}, "relaxed": {"overrideBlink": "blend"}}


def t_pose(figure: Figure) -> list[Joint]:
    """The figure's joints with arms stretched out sideways, palms down, fingers straight."""
    joints = {joint.name: joint for joint in figure.joints}
    hands = fingers.manifest(figure.hands)
    pose = TPose(hands | {"joints": {name: joint.position for name, joint in joints.items()}})
    at_ease = Frames(
        0, np.zeros((1, len(SHAPES))), np.zeros((1, 3)), np.zeros((1, 4)),
        np.tile([0.0, 0.0, 0.0, 1.0], (1, len(JOINTS), 1)), np.array([hands["rest_hands"]]),
    )  # fmt: skip
    local = {name: _matrix(turn[0]) for name, turn in pose.rotations(at_ease).items()}
    turns: dict[str, np.ndarray] = {"": np.eye(3)}  # from the T-pose to ease
    places: dict[str, np.ndarray] = {"": np.zeros(3)}
    out = []
    for name in SKELETON:
        parent, joint = PARENT[name], joints[name]
        origin = joints[parent].position if parent else np.zeros(3)
        turns[name] = turns[parent] @ local.get(name, np.eye(3))
        places[name] = places[parent] + turns[parent].T @ (joint.position - origin)
        move = np.eye(4)
        move[:3, :3] = turns[name].T
        move[:3, 3] = places[name] - turns[name].T @ joint.position
        out.append(Joint(name, joint.parent, places[name], move @ joint.bind))
    return out


def describe(writer: Writer, figure: Figure, look: Look) -> None:
    """Add the VRMC_vrm extension to a file whose parts are all written."""
    bones = {name: {"node": k} for k, name in enumerate(SKELETON)}
    eyes = (figure.joint("leftEye") + figure.joint("rightEye")) / 2 - figure.joint("head")
    nodes = writer.mesh_nodes()
    presets = {name: dict(zip(SHAPES, oculus_shapes(viseme), strict=True)) for name, viseme in VOWELS.items()}
    custom = {name: {name: 1.0} for name in SHAPES}
    custom |= {f"viseme_{name}": dict(zip(SHAPES, oculus_shapes(name), strict=True)) for name in OCULUS}
    writer.js["extensionsUsed"].append("VRMC_vrm")
    writer.js["extensions"] = {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "meta": _meta(look),
            "humanoid": {"humanBones": bones},
            "firstPerson": {"meshAnnotations": []},
            "lookAt": _look_at(eyes),
            "expressions": {
                "preset": {name: _expression(nodes, name, s) for name, s in (presets | MOODS | LIDS).items()},
                "custom": {name: _expression(nodes, name, s) for name, s in custom.items()},
            },
        }
    }


def _expression(nodes: dict[int, list[str]], name: str, shapes: dict[str, float]) -> dict:
    """Weights of the shapes on every mesh that has them."""
    binds = [
        {"node": node, "index": names.index(shape), "weight": round(float(weight), 4)}
        for node, names in nodes.items()
        for shape, weight in shapes.items()
        if weight and shape in names
    ]
    out: dict = {"isBinary": False, "morphTargetBinds": binds}
    return out | {"overrideMouth": "none", "overrideBlink": "none", "overrideLookAt": "none"} | OVERRIDES.get(name, {})


def _look_at(eyes: np.ndarray) -> dict:
    """Eyes turn by their bones; degrees of the eyeball for a gaze at 90 degrees."""
    ranges = {"HorizontalInner": 26.0, "HorizontalOuter": 30.0, "VerticalDown": 20.0, "VerticalUp": 18.0}
    maps = {f"rangeMap{name}": {"inputMaxValue": 90.0, "outputScale": scale} for name, scale in ranges.items()}
    return {"offsetFromHeadBone": [round(float(v), 5) for v in eyes], "type": "bone"} | maps


def _meta(look: Look) -> dict:
    return {
        "name": look.title, "version": "1", "authors": ["Shuren"], "copyrightInformation": "CC0 1.0",
        "licenseUrl": "https://vrm.dev/licenses/1.0/", "otherLicenseUrl": CC0, "avatarPermission": "everyone",
        "allowExcessivelyViolentUsage": True, "allowExcessivelySexualUsage": True, "commercialUsage": "corporation",
        "allowPoliticalOrReligiousUsage": True, "allowAntisocialOrHateUsage": True, "creditNotation": "unnecessary",
        "allowRedistribution": True, "modification": "allowModificationRedistribution",
    }  # fmt: skip


def _matrix(q: np.ndarray) -> np.ndarray:
    """Rotation [3, 3] of a unit quaternion x y z w."""
    return np.stack([rotate(q, axis) for axis in np.eye(3)], axis=1)
