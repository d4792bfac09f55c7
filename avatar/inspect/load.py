"""The rig a session animates: the manifest's limits, and the lips as they are in the file that is shown."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from animation.calibrate import calibrate
from animation.rig import Rig
from avatar.inspect.check import rig_of
from avatar.inspect.face import face_of
from avatar.inspect.gltf import Gltf
from avatar.inspect.vrm import Vrm
from models.errors import AvatarInvalid

log = logging.getLogger(__name__)

# What is measured on the mesh, and therefore not taken from the manifest. `max` stays: a maker knows better where a
# shape stops looking like a face.
MEASURED = ("closure_gain", "closure_gain_by_jaw", "rest_gap_mm", "lip_probe", "incisor_mm", "labiodental")


def load_rig(folder: Path | str) -> Rig:
    """The rig of an avatar's folder: its rig.json, with the lips measured anew on its GLB (about 0.1 s of CPU).

    Without a rig.json all is measured. Raises AvatarInvalid when there is neither, or both are broken.
    """
    folder = Path(folder)
    manifest = _manifest(folder / "rig.json")
    glb = folder / str(manifest.get("glb") or "avatar.glb")
    if not glb.is_file():
        return Rig.of(manifest, str(folder / "rig.json"))
    stat = glb.stat()
    try:
        measured = _measured(glb, stat.st_mtime_ns, stat.st_size)
    except AvatarInvalid as problem:
        if not manifest:
            raise
        log.warning("The lips of %s cannot be measured, its rig.json is used: %s", glb, problem.message)
        return Rig.of(manifest, str(folder / "rig.json"))
    if not manifest:
        return Rig.of(measured | {"name": folder.name}, str(glb))
    return Rig.of(manifest | {key: measured[key] for key in MEASURED if key in measured}, str(folder / "rig.json"))


@lru_cache(32)
def _measured(glb: Path, changed: int, size: int) -> dict[str, Any]:
    """rig.json of the file; the other two arguments make a new version of the file a new question."""
    gltf = Gltf.read(glb)
    face = face_of(gltf, list(gltf.primitives()), Vrm.of(gltf))
    return rig_of(gltf, face, calibrate(face.surface), {})


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AvatarInvalid(f"Cannot read the rig {path}: {error}.", hint="Run `shuren avatar build`.") from error
    if not isinstance(data, dict):
        raise AvatarInvalid(f"{path}: the file must be an object.", hint="Run `shuren avatar build`.")
    return data
