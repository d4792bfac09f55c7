"""Performances inside an avatar's GLB, read back with the reader that inspects other people's avatars."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from animation.formats.gltf import Container, animated
from animation.types import JOINTS, SHAPES
from avatar.inspect.gltf import Gltf
from models.errors import AvatarInvalid
from tests.formats.someone import somebody

ROOT = Path(__file__).parents[2]


def _avatar(path: Path) -> Path:
    """Two joints and a triangle with two morph targets, one of which is none of ours."""
    file = Container({"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0, 2]}]})
    corners = np.eye(3, dtype=np.float32)
    position, jaw, hat = (file.accessor(corners * k, "VEC3") for k in (1, 2, 3))
    targets = [{"POSITION": hat}, {"POSITION": jaw}]
    primitive = {"attributes": {"POSITION": position}, "targets": targets}
    file.gltf["meshes"] = [{"primitives": [primitive], "extras": {"targetNames": ["hat", "jawOpen"]}}]
    turned = {"name": "chest", "rotation": [0, 0.6, 0, 0.8]}
    file.gltf["nodes"] = [{"name": "hips", "children": [1]}, turned, {"name": "face", "mesh": 0}]
    path.write_bytes(file.bytes())
    return path


def _track(gltf: Gltf, node: int, path: str) -> np.ndarray:
    animation = gltf.rows("animations")[0]
    channel = next(c for c in animation["channels"] if c["target"] == {"node": node, "path": path})
    return gltf.accessor(animation["samplers"][channel["sampler"]]["output"])


@pytest.fixture
def made(tmp_path: Path) -> Gltf:
    out = tmp_path / "performance.glb"
    out.write_bytes(animated(_avatar(tmp_path / "avatar.glb"), {}, somebody(12)))
    return Gltf.read(out)


def test_weights_follow_the_targets_of_the_mesh_by_name(made: Gltf) -> None:
    weights = _track(made, 2, "weights").reshape(12, 2)
    assert not weights[:, 0].any()
    assert np.allclose(weights[:, 1], somebody(12).shapes[:, SHAPES.index("jawOpen")])


def test_joints_turn_on_top_of_their_rest_pose(made: Gltf) -> None:
    chest = _track(made, 1, "rotation")
    x, y, z, w = somebody(12).joints[5, JOINTS.index("chest")].astype(float)
    a, b = 0.6, 0.8
    assert np.allclose(chest[5], [x * b - z * a, y * b + w * a, z * b + x * a, w * b - y * a], atol=1e-6)


def test_the_avatar_itself_is_untouched_and_the_file_is_whole(made: Gltf, tmp_path: Path) -> None:
    data = (tmp_path / "performance.glb").read_bytes()
    assert struct.unpack_from("<4sII", data) == (b"glTF", 2, len(data))
    assert np.allclose(made.accessor(0), np.eye(3))
    times = made.accessor(made.rows("animations")[0]["samplers"][0]["input"])
    assert np.allclose(times.ravel(), np.arange(12) / 60)


def test_a_file_that_is_no_glb_is_refused(tmp_path: Path) -> None:
    for content in (
        b"",
        b"glTF",
        b"PK\x03\x04" + b"\0" * 40,
        struct.pack("<4sIIII", b"glTF", 2, 24, 2, 0x4E4F534A) + b"{}"[:1],
    ):
        (tmp_path / "a.glb").write_bytes(content)
        with pytest.raises(AvatarInvalid):
            animated(tmp_path / "a.glb", {}, somebody(1))


def test_a_rate_that_divides_no_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="divisor"):
        animated(_avatar(tmp_path / "avatar.glb"), {}, somebody(1), fps=25)


def test_the_vrm_animation_the_pages_tests_read_is_up_to_date() -> None:
    script = ROOT / "tests" / "golden" / "make_performance.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0


def test_a_vrm_animation_names_every_bone_vrm_requires() -> None:
    content = Container.read(ROOT / "tests" / "golden" / "performance.vrma").gltf
    bones = set(content["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"])
    sides = ("UpperLeg", "LowerLeg", "Foot", "UpperArm", "LowerArm", "Hand")
    assert bones >= {"hips", "spine", "head", *(f"{side}{bone}" for side in ("left", "right") for bone in sides)}
    assert not {"leftEye", "rightEye"} & bones
    moved = {
        content["nodes"][channel["target"]["node"]]["name"]
        for channel in content["animations"][0]["channels"]
        if channel["target"]["path"] == "translation"
    }
    assert not moved & bones
    assert json.dumps(content).isascii()
