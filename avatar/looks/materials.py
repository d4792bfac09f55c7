"""The avatar's PBR materials and the pictures they use."""

from __future__ import annotations

from dataclasses import dataclass, field

from avatar.looks.glb import Material
from avatar.looks.hair import hair_materials
from avatar.looks.look import Look

# No room is reflected inside a mouth or by lashes.
DIM = {"extensions": {"KHR_materials_specular": {"specularFactor": 0.25}}}
VEIL = {"alphaMode": "BLEND", "doubleSided": True} | DIM


@dataclass
class Sheets:
    """Encoded pictures by name -> (bytes, mime type)."""

    images: dict[str, tuple[bytes, str]] = field(default_factory=dict)


def materials(sheets: Sheets, look: Look) -> list[Material]:
    """Every material an avatar may use; textures only where the picture exists."""

    def made(name: str, colour: tuple, roughness: float, extra: dict | None = None, **slots: str) -> Material:
        pbr = {"baseColorFactor": [float(c) for c in colour], "metallicFactor": 0.0, "roughnessFactor": roughness}
        textures = {slot: image for slot, image in slots.items() if image in sheets.images}
        if "base" in textures:
            pbr["baseColorFactor"] = [1.0, 1.0, 1.0, 1.0]
        if "rough" in textures:
            pbr["roughnessFactor"] = 1.0
        return Material(name, pbr, textures, extra or {})

    return [
        made("skin", (0.62, 0.42, 0.32, 1), 0.48, base="skin", normal="skin_normal", rough="skin_rough"),
        made("eye", (0.8, 0.8, 0.8, 1), 0.08, base="eye"),
        made("mouth", (1, 1, 1, 1), 0.25, {"doubleSided": True}),
        made("mucosa", (1, 1, 1, 1), 0.42, DIM | {"doubleSided": True}),
        *hair_materials(),
        made("eye_shade", (1, 1, 1, 1), 1.0, VEIL),
        made("lash", (1, 1, 1, 1), 0.8, VEIL, base="lash"),
    ]
