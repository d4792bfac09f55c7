"""The VRM file against the rules of the VRMC_vrm 1.0 specification."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from built_avatar import Bones, Glb, mesh_names, read_mesh

from animation.formats.oculus import OCULUS
from animation.types import SHAPES
from avatar.looks.skeleton import SIDES, finger_joints

pytestmark = pytest.mark.model

REQUIRED = {"hips", "spine", "head"} | {
    f"{side}{bone}" for side in SIDES for bone in ("UpperLeg", "LowerLeg", "Foot", "UpperArm", "LowerArm", "Hand")
}
PRESETS = {
    "happy", "angry", "sad", "relaxed", "surprised", "neutral", "aa", "ih", "ou", "ee", "oh", "blink", "blinkLeft",
    "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight",
}  # fmt: skip


@pytest.fixture
def vrm(folder: Path) -> Glb:
    return Glb.read(folder / "avatar.vrm")


@pytest.fixture
def extension(vrm: Glb) -> dict:
    assert "VRMC_vrm" in vrm.js["extensionsUsed"]
    return vrm.js["extensions"]["VRMC_vrm"]


def test_bones_are_complete_unique_and_nested_as_the_specification_wants(vrm: Glb, extension: dict) -> None:
    bones = {name: bone["node"] for name, bone in extension["humanoid"]["humanBones"].items()}
    assert set(bones) >= REQUIRED | {"chest", "neck", "leftEye", "rightEye", *finger_joints("left")}
    assert len(set(bones.values())) == len(bones)
    parent = {child: k for k, node in enumerate(vrm.js["nodes"]) for child in node.get("children", [])}

    def above(node: int) -> list[int]:
        return [parent[node], *above(parent[node])] if node in parent else []

    for name, node in bones.items():
        assert vrm.js["nodes"][node]["name"] == name
        if name != "hips":
            assert bones["hips"] in above(node), name
    for child, ancestor in (("leftHand", "leftLowerArm"), ("rightFoot", "rightLowerLeg"), ("head", "neck")):
        assert bones[ancestor] in above(bones[child])


def test_it_rests_in_t_pose_and_its_mesh_with_it(vrm: Glb) -> None:
    bones = Bones.of(vrm)
    world = bones.matrices({}) @ np.linalg.inv(bones.inverse)
    at = {name: world[k][:3, 3] for k, name in enumerate(bones.names)}
    for side, sign in (("left", 1), ("right", -1)):
        for bone, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("Hand", "MiddleProximal")):
            along = at[f"{side}{end}"] - at[f"{side}{bone}"]
            assert along[0] * sign > 0.95 * np.linalg.norm(along), (side, bone)
        ground = at[f"{side}Foot"]
        assert abs(ground[1]) < 0.15 < at[f"{side}LowerLeg"][1]
    skin = read_mesh(vrm, "skin").positions
    reach = max(at["leftMiddleDistal"][0], -at["rightMiddleDistal"][0])
    assert reach < np.abs(skin[:, 0]).max() < reach + 0.05
    hands = skin[np.abs(skin[:, 0]) > at["leftHand"][0]]
    assert np.ptp(hands[:, 1]) < 0.14  # flat, palms down


def test_expressions_bind_existing_shapes_of_meshes(vrm: Glb, extension: dict) -> None:
    expressions = extension["expressions"]
    assert set(expressions["preset"]) == PRESETS
    assert set(expressions["custom"]) == {*SHAPES, *(f"viseme_{name}" for name in OCULUS)}
    for name, expression in (expressions["preset"] | expressions["custom"]).items():
        for bind in expression["morphTargetBinds"]:
            mesh = vrm.js["meshes"][vrm.js["nodes"][bind["node"]]["mesh"]]
            assert 0 <= bind["index"] < len(mesh["primitives"][0]["targets"]), name
            assert 0 < bind["weight"] <= 1, name
        for field in ("overrideMouth", "overrideBlink", "overrideLookAt"):
            assert expression[field] in ("none", "block", "blend")
        assert expression["morphTargetBinds"] or name in ("neutral", "viseme_sil"), name


def test_a_happy_mouth_still_speaks(vrm: Glb, extension: dict) -> None:
    """`happy` neither opens the lips nor takes the mouth away from speech."""
    happy = extension["expressions"]["preset"]["happy"]
    assert happy["overrideMouth"] == "none"
    nodes, meshes = vrm.js["nodes"], vrm.js["meshes"]
    shapes = {
        meshes[nodes[bind["node"]]["mesh"]]["extras"]["targetNames"][bind["index"]]
        for bind in happy["morphTargetBinds"]
    }
    assert "mouthSmileLeft" in shapes
    assert not shapes & {"jawOpen", "mouthFunnel", "mouthUpperUpLeft", "mouthLowerDownLeft"}


def test_meta_and_look_at_have_what_is_required(extension: dict) -> None:
    assert extension["specVersion"] == "1.0"
    meta = extension["meta"]
    assert meta["name"] and meta["authors"] and meta["licenseUrl"] == "https://vrm.dev/licenses/1.0/"
    assert "publicdomain/zero" in meta["otherLicenseUrl"]
    look_at = extension["lookAt"]
    assert look_at["type"] == "bone" and len(look_at["offsetFromHeadBone"]) == 3
    for name in ("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp"):
        assert look_at[f"rangeMap{name}"].keys() == {"inputMaxValue", "outputScale"}


def test_it_is_light_enough_to_be_handed_on(folder: Path) -> None:
    assert (folder / "avatar.vrm").stat().st_size <= 6_000_000


def test_every_program_can_read_it(vrm: Glb) -> None:
    """Nothing is required that readers of VRM files need not know, and every mesh is there."""
    assert not vrm.js.get("extensionsRequired")
    assert {"skin", "teeth", "lashes"} <= set(mesh_names(vrm))
