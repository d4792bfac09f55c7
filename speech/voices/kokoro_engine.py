"""Kokoro-82M in ONNX Runtime: phonemes in, samples and the length of every phoneme out.

One engine (one ORT session, one worker thread) serves every voice of the process: a second session would double the
memory and the two would fight for the same cores.
"""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import BackendError, BackendUnknown

FRAME = 600  # samples per duration frame at 24 kHz
MAX_TOKENS = 500  # the model's positional limit is 512 with its two paddings
_PAD = 0

_engines: dict[tuple[str, int], KokoroEngine] = {}
_engines_lock = threading.Lock()


@lru_cache(1)
def alphabet() -> dict[str, int]:
    """Kokoro's token of every IPA character, from the model's config.json (hexgrad/Kokoro-82M, Apache-2.0)."""
    return json.loads(Path(__file__).with_name("kokoro_tokens.json").read_text(encoding="utf-8"))


class KokoroEngine:
    """The loaded model. `speak` may be called from any number of tasks; calls are served one after another."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning workers would take the cores from recognition and the language model between two clauses.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._folder = folder / "voices"
        self._styles: dict[str, np.ndarray] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="kokoro")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="kokoro-text")

    @classmethod
    def shared(cls, folder: Path, threads: int) -> KokoroEngine:
        """The engine of this process for these weights."""
        with _engines_lock:
            key = (str(folder), threads)
            if key not in _engines:
                _engines[key] = cls(folder, threads)
            return _engines[key]

    def voices(self) -> list[str]:
        """Names of the installed voices."""
        return sorted(path.stem for path in self._folder.glob("*.bin"))

    def style(self, voice: str) -> np.ndarray:
        """float32 [510, 256]: one row for each number of tokens. Raises BackendUnknown with the names there are."""
        if voice not in self._styles:
            path = self._folder / f"{voice}.bin"
            if voice not in self.voices():
                raise BackendUnknown(f"Kokoro has no voice named {voice!r}.", hint=f"Known: {', '.join(self.voices())}")
            self._styles[voice] = np.fromfile(path, np.float32).reshape(-1, 256)
        return self._styles[voice]

    async def speak(self, tokens: list[int], voice: str, speed: float) -> tuple[np.ndarray, np.ndarray]:
        """float32 samples at 24 kHz, and how many samples each token lasts, the paddings at both ends included."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._infer, tokens, self.style(voice), speed)

    async def prepare(self, work: Any, *args: Any) -> Any:
        """Run text work off the event loop, beside the model: dictionaries take a second to load at first use."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work, *args)

    def _infer(self, tokens: list[int], style: np.ndarray, speed: float) -> tuple[np.ndarray, np.ndarray]:
        feed = {
            "tokens": np.array([[_PAD, *tokens, _PAD]], np.int64),
            "style": style[[min(len(tokens), len(style) - 1)]],
            "speed": np.array([speed], np.float32),
        }
        try:
            audio, durations = self._session.run(None, feed)
        except Exception as error:
            raise BackendError(f"Kokoro could not speak: {error}") from error
        return audio.reshape(-1), np.round(durations.reshape(-1)).astype(np.int64) * FRAME
