"""Takes an avatar of any maker into the house, so that personas can show it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

from avatar.inspect.check import Report, check
from models.errors import AvatarInvalid

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def add(file: Path | str, folder: Path, *, title: str = "") -> Report:
    """Copy a GLB or VRM to `folder`/avatar.glb with the rig.json that drives it and where it came from.

    The folder's name is the avatar's. It appears whole or not at all. Raises AvatarInvalid for a file that is no
    avatar, one that could not talk, and a name that is taken or does not suit.
    """
    file = Path(file)
    if not _NAME.fullmatch(folder.name):
        raise AvatarInvalid(f"{folder.name!r} cannot name an avatar.", hint="Use a-z, 0-9, - and _, at most 32.")
    if folder.exists():
        raise AvatarInvalid(f"There is an avatar {folder.name!r} already.", hint="Choose another name, or remove it.")
    report = check(file)
    if report.rig is None or not report.usable:
        raise AvatarInvalid(f"{file.name} could not talk.", hint=f"`shuren avatar check {file}` says why.")
    rig = report.rig | {
        "name": folder.name,
        "title": title or report.facts["title"] or folder.name,
        "glb": "avatar.glb",
    }
    source = {
        "file": file.name,
        "sha256": _sha256(file),
        "licence": report.facts["licence"] or "not stated in the file",
    }
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    try:
        making.mkdir(parents=True)
        shutil.copyfile(file, making / "avatar.glb")
        for name, content in (("rig.json", rig), ("provenance.json", source)):
            (making / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        making.rename(folder)
    except OSError as error:
        raise AvatarInvalid(f"{folder.name} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return report


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
