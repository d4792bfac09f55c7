"""What a VRM file says about itself: version, licence, humanoid bones, and the morph targets of its expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from avatar.inspect.gltf import Gltf
from avatar.inspect.names import VRM0, VRM1, shapes_of


@dataclass(frozen=True)
class Bind:
    """An expression at 1 puts morph target `index` of the mesh at node `node` (or of mesh `mesh`) at `weight`."""

    mesh: int
    index: int
    weight: float


@dataclass(frozen=True)
class Vrm:
    """version: "0" or "1", "" where the file is no VRM. bones: humanoid bone → node. expressions: preset name of VRM 1,
    or a custom one that is called like an ARKit shape → binds. covers: presets that take the mouth away from speech."""

    version: str = ""
    title: str = ""
    licence: str = ""
    bones: dict[str, int] = field(default_factory=dict)
    expressions: dict[str, list[Bind]] = field(default_factory=dict)
    covers: tuple[str, ...] = ()

    @classmethod
    def of(cls, gltf: Gltf) -> Vrm:
        """Broken parts of the VRM data count as missing."""
        extensions = _dict(gltf.js.get("extensions"))
        if "VRMC_vrm" in extensions:
            return _one(gltf, _dict(extensions["VRMC_vrm"]))
        if "VRM" in extensions:
            return _zero(_dict(extensions["VRM"]))
        return cls()


def _one(gltf: Gltf, vrm: dict[str, Any]) -> Vrm:
    meta, groups = _dict(vrm.get("meta")), _dict(vrm.get("expressions"))
    nodes = gltf.rows("nodes")
    found, covers = {}, []
    for kind in ("custom", "preset"):
        for name, expression in _dict(groups.get(kind)).items():
            binds = [
                Bind(int(nodes[b["node"]].get("mesh", -1)), int(b["index"]), float(b.get("weight", 1.0)))
                for b in _dicts(_dict(expression).get("morphTargetBinds"))
                if isinstance(b.get("node"), int) and 0 <= b["node"] < len(nodes) and "index" in b
            ]
            if binds and (name in VRM1 or shapes_of(name)):
                found[name] = binds
            if _dict(expression).get("overrideMouth", "none") != "none":
                covers.append(name)
    bones = {
        name: int(bone["node"])
        for name, bone in _dict(_dict(vrm.get("humanoid")).get("humanBones")).items()
        if isinstance(_dict(bone).get("node"), int)
    }
    return Vrm("1", str(meta.get("name", "")), str(meta.get("licenseUrl", "")), bones, found, tuple(covers))


def _zero(vrm: dict[str, Any]) -> Vrm:
    meta, found = _dict(vrm.get("meta")), {}
    for group in _dicts(_dict(vrm.get("blendShapeMaster")).get("blendShapeGroups")):
        preset = VRM0.get(str(group.get("presetName", "")).lower(), "")
        name = preset or str(group.get("name", ""))
        binds = [
            Bind(int(b.get("mesh", -1)), int(b.get("index", -1)), float(b.get("weight", 100.0)) / 100.0)
            for b in _dicts(group.get("binds"))
        ]
        if binds and (preset or shapes_of(name)):
            found[name] = binds
    bones = {
        str(bone.get("bone")): int(bone["node"])
        for bone in _dicts(_dict(vrm.get("humanoid")).get("humanBones"))
        if isinstance(bone.get("node"), int)
    }
    # VRM 0.x calls the thumb's bones proximal, intermediate, distal; VRM 1.0 metacarpal, proximal, distal.
    for side in ("left", "right"):
        thumb = [bones.pop(f"{side}Thumb{part}", None) for part in ("Proximal", "Intermediate", "Distal")]
        new = zip(("Metacarpal", "Proximal", "Distal"), thumb, strict=True)
        bones |= {f"{side}Thumb{part}": node for part, node in new if node is not None}
    return Vrm("0", str(meta.get("title", "")), str(meta.get("licenseName", "")), bones, found)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
