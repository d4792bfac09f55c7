from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "server"), str(HERE.parent / "avatar"), str(HERE.parent)]

from dialogue.packs import find_pack  # noqa: E402
from server.studio.studio import Prepared, Wish, prepare  # noqa: E402


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    """The live host with her own rundown."""
    return prepare(find_pack("live-host"), Wish(language="zh"))
