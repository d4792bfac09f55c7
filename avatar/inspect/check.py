"""Looks at a file from every side and says what will work, what will not, and what to do about it.

A finding is `good` (works), `poor` (works with a loss, or not as it should) or `bad` (does not work at all).
"""

from __future__ import annotations

import io
import logging
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from animation.calibrate import Calibration, calibrate
from animation.types import JOINTS, SHAPES
from avatar.inspect.face import Face, face_of
from avatar.inspect.gltf import Gltf, Primitive
from avatar.inspect.names import FINGERS, bone_of, oculus_of, shapes_of
from avatar.inspect.posture import TURN, ease_of, eased, hands_of
from avatar.inspect.skin import skin_findings
from avatar.inspect.vrm import Vrm
from models.errors import AvatarInvalid

log = logging.getLogger(__name__)

Level = Literal["good", "poor", "bad"]
HEAVY_BYTES, HEAVY_TRIANGLES, HEAVY_PIXELS = 20 * 2**20, 100_000, 2048
EYES = ("leftEye", "rightEye")

# What is lost without a shape, by what it is for. The speech shapes are those that `animation.visemes` drives.
_LOSSES: dict[str, tuple[str, ...]] = {
    "rounded sounds (u ü o sh) look like open ones": ("mouthFunnel", "mouthPucker"),
    "i and s do not spread the lips": ("mouthStretchLeft", "mouthStretchRight"),
    "f and v do not reach the teeth": ("mouthRollLower", "mouthUpperUpLeft", "mouthUpperUpRight", "mouthShrugLower"),
    "th shows no tongue": ("tongueOut",),
    "she does not blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "she does not smile": ("mouthSmileLeft", "mouthSmileRight"),
    "moods do not reach the brows": ("browInnerUp", "browDownLeft", "browDownRight"),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    level: Level
    about: str
    text: str


@dataclass
class Report:
    """facts: plain figures of the file. rig: its rig.json, None when the mouth cannot be driven."""

    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    rig: dict[str, Any] | None = None

    @property
    def usable(self) -> bool:
        return all(finding.level != "bad" for finding in self.findings)

    def add(self, level: Level, about: str, text: str) -> None:
        self.findings.append(Finding(level, about, text))

    def as_dict(self) -> dict[str, Any]:
        return {"usable": self.usable, "facts": self.facts, "findings": [vars(finding) for finding in self.findings]}


def check(path: Path | str) -> Report:
    """Raises AvatarInvalid for a file that is no readable GLB or VRM at all."""
    gltf = Gltf.read(path)
    vrm, report = Vrm.of(gltf), Report()
    primitives = list(gltf.primitives())
    if not primitives:
        raise AvatarInvalid(f"{gltf.path.name} holds no meshes.", hint="Export the model with its meshes.")
    face = face_of(gltf, primitives, vrm)
    _size(report, gltf, primitives, vrm)
    _textures(report, gltf)
    for level, text in skin_findings(gltf, primitives):
        report.add(level, "skin", text)
    bones = _bones(report, gltf, vrm)
    _shapes(report, primitives, face, vrm)
    calibration = _mouth(report, face)
    if calibration is not None:
        report.rig = rig_of(gltf, face, calibration, bones)
    return report


def _size(report: Report, gltf: Gltf, primitives: list[Primitive], vrm: Vrm) -> None:
    size, triangles = gltf.path.stat().st_size, sum(len(p.triangles) for p in primitives)
    height = max(p.positions[:, 1].max(initial=0.0) for p in primitives)
    report.facts |= {
        "file": gltf.path.name, "bytes": size, "format": f"VRM {vrm.version}.x" if vrm.version else "GLB",
        "title": vrm.title, "licence": vrm.licence or str((gltf.js.get("asset") or {}).get("copyright", "")),
        "meshes": len({p.mesh for p in primitives}), "triangles": triangles,
        "vertices": sum(len(p.positions) for p in primitives), "height_m": round(float(height), 3),
    }  # fmt: skip
    if size > HEAVY_BYTES:
        report.add("poor", "size", f"{size / 2**20:.0f} MB take long to load; 20 MB are plenty for a page.")
    if triangles > HEAVY_TRIANGLES:
        report.add("poor", "size", f"{triangles:,} triangles are slow on phones; 60,000 suffice.")
    if not 0.15 < height < 3.0:
        report.add("poor", "size", f"It is {height:.2f} m high; glTF is in metres. Scale it to a person.")


def _textures(report: Report, gltf: Gltf) -> None:
    rows = []
    for i, image in enumerate(gltf.rows("images")):
        name = str(image.get("name") or image.get("uri") or i)[:60]
        if "bufferView" not in image:
            if not str(image.get("uri", "")).startswith("data:"):
                report.add("bad", "textures", f"Picture {name} lies outside the file. Export it as one GLB.")
            continue
        data = _picture(gltf, image)
        width, height = _pixels(data)
        rows.append({"name": name, "bytes": len(data), "width": width, "height": height})
        if not width and image.get("mimeType") != "image/ktx2":
            report.add("poor", "textures", f"Picture {name} cannot be decoded.")
        if max(width, height) > HEAVY_PIXELS:
            report.add("poor", "textures", f"Picture {name} has {width}×{height} pixels; {HEAVY_PIXELS} suffice.")
    report.facts["textures"] = rows


def _picture(gltf: Gltf, image: dict[str, Any]) -> bytes:
    views = gltf.rows("bufferViews")
    index = image["bufferView"]
    if not isinstance(index, int) or not 0 <= index < len(views):
        return b""
    start, length = int(views[index].get("byteOffset", 0)), int(views[index].get("byteLength", 0))
    return gltf.blob[start : start + length] if min(start, length) >= 0 else b""


def _pixels(data: bytes) -> tuple[int, int]:
    """Width and height from the picture's header; (0, 0) when it is none that browsers show."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                return picture.size
    except Exception as error:  # Pillow raises many kinds for broken data; all mean the same here
        log.debug("a picture of %d bytes cannot be read: %s", len(data), error)
        return 0, 0


def _bones(report: Report, gltf: Gltf, vrm: Vrm) -> dict[str, int]:
    """Humanoid bone → node, from the VRM or by the nodes' names."""
    nodes = gltf.rows("nodes")
    found = {bone: node for bone, node in vrm.bones.items() if 0 <= node < len(nodes)}
    joints = {joint for skin in gltf.rows("skins") for joint in skin.get("joints", ())}
    for i in sorted(joints or range(len(nodes)), key=int):
        if 0 <= i < len(nodes) and (bone := bone_of(str(nodes[i].get("name", "")))):
            found.setdefault(bone, i)
    missing = [joint for joint in JOINTS if joint not in found]
    report.facts["bones"] = {"found": sorted(found), "missing": missing}
    if not missing:
        report.add("good", "bones", "All 13 joints of the upper body are there: posture and gestures work.")
    elif "head" in missing:
        report.add("poor", "bones", "There is no head bone: she talks, but neither nods nor turns.")
    else:
        report.add("poor", "bones", f"Without {', '.join(missing)} those parts stay still.")
    fingers = sum(bone in found for bone in FINGERS)
    if not missing and fingers < len(FINGERS):
        report.add("poor", "bones", f"{fingers} of {len(FINGERS)} finger joints: hands keep their shape.")
    return found


def _shapes(report: Report, primitives: list[Primitive], face: Face, vrm: Vrm) -> None:
    names = sorted({name for p in primitives for name in p.morphs})
    have = set(face.recipe)
    missing = [shape for shape in SHAPES if shape not in have]
    renamed = {shape: next(iter(row)) for shape, row in face.recipe.items() if list(row) != [shape]}
    report.facts["shapes"] = {
        "arkit": len(have), "missing": missing, "source": face.source, "vrm": sorted(vrm.expressions),
        "renamed": renamed if face.source == "arkit" else {},
        "oculus": sorted({oculus_of(name) for name in names} - {""}),
        "unknown": [name for name in names if not shapes_of(name) and not oculus_of(name)][:100],
    }  # fmt: skip
    bad = [n for p in primitives for n, move in p.morphs.items() if not np.isfinite(move).all()]
    if bad:
        report.add("bad", "shapes", f"{len(bad)} shapes hold numbers that are none (NaN), such as {bad[0]}.")
    if not names:
        report.add("bad", "shapes", "There are no shapes (morph targets) at all: the face cannot move.")
        return
    if not missing:
        report.add("good", "shapes", "All 52 ARKit shapes are there.")
    elif face.source in ("vrm", "oculus"):
        kind = "VRM expressions" if face.source == "vrm" else "Oculus visemes"
        report.add("poor", "shapes", f"No ARKit shapes: the mouth is made of {kind}, which is coarser.")
    else:
        report.add("poor", "shapes", f"{len(have)} of 52 ARKit shapes.")
    for loss, needed in _LOSSES.items():
        absent = [shape for shape in needed if shape not in have]
        if absent and have:
            level: Level = "poor"
            report.add(level, "shapes", f"Without {', '.join(absent)}: {loss}.")
    if vrm.covers:
        report.add("poor", "shapes", f"{', '.join(vrm.covers)} stop the mouth by the file's own rule (overrideMouth).")
    if not have & {f"eyeLook{d}Left" for d in ("In", "Out", "Up", "Down")} and not set(
        report.facts["bones"]["found"]
    ) & set(EYES):
        report.add("poor", "shapes", "Neither eyeLook shapes nor eye bones: the eyes do not move.")


def _mouth(report: Report, face: Face) -> Calibration | None:
    try:
        made = calibrate(face.surface)
    except AvatarInvalid as problem:
        report.add("bad", "mouth", f"{problem.message} {problem.hint}")
        return None
    opening = float(made.upper["jawOpen"][1] - made.lower["jawOpen"][1])
    gains = [gain for jaw, gain in made.closure if jaw >= 0.2]  # below, what the lips rest apart by counts too
    report.facts["mouth"] = {
        "width_mm": round(made.lips.width_mm, 1), "rest_gap_mm": round(made.rest_gap_mm, 3),
        "jaw_opens_mm": round(opening, 1), "close_per_jaw": max(gains), "incisor_mm": made.incisor_mm,
        "lip_to_teeth_mm": made.touch_mm,
    }  # fmt: skip
    if max(gains) > 1.0 + 0.05:
        text = f"mouthClose must go to {max(gains):.2f} of jawOpen to close the lips; up to that they will close."
        report.add("poor", "mouth", text)
    else:
        report.add("good", "mouth", f"The lips close over the open jaw (b p m) at {max(gains):.2f} of jawOpen.")
    if made.rest_gap_mm > 0.5:
        report.add("poor", "mouth", f"At rest the lips stand {made.rest_gap_mm:.1f} mm apart.")
    if made.incisor_mm is None:
        report.add("poor", "mouth", "No upper teeth were found: f and v aim at where they usually are.")
    elif made.touch_mm is None or made.touch_mm > 1.0:
        report.add("poor", "mouth", f"For f and v the lower lip comes to {made.touch_mm or '?'} mm of the upper teeth.")
    return made


def rig_of(gltf: Gltf, face: Face, calibration: Calibration, bones: dict[str, int]) -> dict[str, Any]:
    """rig.json of this file: see docs/avatars.md."""
    nodes = gltf.rows("nodes")
    backwards = calibration.lips.forward < 0
    places = {bone: gltf.world[node][:3, 3] * (TURN if backwards else 1.0) for bone, node in bones.items()}
    ease = ease_of(places)
    at_ease = eased(places, ease)
    foreign = {shape: row for shape, row in face.recipe.items() if row != {shape: 1.0}}
    out: dict[str, Any] = {
        "name": gltf.path.stem, "glb": gltf.path.name, "title": gltf.path.stem,
        "shapes": [shape for shape in SHAPES if shape in face.recipe],
        "joints": {joint: _metres(at_ease[joint]) for joint in JOINTS if joint in places},
    } | calibration.manifest() | hands_of(places, ease)  # fmt: skip
    if backwards:
        out["faces"] = "-z"
    if ease:
        out["ease"] = ease
    if "leftEye" in places and "rightEye" in places:
        out["eyes"] = {side: _metres(places[f"{side}Eye"]) for side in ("left", "right")}
    if foreign:
        out["morphs"] = {shape: foreign[shape] for shape in SHAPES if shape in foreign}
    renamed = {bone: str(nodes[i].get("name", "")) for bone, i in bones.items() if nodes[i].get("name") != bone}
    if renamed:
        out["nodes"] = dict(sorted(renamed.items()))
    return out


def _metres(place: np.ndarray) -> list[float]:
    return [round(float(v), 5) for v in place]
