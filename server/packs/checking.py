"""A pack from elsewhere is checked in a process of its own, with little time and memory and none of our secrets."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from models.errors import PackInvalid

PATIENCE_S = 120.0
MOST_TOLD = 200  # mistakes
PASSED_ON = ("PATH", "HOME", "LANG", "SHUREN_HOME")


async def check(folder: Path) -> list[dict[str, Any]]:
    """What is wrong with the pack in `folder` (see mistakes.py). Raises PackInvalid where that cannot be found out."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.packs.mistakes", str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    except TimeoutError:
        raise PackInvalid("The pack takes too long to read.", hint="Make it smaller.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise PackInvalid("The pack could not be read within its limits.", hint="Try shuren persona check FOLDER.")
    return json.loads(said)[:MOST_TOLD]
