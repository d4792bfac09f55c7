"""The container of binary glTF 2.0: a JSON chunk and a binary chunk. Nothing in a foreign file is trusted."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from models.errors import AvatarInvalid

MAGIC = b"glTF"
LARGEST = 512 * 2**20  # bytes; a file beyond this is no avatar for a browser
_FETCH, _EXPORT = "Fetch or export it again.", "Export it again."


def read(path: Path | str) -> tuple[dict[str, Any], bytes]:
    """A file's JSON and binary chunk (b"" where it has none).

    Raises AvatarInvalid when it is missing, no binary glTF 2.0, cut short, or too large to serve.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise wrong(path, f"has {size / 2**20:.0f} MB", "Avatars above 512 MB are refused; reduce textures.")
        data = path.read_bytes()
    except OSError as error:
        raise wrong(path, f"cannot be read: {error.strerror or error}") from error
    if data[:4] != MAGIC:
        raise wrong(path, f"is no GLB or VRM, {_looks_like(data)}", "Export the avatar as binary glTF (.glb, .vrm).")
    if len(data) < 20:
        raise wrong(path, "is cut short", _FETCH)
    version, total = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise wrong(path, f"is glTF version {version}; only 2 is read", "Export it as glTF 2.0.")
    if total > len(data):
        raise wrong(path, f"is cut short: {len(data)} of {total} bytes", _FETCH)
    return _chunks(path, data)


def packed(js: dict[str, Any], blob: bytes) -> bytes:
    """A whole file. `js` says in `buffers[0]` how long the binary chunk is."""
    text = json.dumps(js, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 4)
    blob += b"\0" * (-len(blob) % 4)
    head = struct.pack("<4sII", MAGIC, 2, 28 + len(text) + len(blob))
    return head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + blob


def wrong(path: Path, problem: str, hint: str = "") -> AvatarInvalid:
    """The error that says what is wrong with a file."""
    return AvatarInvalid(f"{path.name} {problem}.", hint=hint)


def _chunks(path: Path, data: bytes) -> tuple[dict[str, Any], bytes]:
    js, blob, at = None, b"", 12
    while at + 8 <= len(data):
        size, kind = struct.unpack_from("<I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            raise wrong(path, "is cut short inside a chunk", _FETCH)
        if kind == b"JSON" and js is None:
            js = _parse(path, body)
        elif kind == b"BIN\0" and not blob:
            blob = body
        at += 8 + size
    if js is None:
        raise wrong(path, "has no JSON chunk", _EXPORT)
    return js, blob


def _parse(path: Path, body: bytes) -> dict[str, Any]:
    try:
        js = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise wrong(path, f"has broken JSON: {error}", _EXPORT) from error
    if not isinstance(js, dict):
        raise wrong(path, "has JSON that is no object", _EXPORT)
    return js


def _looks_like(data: bytes) -> str:
    for magic, name in ((b"{", "it looks like a .gltf text file"), (b"\x89PNG", "it is a PNG picture"),
                        (b"Kaydara FBX", "it is an FBX file"), (b"PK\x03\x04", "it is a ZIP archive"),
                        (b"version https://git-lfs", "it is a Git LFS pointer")):  # fmt: skip
        if data.startswith(magic):
            return name
    return "it is empty" if not data else "it does not begin with `glTF`"
