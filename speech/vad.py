"""Voice activity: how likely each 32 ms of audio is speech.

Silero VAD v6 (MIT). The network keeps a state from frame to frame and wants the last 64 samples of the frame before
it, which the caller must prepend. A frame costs about 0.15 ms, so it runs inline: handing it to a thread would cost
more than it takes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from speech.types import INPUT_RATE

FRAME = 512  # samples
FRAME_MS = FRAME * 1000 / INPUT_RATE
CONTEXT = 64  # samples of the previous frame the network looks back on
MODEL = "silero-vad"


class VoiceActivity(Protocol):
    """One stream's detector."""

    def probability(self, frame: np.ndarray) -> float:
        """0..1 for the next float32 (FRAME,) of the stream."""
        ...

    def reset(self) -> None:
        """Forget the stream so far."""
        ...


class SileroVad:
    """The network, shared; `stream()` gives each listener a state of its own."""

    def __init__(self, model: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    @classmethod
    def load(cls, store: Any) -> SileroVad:
        """From a `models.store.Store`; raises ModelMissing."""
        return cls(store.path(MODEL) / "silero_vad.onnx")

    def stream(self) -> SileroStream:
        return SileroStream(self._session)

    def probabilities(self, audio: np.ndarray) -> np.ndarray:
        """float32 (n // FRAME,) for a whole recording."""
        stream = self.stream()
        return np.array([stream.probability(frame) for frame in frames(audio)], np.float32)


class SileroStream:
    """A VoiceActivity."""

    RATE = np.array(INPUT_RATE, np.int64)

    def __init__(self, session: Any) -> None:
        self._session = session
        self.reset()

    def probability(self, frame: np.ndarray) -> float:
        inputs = {"input": np.concatenate((self._context, frame))[None], "state": self._state, "sr": self.RATE}
        output, self._state = self._session.run(None, inputs)
        self._context = frame[-CONTEXT:]
        return float(output[0, 0])

    def reset(self) -> None:
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(CONTEXT, np.float32)


def frames(audio: np.ndarray) -> np.ndarray:
    """(n // FRAME, FRAME): the whole frames of a recording."""
    return audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
