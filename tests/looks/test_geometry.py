"""The builder's tools on small meshes: no data needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from built_avatar import Glb

from avatar.looks.glb import Joint, Material, Writer
from avatar.looks.mesh import Part, clip, coarsen, facing_out, grid_triangles, join, vertex_normals
from avatar.looks.noise import noise
from avatar.looks.people import LOOKS, find
from avatar.looks.raster import bake, blur, normals_of
from avatar.looks.refine import Refinement
from models.errors import AvatarInvalid


def sheet(side: int = 5) -> Part:
    """A flat square of side x side vertices facing forward."""
    x, y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    positions = np.stack([x.ravel(), y.ravel(), np.zeros(side * side)], axis=1)
    weights = np.ones((side * side, 1))
    return Part("sheet", positions, grid_triangles(side, side), weights, "plain", uv=positions[:, :2].copy())


def quads(side: int) -> np.ndarray:
    a = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    return np.stack([a, a + 1, a + side + 1, a + side], axis=1)


def area(part_positions: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (part_positions[triangles[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_refining_a_part_leaves_no_crack_and_no_overlap() -> None:
    flat = sheet(6)
    chosen = np.zeros(25, bool)
    chosen[[6, 7, 11, 12, 18]] = True
    refined = Refinement(quads(6), chosen, 36)
    positions = refined.linear(flat.positions)
    assert area(positions, refined.triangles) == pytest.approx(1.0)
    sides = np.sort(refined.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, count = np.unique(sides, axis=0, return_counts=True)
    on_border = edges[count == 1]
    middle = positions[on_border].mean(axis=1)
    assert (np.isclose(middle, 0) | np.isclose(middle, 1)).any(axis=1).all()


def test_refinement_is_linear_so_that_morphs_can_ride_along() -> None:
    rng = np.random.default_rng(0)
    refined = Refinement(quads(6), np.ones(25, bool), 36)
    a, b = rng.normal(size=(36, 3)), rng.normal(size=(36, 3))
    np.testing.assert_allclose(refined.smooth(a + 0.3 * b), refined.smooth(a) + 0.3 * refined.smooth(b), atol=1e-12)


def test_clipping_cuts_along_the_line_not_along_edges() -> None:
    flat = sheet(5)
    cut = clip(flat, 0.6 - flat.positions[:, 0])
    assert cut.positions[:, 0].max() == pytest.approx(0.6)
    assert area(cut.positions, cut.triangles) == pytest.approx(0.6)


def test_coarsening_keeps_what_may_not_move() -> None:
    flat = sheet(9)
    movable = flat.positions[:, 0] > 0.5
    fewer = coarsen(flat, np.floor(flat.positions / 0.3).astype(int), movable)
    assert len(fewer.triangles) < len(flat.triangles)
    kept = {tuple(p) for p in flat.positions[~movable]}
    assert kept <= {tuple(p) for p in fewer.positions}


def test_normals_are_shared_across_a_texture_seam() -> None:
    flat = sheet(3)
    bent = flat.positions + [[0, 0, 0.5 * x] for x in flat.positions[:, 0] ** 2]
    double = np.concatenate([bent, bent])
    triangles = np.concatenate([flat.triangles[:4], flat.triangles[4:] + 9])
    weld = np.tile(np.arange(9), 2)
    normals = vertex_normals(double, triangles, weld)
    np.testing.assert_allclose(normals[:9], normals[9:])
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0)


def test_sheets_are_turned_to_face_away_from_the_body() -> None:
    flat = sheet(3)
    behind, before = np.array([0.5, 0.5, -1.0]), np.array([0.5, 0.5, 1.0])
    for core, sign in ((behind, 1), (before, -1)):
        triangles = facing_out(flat.positions, flat.triangles, core)
        assert np.sign(vertex_normals(flat.positions, triangles)[4, 2]) == sign


def test_baking_fills_the_covered_texels_with_interpolated_values() -> None:
    flat = sheet(4)
    picture, covered = bake(flat.uv * 0.5 + 0.25, flat.triangles, flat.positions, 64)
    assert covered[32, 32] and not covered[2, 2]
    np.testing.assert_allclose(picture[32, 32, :2], [(32.5 / 64 - 0.25) * 2] * 2, atol=0.02)


def test_blur_keeps_the_mean_and_flat_relief_points_up() -> None:
    rng = np.random.default_rng(1)
    picture = rng.uniform(size=(32, 48))
    assert blur(picture, 2).mean() == pytest.approx(picture.mean())
    assert (normals_of(np.ones((8, 8)), 3.0) == [128, 128, 255]).all()


def test_noise_is_smooth_bounded_and_repeatable() -> None:
    points = np.linspace(0, 0.1, 400)[:, None] * [1.0, 0.7, 0.3]
    values = noise(points, 0.01, 5)
    assert np.abs(values).max() <= 1
    assert np.abs(np.diff(values)).max() < 0.2
    np.testing.assert_array_equal(values, noise(points, 0.01, 5))


def test_a_written_file_reads_back_the_same(tmp_path: Path) -> None:
    part = sheet(4)
    part.weights = np.column_stack([np.linspace(0, 1, 16), np.linspace(1, 0, 16)])
    part.morphs = {"lift": np.where(part.positions[:, :1] > 0.5, [[0, 0, 0.01]], 0.0)}
    writer = Writer("test")
    writer.skeleton([Joint("hips", -1, np.array([0.0, 1, 0])), Joint("spine", 0, np.array([0.0, 1.2, 0.1]))])
    writer.material(Material("plain", {"baseColorFactor": [1, 1, 1, 1]}))
    writer.part(part)
    path = tmp_path / "a.glb"
    path.write_bytes(writer.bytes())
    glb = Glb.read(path)
    primitive = glb.js["meshes"][0]["primitives"][0]
    np.testing.assert_allclose(glb.accessor(primitive["attributes"]["POSITION"]), part.positions, atol=1e-6)
    np.testing.assert_allclose(glb.values(primitive["targets"][0]["POSITION"]), part.morphs["lift"], atol=1.6e-5)
    assert (glb.accessor(primitive["attributes"]["WEIGHTS_0"]).astype(int).sum(axis=1) == 65_535).all()
    assert glb.js["meshes"][0]["extras"]["targetNames"] == ["lift"]
    np.testing.assert_allclose(glb.js["nodes"][1]["translation"], [0, 0.2, 0.1], atol=1e-6)


def test_a_cut_short_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.glb"
    path.write_bytes(b"glTF" + b"\2\0\0\0" + b"\xff\0\0\0" + b"\0" * 40)
    with pytest.raises(AvatarInvalid):
        Glb.read(path)


def test_joined_parts_keep_each_morph_to_its_own_vertices() -> None:
    a, b = sheet(3), sheet(3)
    a.morphs = {"x": np.ones((9, 3))}
    whole = join("both", [a, b])
    assert whole.morphs["x"][:9].all() and not whole.morphs["x"][9:].any()
    assert whole.triangles.max() == 17


def test_an_unknown_look_is_named_with_those_that_exist() -> None:
    assert find([]) == list(LOOKS.values())
    with pytest.raises(AvatarInvalid, match="nobody") as caught:
        find(["nobody"])
    assert "lin" in caught.value.hint
