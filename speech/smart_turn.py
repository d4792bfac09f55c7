"""Smart Turn v3.2: how finished the last eight seconds of a voice sound, whatever was said.

A small Whisper encoder with a classifier on top (BSD-2-Clause; features as in its own code: zero mean and unit
variance over 8 s padded at the front, then Whisper's 80-band log-mel). It costs 50 to 100 ms of one core, so it is
asked once for each candidate silence, in a thread of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from speech.recognisers.lane import Lane
from speech.types import INPUT_RATE

MODEL = "smart-turn-v3.2"
SECONDS = 8


class TurnEnd(Protocol):
    """A judge of whether a voice sounds finished."""

    async def probability(self, audio: np.ndarray) -> float:
        """0..1 for float32 16 kHz audio of a turn that ends in its present silence. Raises BackendError."""
        ...

    async def aclose(self) -> None: ...


class SmartTurn:
    """A TurnEnd, shared by all listeners."""

    def __init__(self, model: Path) -> None:
        import onnxruntime
        from faster_whisper.feature_extractor import FeatureExtractor

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._features = FeatureExtractor(chunk_length=SECONDS)
        self._lane = Lane("smart-turn")

    @classmethod
    def load(cls, store: Any) -> SmartTurn:
        """From a `models.store.Store`; raises ModelMissing."""
        return cls(store.path(MODEL) / "smart-turn.onnx")

    async def probability(self, audio: np.ndarray) -> float:
        return await self._lane.run(lambda: self._probability(audio), urgent=True)

    async def aclose(self) -> None:
        await self._lane.aclose()

    def _probability(self, audio: np.ndarray) -> float:
        return float(self._session.run(None, {"input_features": self.features(audio)[None]})[0][0, 0])

    def features(self, audio: np.ndarray) -> np.ndarray:
        """float32 (80, 800): log-mel of the last SECONDS of `audio`."""
        longest = SECONDS * INPUT_RATE
        audio = audio[-longest:]
        audio = np.pad(audio, (longest - len(audio), 0)).astype(np.float32)
        audio = (audio - audio.mean()) / np.sqrt(audio.var() + 1e-7)
        return self._features(audio, padding=0)[:, : SECONDS * 100]
