"""Do faces read as they were set? They are drawn, shown to a face tracker, and its reading compared with what was set.

The tracker is MediaPipe's FaceLandmarker (478 landmarks, 51 of the ARKit shapes, the head's matrix), which was trained
on photographs of people: what it reads on a drawn face is a judgement nobody here had a hand in. It is blind to some
shapes even on people; so besides its reading of a shape each sweep tells whether its landmarks followed, and by how
much. A shape whose landmarks follow but whose reading does not is the tracker's blindness, not the mesh's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from animation.mood import MOODS, face_of
from animation.performer.reading import angles
from animation.types import SHAPES, Frames
from avatar.render.browser import FACE, Browser, Stage
from avatar.render.picture import flat, pose, standing
from models.errors import BackendUnavailable
from models.store import Store

SIZE = (320, 320)  # the tracker itself looks at 256 pixels of face
STEPS = 9
GOOD = 0.9  # correlation of what was set with what is read
TRACKER_LENS = 63.0  # degrees, vertical: what FaceLandmarker's geometry takes for granted
NOISE = 0.02  # a reading is not surer than this
VISIBLE = 0.05  # a smaller range of the reading is none
EYES_APART_MM = 62.0
YAW, PITCH, ROLL, GAZE_YAW, GAZE_PITCH = 25.0, 15.0, 15.0, 20.0, 12.0  # degrees to either side
INTENSITIES = (0.6, 0.8, 1.0)

# Swept shape → shapes the tracker should see rise (without Left/Right: both sides), all together one reading.
SWEEPS: dict[str, tuple[str, ...]] = {
    name: (name,)
    for name in (
        "eyeBlink", "eyeSquint", "eyeWide", "browDown", "browInnerUp", "browOuterUp", "jawOpen", "jawLeft", "jawRight",
        "jawForward", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight", "mouthSmile", "mouthFrown",
        "mouthDimple", "mouthStretch", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
        "mouthPress", "mouthLowerDown", "mouthUpperUp", "cheekPuff", "cheekSquint", "noseSneer",
    )
} | {name: (name,) for name in ("eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthSmileRight")}  # fmt: skip
GAZE: dict[str, tuple[tuple[float, float], tuple[str, ...]]] = {  # full gaze in degrees, what rises with it
    "gaze_left": ((GAZE_YAW, 0.0), ("eyeLookOutLeft", "eyeLookInRight")),
    "gaze_right": ((-GAZE_YAW, 0.0), ("eyeLookInLeft", "eyeLookOutRight")),
    "gaze_down": ((0.0, GAZE_PITCH), ("eyeLookDown",)),
    "gaze_up": ((0.0, -GAZE_PITCH), ("eyeLookUp",)),
}
EXPECTED = (  # what has to be read on every avatar
    "eyeBlink", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmile", "mouthPucker", "mouthFunnel", "jawOpen", *GAZE,
)  # fmt: skip
MOODS_SHOW: dict[str, tuple[str, ...]] = {  # mood → what is to be read more of than in a neutral face, "-": less of
    "warm": ("mouthSmile",),
    "glad": ("mouthSmile", "eyeSquint"),
    "serious": ("browDown", "-mouthSmile"),
    "sorry": ("browInnerUp", "-mouthSmile"),
    "worried": ("browInnerUp", "-mouthSmile"),
    "surprised": ("browInnerUp", "browOuterUp", "eyeWide", "jawOpen"),
    "angry": ("browDown", "eyeSquint", "-mouthSmile"),
}
HEAD: dict[str, tuple[float, float, float]] = {"yaw": (YAW, 0, 0), "pitch": (0, PITCH, 0), "roll": (0, 0, ROLL)}


@dataclass(frozen=True)
class Reading:
    """shapes: float [52] in SHAPES order (tongueOut is not read, 0); head: yaw, pitch, roll in degrees, signs as in
    `Frames`; landmarks: [478, 3] in pixels, the head's own turn included."""

    shapes: np.ndarray
    head: np.ndarray
    landmarks: np.ndarray


See = Callable[[Frames], Reading | None]


class Reader:
    """MediaPipe's FaceLandmarker on still pictures. Raises BackendUnavailable without the `capture` extra."""

    def __init__(self, store: Store | None = None) -> None:
        try:
            import mediapipe as mp
            from mediapipe.tasks.python import BaseOptions
            from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions
        except ImportError as error:
            raise BackendUnavailable("Reading faces needs MediaPipe.", hint='pip install -e ".[capture]"') from error
        self._mp = mp
        weights = (store or Store.default()).path("face-landmarker") / "face_landmarker.task"
        self._landmarker = FaceLandmarker.create_from_options(
            FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(weights)),
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._landmarker.close()

    def read(self, pixels: np.ndarray) -> Reading | None:
        """What is seen in uint8 [height, width, 3]; None where it sees no face."""
        image = self._mp.Image(image_format=self._mp.ImageFormat.SRGB, data=np.ascontiguousarray(pixels))
        seen = self._landmarker.detect(image)
        if not seen.face_blendshapes:
            return None
        scores = {category.category_name: category.score for category in seen.face_blendshapes[0]}
        height, width = pixels.shape[:2]
        landmarks = np.array([(p.x * width, p.y * height, p.z * width) for p in seen.face_landmarks[0]])
        return Reading(
            np.array([scores.get(name, 0.0) for name in SHAPES]),
            angles(np.asarray(seen.facial_transformation_matrixes[0])[:3, :3]),
            landmarks,
        )


def slots(names: Iterable[str]) -> list[int]:
    """Positions in SHAPES of full names, or of both sides of names without Left/Right."""
    return [i for i, shape in enumerate(SHAPES) if shape in names or shape.removesuffix("Left") in names
            or shape.removesuffix("Right") in names]  # fmt: skip


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's r; 0 where one of them does not vary."""
    x, y = np.asarray(a, float) - np.mean(a), np.asarray(b, float) - np.mean(b)
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / size) if size > 1e-9 else 0.0


def followed(readings: Sequence[Reading]) -> tuple[np.ndarray, float]:
    """How far the landmarks went along the way from the first reading to the last (share, [n]), and the way of the
    landmark that went farthest, in mm of a face whose eyes are 62 mm apart."""
    paths = np.array([reading.landmarks[:, :2] - readings[0].landmarks[:, :2] for reading in readings])
    way = paths[-1].ravel()
    apart = np.linalg.norm(readings[0].landmarks[468, :2] - readings[0].landmarks[473, :2])  # iris centres
    farthest = np.linalg.norm(paths[-1], axis=1).max() / apart * EYES_APART_MM
    return paths.reshape(len(paths), -1) @ way / max(way @ way, 1e-9), float(farthest)


def sweep(see: See, poses: Sequence[Frames], values: np.ndarray, names: Iterable[str]) -> dict[str, Any]:
    """One shape from nothing to all: the reading's correlation and ends, and what the landmarks did."""
    readings = [see(each) for each in poses]
    if any(reading is None for reading in readings):
        return {"r": 0.0, "lost": sum(reading is None for reading in readings)}
    read = [float(reading.shapes[slots(names)].mean()) for reading in readings]
    share, way = followed(readings)
    return {
        "r": round(correlation(values, read), 3),
        "from": round(read[0], 3),
        "to": round(read[-1], 3),
        "landmarks_r": round(correlation(values, share), 3),
        "landmarks_mm": round(way, 1),
    }


def turns(see: See, full: Sequence[float], axis: int, steps: int) -> dict[str, Any]:
    """The head turned from one side to the other: correlation, and degrees read per degree set."""
    values = np.linspace(-1.0, 1.0, steps)
    readings = [see(pose(head=tuple(value * np.asarray(full)))) for value in values]
    seen = [k for k, reading in enumerate(readings) if reading is not None]
    given = values[seen] * full[axis]
    read = np.array([readings[k].head[axis] for k in seen])
    gain, offset = np.polyfit(given, read, 1)
    return {
        "r": round(correlation(given, read), 3),
        "gain": round(float(gain), 2),
        "error_deg": round(float(np.abs(read - given - offset).max()), 1),
        "lost": steps - len(seen),
    }


def measure(stage: Stage, reader: Reader, steps: int = STEPS) -> dict[str, Any]:
    """Everything about the avatar on `stage`, moods aside. Sets the camera and leaves it at FACE."""
    seen: dict[bytes, Reading | None] = {}  # the face at rest begins every sweep

    def see(frames: Frames) -> Reading | None:
        key = flat(frames).tobytes()
        if key not in seen:
            seen[key] = reader.read(stage.picture(frames))
        return seen[key]

    # The tracker takes every camera for one of 63 degrees; through our long lens it reads turns too small.
    stage.view(replace(FACE, lens=TRACKER_LENS))
    head = {name: turns(see, full, axis, steps) for axis, (name, full) in enumerate(HEAD.items())}
    stage.view(FACE)
    seen.clear()
    values = np.linspace(0.0, 1.0, steps)
    shapes = {name: sweep(see, [pose({name: v}) for v in values], values, names) for name, names in SWEEPS.items()}
    gaze = {
        name: sweep(see, [pose(gaze=(v * full[0], v * full[1])) for v in values], values, names)
        for name, (full, names) in GAZE.items()
    }
    return {"head": head, "shapes": shapes | gaze}


def read_moods(stage: Stage, reader: Reader) -> dict[str, np.ndarray]:
    """Readings float [len(INTENSITIES), 52] of every mood on the avatar on `stage`."""
    out = {}
    for mood in MOODS:
        faces = np.array([face_of("speaking", mood, intensity) for intensity in INTENSITIES])
        seen = [reader.read(stage.picture(standing(face[None]))) for face in faces]
        out[mood] = np.array([np.zeros(len(SHAPES)) if reading is None else reading.shapes for reading in seen])
    return out


def mood_changes(read: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Mood → what MOODS_SHOW tells of it, and by how much its reading at full intensity differs from the neutral
    face's in that direction: positive is as intended. read: as `read_moods` gives it."""
    plain, out = read["neutral"][-1], {}
    for mood, shapes in MOODS_SHOW.items():
        change = read[mood][-1] - plain
        signed = {name: (-1 if name.startswith("-") else 1, slots((name.removeprefix("-"),))) for name in shapes}
        out[mood] = {name: round(float(sign * change[where].mean()), 3) for name, (sign, where) in signed.items()}
    return out


def confusion(read: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, int]]:
    """Mood shown → mood read, counted over avatars and intensities. A face, less that avatar's mean face, belongs to
    the mood whose mean over the *other* avatars is nearest, in units of the spread within moods. Needs two avatars."""
    centred = {}
    for avatar, moods in read.items():
        mean = np.mean([rows.mean(axis=0) for rows in moods.values()], axis=0)
        centred[avatar] = {mood: rows - mean for mood, rows in moods.items()}
    table = {mood: dict.fromkeys(MOODS, 0) for mood in MOODS}
    for avatar, moods in centred.items():
        others = [other for name, other in centred.items() if name != avatar]
        centres = {mood: np.mean([other[mood].mean(axis=0) for other in others], axis=0) for mood in MOODS}
        within = np.concatenate([other[mood] - centres[mood] for other in others for mood in MOODS])
        scale = np.sqrt((within**2).mean(axis=0)) + NOISE
        for mood, rows in moods.items():
            for row in rows:
                away = [np.linalg.norm((row - centre) / scale) for centre in centres.values()]
                table[mood][list(centres)[int(np.argmin(away))]] += 1
    return table


def run(avatars: Sequence[str], *, steps: int = STEPS) -> dict[str, Any]:
    """Measure every avatar of `avatars` (names of built looks)."""
    found, moods = {}, {}
    with Browser() as browser, Reader() as reader:
        for avatar in avatars:
            with browser.stage(avatar, size=SIZE, view=FACE) as stage:
                found[avatar] = measure(stage, reader, steps)
                moods[avatar] = read_moods(stage, reader)
    for avatar, read in moods.items():
        found[avatar]["moods"] = mood_changes(read)
    return summary(found) | ({"moods": judged(confusion(moods))} if len(avatars) > 1 else {}) | {"avatars": found}


def closed_loop(avatars: Sequence[str], *, steps: int = STEPS) -> dict[str, Any]:
    """Only the shapes, for other benchmarks: `correlations` of every avatar of `avatars`."""
    found = {}
    with Browser() as browser, Reader() as reader:
        for avatar in avatars:
            with browser.stage(avatar, size=SIZE, view=FACE) as stage:
                found[avatar] = measure(stage, reader, steps)
    return correlations(found)


def correlations(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """avatars: avatar → shape → r of what was set with what is read, for the shapes the tracker sees on that face and
    for all of EXPECTED; min_correlation: the least of them; below_0.9: those that fall short, as "avatar.shape"."""
    seen = {
        avatar: {name: row["r"] for name, row in all_["shapes"].items() if name in EXPECTED or visible(row)}
        for avatar, all_ in found.items()
    }
    flat_ = {f"{avatar}.{name}": r for avatar, rows in seen.items() for name, r in rows.items()}
    return {
        "min_correlation": min(flat_.values()),
        "below_0.9": {name: r for name, r in flat_.items() if r < GOOD},
        "avatars": seen,
    }


def visible(row: Mapping[str, float]) -> bool:
    """Whether the tracker has an eye for a swept shape; a face that it lost, or a reading that falls as the shape
    rises, counts as seen wrongly."""
    return "lost" in row or abs(row["to"] - row["from"]) >= VISIBLE


def summary(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of all avatars together.

    short: read, but not as set. unseen: hardly read at all (the range of the reading is below VISIBLE); with
    `landmarks_r` high the mesh moves and the tracker has no eye for it, at least from this face at rest.
    """
    rows = {f"{avatar}.{name}": row for avatar, all_ in found.items() for name, row in all_["shapes"].items()}
    unseen = {name: row for name, row in rows.items() if not visible(row)}
    short = {name: row for name, row in rows.items() if row["r"] < GOOD and name not in unseen}
    return {
        "min_correlation": correlations(found)["min_correlation"],
        "below_0.9": correlations(found)["below_0.9"],
        "sweeps": len(rows),
        "read_as_set": len(rows) - len(unseen) - len(short),
        "least_r": min(row["r"] for name, row in rows.items() if name.split(".")[1] in EXPECTED),
        "least_landmarks_r": min(row.get("landmarks_r", 0.0) for row in rows.values()),
        "head_least_r": min(turn["r"] for all_ in found.values() for turn in all_["head"].values()),
        "moods_astray": [
            f"{avatar}.{mood}.{name}"
            for avatar, all_ in found.items()
            for mood, shows in all_.get("moods", {}).items()
            for name, change in shows.items()
            if change <= 0
        ],
        "short": short,
        "unseen": unseen,
    }


def judged(table: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    right, all_ = sum(table[mood][mood] for mood in table), sum(sum(row.values()) for row in table.values())
    return {"accuracy": round(right / all_, 3), "confusion": table}
