"""The avatar as a client loads it: complete, light, closed where it must close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from built_avatar import Glb, mesh_names, read_mesh, read_rig

from animation.formats.oculus import OCULUS, oculus_shapes
from animation.rig import Rig
from animation.types import JOINTS, SHAPES
from avatar.looks.build import FILES, build
from avatar.looks.cast import cast
from avatar.looks.mesh import Part
from avatar.looks.people import LOOKS
from avatar.looks.skeleton import SKELETON

pytestmark = pytest.mark.model


def triangles(glb: Glb) -> int:
    return sum(glb.js["accessors"][m["primitives"][0]["indices"]]["count"] // 3 for m in glb.js["meshes"])


def test_both_versions_keep_their_budgets(folder: Path, high: Glb, low: Glb) -> None:
    assert triangles(high) <= 80_000
    assert (folder / "avatar.glb").stat().st_size <= 6_000_000
    assert 10_000 <= triangles(low) <= 28_000
    rig = read_rig(folder)
    assert rig["triangles"] == triangles(high)
    assert rig["low"]["triangles"] == triangles(low)
    assert (folder / "avatar.low.glb").stat().st_size <= 3_000_000
    assert rig["bytes"] == (folder / "avatar.glb").stat().st_size


@pytest.mark.parametrize("version", ["high", "low"])
def test_all_arkit_shapes_and_all_joints_are_there(version: str, folder: Path, request: pytest.FixtureRequest) -> None:
    glb = request.getfixturevalue(version)
    assert tuple(read_mesh(glb, "skin").morphs) == SHAPES
    names = [glb.js["nodes"][j]["name"] for j in glb.js["skins"][0]["joints"]]
    assert tuple(names) == SKELETON and {*JOINTS, "leftEye", "rightEye", "leftThumbMetacarpal"} < set(names)
    assert all("rotation" not in node and "scale" not in node for node in glb.js["nodes"])


@pytest.mark.parametrize("version", ["high", "low"])
def test_every_mesh_is_sound(version: str, folder: Path, request: pytest.FixtureRequest) -> None:
    glb = request.getfixturevalue(version)
    for name in mesh_names(glb):
        mesh = read_mesh(glb, name)
        assert np.isfinite(mesh.positions).all(), name
        assert all(np.isfinite(delta).all() for delta in mesh.morphs.values()), name
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3, err_msg=name)
        assert (mesh.weights.astype(int).sum(axis=1) == 65_535).all(), name
        assert mesh.joints.max() < len(SKELETON) and mesh.triangles.max() < len(mesh.positions), name


def test_shapes_that_do_something_move_the_face(high: Glb) -> None:
    skin = read_mesh(high, "skin")
    still = [name for name, delta in skin.morphs.items() if np.abs(delta).max() < 3e-4 and name != "tongueOut"]
    assert not still
    assert np.abs(read_mesh(high, "mouth").morphs["tongueOut"]).max() > 0.01


def test_lips_close_over_an_open_jaw_by_the_manifests_gain(folder: Path) -> None:
    rig = Rig.load(folder / "rig.json")
    for jaw in np.linspace(0.05, 0.5, 10):
        shapes = np.zeros((1, 52))
        shapes[0, SHAPES.index("jawOpen")] = jaw
        assert rig.lip_gap(shapes)[0] > 1.0
        shapes[0, SHAPES.index("mouthClose")] = rig.close_limit(np.array([jaw]))[0]
        assert abs(rig.lip_gap(shapes)[0]) <= 0.3


def test_lips_close_along_their_whole_width_not_only_in_the_middle(high: Glb, folder: Path) -> None:
    skin = read_mesh(high, "skin")
    pairs = lip_pairs(skin)
    gain = read_rig(folder)["closure_gain"]
    at_rest = skin.positions[pairs[:, 0], 1] - skin.positions[pairs[:, 1], 1]
    for jaw in (0.1, 0.3, 0.5):
        posed = skin.posed(jawOpen=jaw, mouthClose=gain * jaw)
        gap = posed[pairs[:, 0], 1] - posed[pairs[:, 1], 1]
        assert (gap - at_rest).max() * 1000 < 0.6, jaw


def lip_pairs(skin) -> np.ndarray:  # noqa: ANN001
    """Facing vertices (upper, lower) on the lips, found by how the jaw parts what touches at rest."""
    drop = skin.morphs["jawOpen"][:, 1]
    middle = skin.positions[np.argmin(drop)]
    near = np.flatnonzero((np.abs(skin.positions[:, 0]) < 0.015) & (np.abs(skin.positions[:, 1] - middle[1]) < 0.02))
    upper, lower = near[drop[near] > -0.008], near[drop[near] < -0.012]
    pairs = []
    for index in upper:
        gap = np.linalg.norm(skin.positions[lower] - skin.positions[index], axis=1)
        if gap.min() < 0.0007:
            pairs.append((index, lower[gap.argmin()]))
    assert len(pairs) >= 8
    return np.array(pairs)


@pytest.mark.parametrize("version", ["high", "low"])
def test_a_grin_shows_the_upper_teeth(version: str, folder: Path, request: pytest.FixtureRequest) -> None:
    glb = request.getfixturevalue(version)
    grin = {"jawOpen": 0.15, "mouthSmileLeft": 0.8, "mouthSmileRight": 0.8}
    grin |= {"mouthUpperUpLeft": 0.3, "mouthUpperUpRight": 0.3}
    teeth = read_mesh(glb, "teeth")
    still = np.abs(teeth.morphs["jawOpen"]).max(axis=1) < 1e-5
    edge = teeth.positions[still & (np.abs(teeth.positions[:, 0]) < 0.006), 1].min()
    assert tooth_seen(glb, grin, edge + np.arange(0.0, 0.008, 0.0005)) > 0.0015


def test_rounded_lips_hide_the_lower_teeth(high: Glb) -> None:
    shapes = dict(zip(SHAPES, oculus_shapes("O"), strict=True))
    teeth = read_mesh(high, "teeth")
    lower = np.abs(teeth.morphs["jawOpen"]).max(axis=1) > 1e-5
    front = lower & (np.abs(teeth.positions[:, 0]) < 0.006)
    posed = teeth.posed(**{name: weight for name, weight in shapes.items() if name in teeth.morphs})
    assert tooth_seen(high, shapes, posed[front, 1].max() - np.arange(0.0, 0.008, 0.0005)) < 0.001


def tooth_seen(glb: Glb, shapes: Mapping[str, float], heights: np.ndarray) -> float:
    """Metres of tooth that are to be seen from the front, at `heights` beside the middle."""
    reach = distances(glb, shapes, (-0.005, 0.004), heights)
    seen = reach["teeth"] < np.minimum(reach["skin"], reach["mouth"])
    return float(seen.sum() * (np.ptp(heights) / (len(heights) - 1)) / 2)


def distances(glb: Glb, shapes: Mapping[str, float], across: Sequence[float], up: np.ndarray) -> dict[str, np.ndarray]:
    """How far off the skin, the mouth's inside and the teeth are from in front of the face; 9 where they are not."""
    x, y = (axis.ravel() for axis in np.meshgrid(across, up))
    rays = np.stack([x, y, np.ones_like(x)], axis=1)
    reach = {}
    for name in ("skin", "mouth", "teeth"):
        mesh = read_mesh(glb, name)
        posed = mesh.posed(**{shape: weight for shape, weight in shapes.items() if shape in mesh.morphs})
        part = Part(name, posed, mesh.triangles, np.ones((len(mesh.positions), 1)), "")
        reach[name] = np.nan_to_num(cast(part, rays, np.tile([0.0, 0.0, -1.0], (len(x), 1))), nan=9.0)
    return reach


def test_a_frown_draws_the_corners_below_the_middle_and_keeps_the_lips_shut(high: Glb) -> None:
    frown = {"mouthFrownLeft": 1.0, "mouthFrownRight": 1.0}
    skin = read_mesh(high, "skin")
    posed = skin.posed(**frown)
    pairs = lip_pairs(skin)
    corner = int(np.argmax(skin.morphs["mouthStretchLeft"][:, 0]))
    middle = pairs[np.argmin(np.abs(skin.positions[pairs[:, 0], 0])), 0]
    assert posed[corner, 1] - posed[middle, 1] < -0.002
    heights = posed[middle, 1] + np.arange(-0.015, 0.006, 0.00025)
    reach = distances(high, frown, np.linspace(-0.02, 0.02, 9), heights)
    assert (reach["skin"] <= np.minimum(reach["mouth"], reach["teeth"])).all()


def test_visemes_of_their_own_open_round_and_shut_the_lips(folder: Path) -> None:
    assert (folder / "avatar.visemes.glb").stat().st_size <= 6_000_000
    skin = read_mesh(Glb.read(folder / "avatar.visemes.glb"), "skin")
    assert set(skin.morphs) == {*SHAPES, *(f"viseme_{name}" for name in OCULUS)}
    pairs = lip_pairs(skin)

    def gap(name: str) -> float:
        moved = skin.morphs[f"viseme_{name}"]
        return float((moved[pairs[:, 0], 1] - moved[pairs[:, 1], 1]).max()) * 1000

    assert gap("aa") > 8 and gap("sil") == 0
    assert gap("PP") < 0.6
    assert gap("O") > gap("U") > 0


def test_pucker_narrows_the_mouth(high: Glb) -> None:
    skin = read_mesh(high, "skin")
    stretch = skin.morphs["mouthStretchLeft"]
    left = int(np.argmax(stretch[:, 0]))
    right = int(np.argmin(read_mesh(high, "skin").morphs["mouthStretchRight"][:, 0]))
    rest = np.ptp(skin.positions[[left, right], 0])
    posed = np.ptp(skin.posed(mouthPucker=1.0)[[left, right], 0])
    assert posed / rest <= 0.75


def test_a_blink_shuts_the_lids_and_does_not_crumple_the_lashes(high: Glb) -> None:
    lashes = read_mesh(high, "lashes")
    shut = lashes.posed(eyeBlinkLeft=1.0, eyeBlinkRight=1.0)
    sides = np.unique(np.sort(lashes.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    before = np.linalg.norm(np.diff(lashes.positions[sides], axis=1)[:, 0], axis=1)
    after = np.linalg.norm(np.diff(shut[sides], axis=1)[:, 0], axis=1)
    real = before > 2e-4
    # A steep line that comes to lie flat shortens at the inner corner, and only there.
    assert np.quantile(after[real] / before[real], 0.02) > 0.3
    assert (after[real] / before[real]).min() > 0.15
    assert (after[real] / before[real]).max() < 2.0
    roots = root_rows(lashes.positions, len(lashes.positions) // 20)
    for upper, lower in roots:
        open_gap = lashes.positions[upper, 1] - lashes.positions[lower, 1]
        shut_gap = shut[upper, 1] - shut[lower, 1]
        inner = slice(len(upper) // 4, -len(upper) // 4)
        assert open_gap[inner].min() > 0.003
        assert np.abs(shut_gap[inner]).max() < 0.0015


def root_rows(positions: np.ndarray, columns: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Root vertices of the (upper, lower) fringe of both eyes: the first row of each of the four ribbons."""
    block = len(positions) // 4
    first = np.arange(columns)
    return [(first, first + block), (first + 2 * block, first + 3 * block)]


def test_half_a_blink_does_not_push_the_eyeball_through_the_lid(high: Glb, folder: Path) -> None:
    skin = read_mesh(high, "skin")
    eye = np.array(read_rig(folder)["eyes"]["left"])
    ball = read_mesh(high, "leftEye").positions
    radius = np.linalg.norm(ball - eye, axis=1).min()
    moving = skin.morphs["eyeBlinkLeft"]
    half = skin.posed(eyeBlinkLeft=0.5)
    lid = np.abs(moving).max(axis=1) > 0.002
    outside = np.linalg.norm(skin.positions - eye, axis=1) > radius * 1.06
    assert (np.linalg.norm(half - eye, axis=1)[lid & outside]).min() > radius


def test_gaze_and_lids_of_the_two_eyes_mirror(high: Glb) -> None:
    skin = read_mesh(high, "skin")
    for name in ("eyeBlink", "eyeLookDown", "mouthSmile"):
        left, right = (np.abs(skin.morphs[f"{name}{side}"]).sum() for side in ("Left", "Right"))
        assert left == pytest.approx(right, rel=0.05), name


def test_the_manifest_is_what_the_animator_reads(folder: Path) -> None:
    rig = Rig.load(folder / "rig.json")
    assert rig.name in LOOKS and rig.glb == "avatar.glb"
    assert 0.0 <= rig.rest_gap_mm <= 0.3
    manifest = read_rig(folder)
    assert 0.85 <= manifest["closure_gain"] <= 1.2
    assert manifest["eyes"]["left"][0] > 0 > manifest["eyes"]["right"][0]
    assert 1.3 < manifest["eyes"]["left"][1] < 1.7
    assert 0.17 < manifest["head_height_m"] < 0.26


def test_the_same_look_gives_the_same_bytes_and_is_not_built_twice(
    avatars: dict[str, Path], assets: Path, tmp_path: Path
) -> None:
    assert not build(LOOKS["lin"], assets, avatars["lin"], say=lambda line: None)
    assert build(LOOKS["lin"], assets, tmp_path, say=lambda line: None)
    for name in FILES:
        assert (avatars["lin"] / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_six_are_different_people(avatars: dict[str, Path]) -> None:
    faces = {name: read_rig(folder) for name, folder in avatars.items()}
    heights = [face["height_m"] for face in faces.values()]
    assert len({face["title"] for face in faces.values()}) == len(LOOKS) == 6
    assert max(heights) - min(heights) > 0.03
