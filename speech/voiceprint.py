"""Whose voice it is: a point on a sphere for a stretch of speech, close to others of the same person.

The GE2E encoder of Resemblyzer (Apache-2.0; Wan et al. 2018): three LSTM layers over a 40-band mel spectrogram of 1.6 s
windows. Its weights are read without torch and run in numpy: about 60 ms of one core for a usual turn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.torch_file import read_arrays
from speech.recognisers.lane import Lane
from speech.types import INPUT_RATE

MODEL = "voice-encoder"
WINDOW, HOP = INPUT_RATE * 25 // 1000, INPUT_RATE // 100  # samples
BANDS, HIDDEN, LAYERS = 40, 256, 3
SPAN, STEP = 160, 80  # mel frames of one window, and from one to the next
LEVEL = 10 ** (-30 / 20)  # RMS the encoder was trained at
PAUSE = 1e-4  # of the loudest frame's power; what is softer is no voice
SHORTEST = INPUT_RATE * 8 // 10  # samples; less says nothing about who speaks


class VoiceEncoder:
    """Shared by all listeners."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        self._weights = {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}
        self._mel = FeatureExtractor.get_mel_filters(INPUT_RATE, WINDOW, n_mels=BANDS).astype(np.float32).T
        self._window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
        self._lane = Lane("voiceprint")

    @classmethod
    def load(cls, store: Any) -> VoiceEncoder:
        """From a `models.store.Store`; raises ModelMissing, ModelCorrupt."""
        path: Path = store.path(MODEL) / "pretrained.pt"
        return cls(read_arrays(path)["model_state"])

    async def of(self, audio: np.ndarray) -> np.ndarray:
        """float32 (256,) of length 1 for speech (float32, 16 kHz) of at least SHORTEST samples."""
        return await self._lane.run(lambda: self._of(audio), urgent=False)

    async def aclose(self) -> None:
        await self._lane.aclose()

    def _of(self, audio: np.ndarray) -> np.ndarray:
        mel = self._spectrogram(audio * (LEVEL / max(1e-6, float(np.sqrt(np.mean(audio * audio))))))
        power = mel.sum(axis=1)
        mel = mel[power > power.max() * PAUSE]
        if len(mel) < SPAN:
            mel = np.pad(mel, ((0, SPAN - len(mel)), (0, 0)), mode="wrap")
        prints = [self._window_of(mel[start : start + SPAN]) for start in range(0, len(mel) - SPAN + 1, STEP)]
        return unit(np.mean(prints, axis=0))

    def _spectrogram(self, audio: np.ndarray) -> np.ndarray:
        """(frames, BANDS): power, not its logarithm."""
        pieces = np.lib.stride_tricks.sliding_window_view(np.pad(audio, WINDOW // 2), WINDOW)[::HOP]
        return (np.abs(np.fft.rfft(pieces * self._window)) ** 2 @ self._mel).astype(np.float32)

    def _window_of(self, mel: np.ndarray) -> np.ndarray:
        for layer in range(LAYERS):
            mel = self._lstm(mel, layer)
        return unit(np.maximum(0.0, self._weights["linear.weight"] @ mel[-1] + self._weights["linear.bias"]))

    def _lstm(self, inputs: np.ndarray, layer: int) -> np.ndarray:
        """(frames, HIDDEN). Gates lie as in torch: input, forget, cell, output."""
        w = self._weights
        into = inputs @ w[f"lstm.weight_ih_l{layer}"].T + w[f"lstm.bias_ih_l{layer}"] + w[f"lstm.bias_hh_l{layer}"]
        back = w[f"lstm.weight_hh_l{layer}"]
        hidden, cell, out = np.zeros(HIDDEN, np.float32), np.zeros(HIDDEN, np.float32), np.empty_like(into[:, :HIDDEN])
        for k, given in enumerate(into):
            gates = given + back @ hidden
            enter, keep, leave = (1 / (1 + np.exp(-gates[i * HIDDEN : (i + 1) * HIDDEN])) for i in (0, 1, 3))
            cell = keep * cell + enter * np.tanh(gates[2 * HIDDEN : 3 * HIDDEN])
            hidden = leave * np.tanh(cell)
            out[k] = hidden
        return out


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(1e-9, float(np.linalg.norm(vector)))
