"""torchaudio beside a torch without CUDA."""

from __future__ import annotations

import sys
import types
from importlib.util import find_spec
from typing import Any


def import_torchaudio() -> None:
    """Import torchaudio where it is installed, without its binary part where that does not load.

    The binary in PyPI's wheel wants CUDA libraries; without them whatever imports torchaudio gets an OSError: XTTS, and
    `transformers` for all its models. Both need only the Python part (mel spectra, resampling), which runs without, as
    torchaudio itself provides for where the binary is absent.
    """
    if find_spec("torchaudio") is None:
        return
    try:
        import torchaudio  # noqa: F401
    except OSError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        absent: Any = types.ModuleType("torchaudio._extension")
        absent._IS_TORCHAUDIO_EXT_AVAILABLE = absent._IS_ALIGN_AVAILABLE = False
        absent.fail_if_no_align = lambda function: function
        sys.modules[absent.__name__] = absent
        import torchaudio  # noqa: F401
