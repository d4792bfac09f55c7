"""The head as hair sees it: a surface to grow from and to lie on, with ears as smooth mounds."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from avatar.looks.figure import Figure
from avatar.looks.mesh import triangulate, vertex_normals
from avatar.looks.source import islands

EAR_TARGET = "ears/{s}-ear-wing-incr"  # what this target moves is an ear
REACH = 0.36  # metres below the eyes down to which hair may meet the body
NEAREST = 3  # vertices whose tangent planes are blended


class Scalp:
    """Directions are measured at `centre`: azimuth 0 is forward, positive towards her left; elevation is up; degrees.

    eye [3]: between the eyes. width: metres from the middle to the side of the head. ears: vertices of each.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.centre = self.middle(figure)
        self.eye = figure.joint("leftEye") * [0, 1, 1]
        self.quads, island = figure.source.faces["body"], islands(figure.source)
        normals = vertex_normals(figure.positions, triangulate(self.quads))
        outer = np.unique(self.quads[(island == "head") | (island == "torso")])
        near = figure.positions[outer, 1] > self.eye[1] - REACH
        self.ears = ears = [_ear(figure, side) for side in "lr"]
        outer = np.setdiff1d(outer[near], np.concatenate(ears))
        self._points, self._normals = figure.positions[outer], normals[outer]
        self._ears = [_mound(figure.positions[ear]) for ear in ears]
        on_top = np.abs(self._points[:, 1] - self.eye[1] - 0.035) < 0.012
        self.width = float(np.abs(self._points[on_top, 0]).max())
        head = self.quads[island == "head"]
        self.head = head[~np.isin(head, np.concatenate(ears)).any(axis=1)]

    @staticmethod
    def middle(figure: Figure) -> np.ndarray:
        """The middle of the skull, behind the bridge of the nose."""
        return figure.joint("leftEye") * [0, 1, 1] + [0.0, 0.010, -0.066]

    def angles(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Azimuth and elevation of points [..., 3]."""
        return angles_about(self.centre, points)

    def near(self, points: np.ndarray, *, ears: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Signed distance [k] of points [k, 3] to the skin, metres, and the outward normal [k, 3] there."""
        distance, normal = np.empty(len(points)), np.empty((len(points), 3))
        for k in range(0, len(points), 512):
            distance[k : k + 512], normal[k : k + 512] = self._planes(points[k : k + 512])
        for centre, radii in self._ears if ears else ():
            local = (points - centre) / radii
            size = np.maximum(np.linalg.norm(local, axis=1), 1e-6)
            gap = (size - 1) * size * np.linalg.norm(radii) / np.sqrt(3) / np.maximum(size, 0.5)
            nearer = gap < distance
            slope = local / radii
            slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
            distance = np.where(nearer, gap, distance)
            normal = np.where(nearer[:, None], slope, normal)
        return distance, normal

    def _planes(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        square = (points**2).sum(axis=1)[:, None] - 2 * points @ self._points.T + self._squares
        index = np.argpartition(square, NEAREST, axis=1)[:, :NEAREST]
        weight = 1 / (np.maximum(np.take_along_axis(square, index, axis=1), 0) + 1e-6)
        weight /= weight.sum(axis=1, keepdims=True)
        gap = ((points[:, None] - self._points[index]) * self._normals[index]).sum(axis=2)
        normal = (self._normals[index] * weight[..., None]).sum(axis=1)
        return (gap * weight).sum(axis=1), normal / np.linalg.norm(normal, axis=1, keepdims=True)

    @cached_property
    def _squares(self) -> np.ndarray:
        return (self._points**2).sum(axis=1)[None]

    def at(self, azimuth: np.ndarray, elevation: np.ndarray, *, above: float = 0.0) -> np.ndarray:
        """Points [k, 3] on the skin in those directions, or `above` metres from it; ears are ignored."""
        unit = direction(np.radians(azimuth), np.radians(elevation))
        reach = np.full(len(unit), 0.095)
        for _ in range(6):
            distance, normal = self.near(self.centre + unit * reach[:, None], ears=False)
            reach -= (distance - above) / np.maximum((normal * unit).sum(axis=1), 0.4)
        return self.centre + unit * reach[:, None]

    def sample(self, count: int, grows, rng: np.random.Generator) -> np.ndarray:  # noqa: ANN001
        """Points [count, 3] spread evenly over the scalp where grows(points) [k] in 0..1 beats a draw."""
        corners = self.figure.positions[triangulate(self.head)]
        size = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        pick = rng.choice(len(corners), 24_000, p=size / size.sum())
        a, b = rng.uniform(size=(2, len(pick), 1))
        a, b = np.where(a + b > 1, 1 - a, a), np.where(a + b > 1, 1 - b, b)
        c = corners[pick]
        points = c[:, 0] + a * (c[:, 1] - c[:, 0]) + b * (c[:, 2] - c[:, 0])
        points = points[grows(points) > rng.uniform(size=len(points))]
        return points[spread(points, count)]


def _ear(figure: Figure, side: str) -> np.ndarray:
    moved = figure.source.target(EAR_TARGET.replace("{s}", side))
    return np.flatnonzero(np.abs(moved).max(axis=1) > 1e-5)


def _mound(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre and radii of an ellipsoid around points [n, 3]."""
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, (high - low) / 2 * [1.12, 1.08, 1.12]


def spread(points: np.ndarray, count: int) -> np.ndarray:
    """Indices of `count` of the points [n, d], each the farthest from those before it."""
    count = min(count, len(points))
    chosen = np.zeros(count, int)
    gap = ((points - points[0]) ** 2).sum(axis=1)
    for k in range(1, count):
        chosen[k] = int(gap.argmax())
        gap = np.minimum(gap, ((points - points[chosen[k]]) ** 2).sum(axis=1))
    return chosen


def angles_about(centre: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth and elevation in degrees of points [..., 3] seen from `centre`."""
    away = points - centre
    azimuth = np.degrees(np.arctan2(away[..., 0], away[..., 2]))
    return azimuth, np.degrees(np.arctan2(away[..., 1], np.hypot(away[..., 0], away[..., 2])))


def direction(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit vectors [..., 3] of angles in radians."""
    flat = np.cos(elevation)
    return np.stack([flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)], axis=-1)
