"""A pack's evals in a process of their own, behind everybody who talks: at the lowest priority.

    python -m server.packs.evaluating FOLDER

prints a JSON line for each step, {"done", "of"}, and at the end what `shuren persona eval --json` tells of the pack.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialogue.archive import digest
from models.errors import PackInvalid

PATIENCE_S = 3600.0
LONGEST = 16 << 20  # bytes of a line
FAILURES = 20  # told

Tell = Callable[[int, int], None]  # done, of


async def evaluated(folder: Path, tell: Tell) -> dict[str, Any]:
    """`version`, `met`, `cases`, `measures`, `failures` and `seconds`. Raises PackInvalid."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.packs.evaluating", str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            pack = await _followed(process, tell)
            await process.wait()
    except TimeoutError:
        raise PackInvalid("The evals take too long.") from None
    except (ValueError, KeyError):
        raise PackInvalid("The evals could not be run.", hint=f"shuren persona eval {folder.name}") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    failures = [{name: each[name] for name in ("id", "wrong", "talk")} for each in pack["failures"][:FAILURES]]
    told = {name: pack[name] for name in ("met", "cases", "measures", "seconds")}
    return {"version": await asyncio.to_thread(digest, folder), **told, "failures": failures}


async def _followed(process: asyncio.subprocess.Process, tell: Tell) -> dict[str, Any]:
    """What it prints last. Raises ValueError or KeyError where that is not what was asked for."""
    assert process.stdout
    told: dict[str, Any] = {}
    async for line in process.stdout:
        told = json.loads(line)
        if "of" in told:
            tell(told["done"], told["of"])
    return told["pack"]


async def _evaluate(folder: Path) -> None:
    from server.cli.minds import load_mind
    from server.cli.persona.trials import of_pack, run
    from server.cli.serve import settings_of

    settings = settings_of()
    mind = load_mind(folder, settings, "none")
    try:
        _print({"pack": of_pack(await run(mind, settings, "*", lambda done, of: _print({"done": done, "of": of})))})
    finally:
        await mind.aclose()


def _print(told: dict[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    os.nice(19)
    asyncio.run(_evaluate(Path(sys.argv[1])))
