from __future__ import annotations

import sys
from pathlib import Path

# Fakes and the virtual clock are plain modules beside the tests.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
