"""A garment from the form: relaxed off the body, given the lines of cut cloth, folded, lengthened, hemmed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from avatar.looks import skeleton
from avatar.looks.clothes.form import Form, share
from avatar.looks.clothes.tubes import Profile
from avatar.looks.fields import ramp
from avatar.looks.mesh import Part, smooth, vertex_normals
from avatar.looks.noise import noise

LEGROOM = 0.008  # metres between a skirt and the cloth of the legs
RELAX = 6  # rounds of smoothing and pushing out
NEAREST = 0.3  # cloth keeps at least this share of its clearance


@dataclass(frozen=True)
class Fit:
    """How a garment is cut; lengths in metres.

    clearance: from the tights (which are 5 mm off the skin). fall: how fast the trunk may come in below a bulge, metres
    per metre (0 hangs straight down). ease: (height above the hips joint, extra) pairs for the trunk.
    sleeve, leg: (share of the limb's length, extra) pairs; sleeve_fall, leg_fall as `fall`.
    folds: height of folds at elbows, waist and knees. crease: of the many small ones.
    """

    clearance: float = 0.004
    fall: float = 0.5
    ease: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    sleeve: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 0.0))
    sleeve_fall: float = 0.12
    leg: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 0.0))
    leg_fall: float = 0.10
    folds: float = 0.004
    crease: float = 0.001
    seed: int = 3
    trunk: bool = True
    limbs: tuple[str, ...] = ("leftArm", "rightArm", "leftLeg", "rightLeg")


@dataclass
class Cloth:
    """A whole garment over the form, before it is cut: positions [n, 3] in the form's order, the trunk's profile."""

    form: Form
    fit: Fit
    positions: np.ndarray
    trunk: Profile
    profiles: dict[str, Profile] = field(default_factory=dict)

    @classmethod
    def cut(cls, form: Form, fit: Fit, *, longest: float | None = None) -> Cloth:
        """longest: height in metres the trunk's profile reaches down to (skirts); by default just below the hips."""
        relaxed = _relax(form, fit.clearance)
        bottom = form.hips[1] - 0.12 if longest is None else longest
        trunk = _trunk_profile(form, fit, relaxed, bottom)
        out = cls(form, fit, relaxed, trunk)
        moved, used = np.zeros_like(relaxed), np.zeros(len(relaxed))
        if fit.trunk:
            top = form.neck[1]
            mine = ramp(form.on_arm, 0.30, 0.03) * ramp(form.on_leg, 0.9, 0.2)
            mine *= ramp(form.positions[:, 1], top - 0.035, top - 0.10)
            out._add(moved, used, "trunk", trunk, mine)
        for limb in fit.limbs:
            mask = (form.arm if "Arm" in limb else form.leg)[limb.removesuffix("Arm").removesuffix("Leg")]
            profile = _limb_profile(form, fit, relaxed, limb, mask)
            out.profiles[limb] = profile
            out._add(moved, used, limb, profile, share(mask))
        cloth = moved + relaxed * (1 - used)[:, None]
        keep = fit.clearance * NEAREST
        cloth = _push(smooth(cloth, form.edges, 1), form.positions, form.normals, min(keep, fit.clearance))
        out.positions = smooth(cloth, form.edges, 1) + form.normals * _folds(form, fit, cloth)[:, None]
        return out

    def _add(self, moved: np.ndarray, used: np.ndarray, name: str, profile: Profile, mine: np.ndarray) -> None:
        tube = self.form.tubes[name]
        s, angle, _ = tube.coords(self.positions)
        moved += tube.points(s, angle, profile.at(s, angle)) * mine[:, None]
        used += mine

    def part(self, name: str, material: str) -> Part:
        """The uncut garment."""
        return Part(name, self.positions, self.form.triangles, self.form.weights, material)


def _relax(form: Form, clearance: float) -> np.ndarray:
    calm = smooth(form.positions, form.edges, 3)
    cloth = calm + form.normals * clearance
    for _ in range(RELAX):
        cloth = _push(smooth(cloth, form.edges, 2), form.positions, form.normals, clearance)
    return smooth(cloth, form.edges, 2)


def _push(cloth: np.ndarray, body: np.ndarray, normals: np.ndarray, clearance: float) -> np.ndarray:
    """Move points out until they lie `clearance` beyond the body along its normals."""
    short = clearance - ((cloth - body) * normals).sum(axis=1)
    return cloth + normals * np.maximum(short, 0.0)[:, None]


def _trunk_profile(form: Form, fit: Fit, relaxed: np.ndarray, bottom: float) -> Profile:
    tube = form.tubes["trunk"]
    mine = form.on_arm < 0.25
    low = form.hips[1] - 0.09
    profile = Profile.around(tube, relaxed[mine], 0.03, tube.start[1] - bottom)
    if bottom < low:  # below the crotch a skirt spans the gap between the legs
        span = Profile.spanning(tube, relaxed[mine], 0.03, tube.start[1] - bottom)
        share = ramp(profile.levels, tube.start[1] - form.hips[1], tube.start[1] - form.hips[1] + 0.10)[:, None]
        reach = profile.radius * (1 - share) + np.maximum(profile.radius, span.radius + LEGROOM) * share
        profile = Profile(profile.first, reach).even(1, 4).hang(0.35)
    levels = [tube.start[1] - (form.hips[1] + height) for height, _ in fit.ease]
    order = np.argsort(levels)
    eased = profile.hang(fit.fall).ease([levels[k] for k in order], [fit.ease[k][1] for k in order])
    return eased.even(3, 2)


def _limb_profile(form: Form, fit: Fit, relaxed: np.ndarray, limb: str, mask: np.ndarray) -> Profile:
    tube = form.tubes[limb]
    length = tube.levels[-1]
    pairs, fall = (fit.sleeve, fit.sleeve_fall) if "Arm" in limb else (fit.leg, fit.leg_fall)
    mine = mask > 0.5
    if "Leg" in limb:  # not the feet
        mine &= relaxed[:, 1] > relaxed[:, 1].min() + 0.10
    profile = Profile.around(tube, relaxed[mine], 0.0, length)
    eased = profile.hang(fall).ease([share * length for share, _ in pairs], [extra for _, extra in pairs])
    return eased.even(3, 2)


def _folds(form: Form, fit: Fit, cloth: np.ndarray) -> np.ndarray:
    """Heights [n] of folds: slanting ones inside the elbow and behind it, pulls at the armpit, softer at the waist."""
    height = np.zeros(len(cloth))
    for limb in fit.limbs:
        tube = form.tubes[limb]
        s, angle, radius = tube.coords(cloth)
        at = s / tube.levels[-1]
        mask = (form.arm if "Arm" in limb else form.leg)[limb.removesuffix("Arm").removesuffix("Leg")]
        bend = np.exp(-(((at - 0.50) / 0.15) ** 2)) * (0.30 + 0.70 * np.cos(angle / 2) ** 4)
        low = np.exp(-(((at - 0.92) / 0.09) ** 2)) * (0.5 if "Arm" in limb else 0.8)
        sign = np.sign(tube.start[0])
        patchy = 0.6 + 0.5 * noise(cloth, 0.05, fit.seed + 7)
        phase = s / 0.046 + 0.30 * np.abs(angle - 0.5 * sign) + 0.75 * noise(cloth, 0.07, fit.seed)
        ridges = np.sin(phase * 2 * np.pi) * patchy
        ridges = np.where(ridges > 0, ridges, 0.5 * ridges)
        height += share(mask) * (bend + low) * ridges * fit.folds
    body = ramp(form.on_arm, 0.6, 0.1)
    waist = np.exp(-(((cloth[:, 1] - form.waist) / 0.07) ** 2)) * body * ramp(np.abs(cloth[:, 0]), 0.02, 0.09)
    slant = np.sin(
        (cloth[:, 1] + 0.5 * np.abs(cloth[:, 0])) / 0.052 * 2 * np.pi + 2.0 * noise(cloth, 0.1, fit.seed + 1)
    )
    height += waist * slant * fit.folds * 0.55
    pull = np.exp(-(((form.on_arm - 0.35) / 0.22) ** 2)) * ramp(cloth[:, 1], form.neck[1] - 0.06, form.neck[1] - 0.12)
    height += pull * np.sin((np.abs(cloth[:, 0]) * 0.8 + cloth[:, 1]) / 0.034 * 2 * np.pi) * fit.folds * 0.45
    return height + noise(cloth, 0.035, fit.seed + 2) * fit.crease


def lengthen(part: Part, cloth: Cloth, level: float, to: float, name: str = "trunk", step: float = 0.03) -> Part:
    """Let the open edge that lies at a level of a tube hang on along the garment's profile to the level `to`.

    Levels are metres along the tube; below the hips the cloth follows the thighs a little, on a limb the limb.
    """
    tube = cloth.form.tubes[name]
    profile = cloth.trunk if name == "trunk" else cloth.profiles[name]
    edges = border_edges(part)
    s, _, radius = tube.coords(part.positions)
    arm = part.weights[:, skeleton.arm("left") + skeleton.arm("right")].sum(axis=1) > 0.4
    near = radius < (0.45 if name == "trunk" else 0.16)
    at_edge = (np.abs(s - level) < 0.004) & near & (arm == ("Arm" in name))
    ring = edges[at_edge[edges].all(axis=1)]
    used, ends = np.unique(ring, return_inverse=True)
    a, b = ends.reshape(-1, 2).T
    s, angle, radius = tube.coords(part.positions[used])
    rows = max(1, int(np.ceil((to - level) / step)))
    positions, triangles, weights = [part.positions], [part.triangles], [part.weights]
    before, count = used, len(part.positions)
    offset = radius - profile.at(s, angle)
    for row in range(1, rows + 1):
        here_level = s + (to - s) * row / rows
        positions.append(tube.points(here_level, angle, profile.at(here_level, angle) + offset * 0.8**row))
        above = part.weights[used]
        weights.append(_hanging_weights(cloth.form, above, positions[-1], row) if name == "trunk" else above)
        here = count + np.arange(len(used))
        triangles += [np.stack([before[b], before[a], here[a]], 1), np.stack([before[b], here[a], here[b]], 1)]
        before, count = here, count + len(used)
    return replace(
        part, positions=np.concatenate(positions), triangles=np.concatenate(triangles), weights=np.concatenate(weights),
        normals=None, weld=None,
    )  # fmt: skip


def _hanging_weights(form: Form, above: np.ndarray, points: np.ndarray, row: int) -> np.ndarray:
    """Below the hips cloth follows the hips more and more, and the thigh on its side a little."""
    out = above * 0.75**row
    out[:, skeleton.columns("hips")] += 1 - 0.75**row
    depth = ramp(points[:, 1], form.hips[1] - 0.05, form.hips[1] - 0.40) * 0.55
    for side, sign in (("left", 1), ("right", -1)):
        mine = depth * ramp(points[:, 0] * sign, -0.06, 0.10)
        out *= (1 - mine)[:, None]
        out[:, skeleton.columns(f"{side}UpperLeg")] += mine[:, None]
    return out / out.sum(axis=1, keepdims=True)


def border_edges(part: Part) -> np.ndarray:
    """Open edges [e, 2], directed as in their triangle."""
    t = part.triangles
    pairs = np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]])
    key = np.sort(pairs, axis=1)
    _, first, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    return pairs[first[count == 1]]


def hem(part: Part, thick: float, where: np.ndarray | None = None, tuck: float = 0.010) -> Part:
    """Give open edges thickness: the cloth turns round its edge and runs back a little on the inside.

    where [n]: vertices whose edges are hemmed; all when none are given.
    """
    edges = border_edges(part)
    if where is not None:
        edges = edges[where[edges].all(axis=1)]
    used, ends = np.unique(edges, return_inverse=True)
    ends = ends.reshape(-1, 2)
    normals = vertex_normals(part.positions, part.triangles)
    p, n = part.positions[used], normals[used]
    along = part.positions[edges[:, 1]] - part.positions[edges[:, 0]]
    # With triangles wound counter-clockwise the inside lies left of a directed edge, so this points away from it.
    away = np.cross(along, normals[edges].mean(axis=1))
    out = np.zeros_like(p)
    for k in range(2):
        np.add.at(out, ends[:, k], away)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    rows = [p + out * thick * 0.42 - n * thick * 0.5, p - n * thick]
    rows += [p - out * tuck - n * thick] if tuck else []
    triangles, before = [part.triangles], used
    a, b = ends.T
    for k in range(len(rows)):
        here = len(part.positions) + k * len(used) + np.arange(len(used))
        triangles += [np.stack([before[b], before[a], here[a]], 1), np.stack([before[b], here[a], here[b]], 1)]
        before = here
    repeat = len(rows)

    def extend(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.concatenate([values, *[values[used]] * repeat])

    return replace(
        part, positions=np.concatenate([part.positions, *rows]), triangles=np.concatenate(triangles),
        weights=extend(part.weights), uv=extend(part.uv), colour=extend(part.colour), normals=None, weld=None,
    )  # fmt: skip


def unwrap(part: Part, form: Form, tile: float) -> Part:
    """Give a garment texture coordinates in repeats of a square of cloth `tile` metres wide.

    Along the trunk and each limb v runs down and u around, a whole number of times; edges between them are seams.
    """
    arms = np.stack([part.weights[:, skeleton.arm(side)].sum(axis=1) for side in skeleton.SIDES], axis=1)
    crotch = form.hips[1] - 0.085
    legs = part.positions[:, 1] < crotch
    region = np.where(arms.max(axis=1) > 0.5, 1 + arms.argmax(axis=1), 0)
    if part.name == "trousers":
        region = np.where(legs, 3 + (part.positions[:, 0] < 0), region)
    of = np.array([np.bincount(row, minlength=5).argmax() for row in region[part.triangles]])
    uv = np.zeros((len(part.triangles), 3, 2))
    for number, name in enumerate(("trunk", "leftArm", "rightArm", "leftLeg", "rightLeg")):
        mine = of == number
        if not mine.any():
            continue
        tube = form.tubes[name]
        corners = part.triangles[mine]
        s, angle, radius = tube.coords(part.positions[corners.ravel()])
        angle = angle.reshape(-1, 3)
        angle = angle[:, :1] + np.angle(np.exp(1j * (angle - angle[:, :1])))
        if name == "trunk":  # over the shoulders lengths run outwards from the neck
            s = np.hypot(s + 0.02, radius - 0.05)
        wide = radius[part.positions[corners.ravel(), 1] > form.hips[1] - 0.1] if name == "trunk" else radius
        repeats = max(1, round(2 * np.pi * float(np.median(wide)) / tile))
        uv[mine, :, 0] = angle / (2 * np.pi) * repeats
        uv[mine, :, 1] = s.reshape(-1, 3) / tile
    keys = np.column_stack([part.triangles.ravel(), np.round(uv.reshape(-1, 2) * 512).astype(int), np.repeat(of, 3)])
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    at = part.triangles.ravel()[first]
    colour = None if part.colour is None else part.colour[at]
    return replace(
        part, positions=part.positions[at], weights=part.weights[at], uv=uv.reshape(-1, 2)[first], colour=colour,
        triangles=inverse.reshape(-1, 3), weld=np.unique(at, return_inverse=True)[1], normals=None,
    )  # fmt: skip
