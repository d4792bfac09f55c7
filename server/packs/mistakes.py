"""All that is wrong with a pack, as JSON can carry it: what `shuren persona check` and the service tell.

    python -m server.packs.mistakes FOLDER

prints it, within the limits of `apart`: a pack that comes from elsewhere may be made to tie up whoever reads it.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 2 << 30  # bytes, of addresses
SECONDS = 60  # of computing


def mistakes(folder: Path) -> list[dict[str, Any]]:
    """Each with `file` (below the pack's folder), `line` (0: the file as a whole), `what` and `mend`."""
    from dialogue.packs import check_pack
    from models.errors import PersonaUnknown

    try:
        found = check_pack(folder)
    except PersonaUnknown:
        return [{"file": "persona.yaml", "line": 0, "what": "the file is missing", "mend": "A pack begins with it."}]
    return [
        {"file": _inside(each.file, folder), "line": each.line, "what": each.message, "mend": each.hint}
        for each in found
    ]


def _inside(file: str, folder: Path) -> str:
    path = Path(file)
    return path.relative_to(folder).as_posix() if file and path.is_relative_to(folder) else path.name


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    print(json.dumps(mistakes(Path(sys.argv[1])), ensure_ascii=False))


if __name__ == "__main__":
    main()
