from __future__ import annotations

import sys
from pathlib import Path

# The scripted house and session and the virtual clock are shared with the tests of the wire and of the session.
TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "server"), str(TESTS / "avatar"), str(TESTS)]
