"""Audio in, the mouth's wish out, frame by frame on the media clock, 150 ms behind the audio.

Every frame is one step of the network, whatever pieces the audio comes in: the rows are the same to the last bit.
Needs ONNX Runtime and NumPy; the network is 1.5 MB and lies beside this file.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from animation.listen.decide import Deciding, Decision
from animation.listen.features import SILENT, Features

MODEL = Path(__file__).with_name("mouth.onnx")


class Net:
    """The network on one thread. Stateless: memory goes in and comes out."""

    def __init__(self, path: Path = MODEL) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        told = self._session.get_modelmeta().custom_metadata_map
        self.columns = tuple(told["columns"].split())
        self.delay = int(told["delay"])
        self.decision = Decision.read(told["decision"])
        self._memory = {i.name: i.shape for i in self._session.get_inputs() if i.name.startswith("memory")}

    @classmethod
    @lru_cache(1)
    def shipped(cls) -> Net:
        return cls()

    def start(self) -> list[np.ndarray]:
        """Memory of one who has heard nothing but silence."""
        first, *others = self._memory.values()
        return [np.full(first, SILENT, np.float32), *(np.zeros(shape, np.float32) for shape in others)]

    def step(self, features: np.ndarray, memory: list[np.ndarray]) -> tuple[np.ndarray, Any]:
        """One frame: a row [WIDTH] → a row [len(columns)] and the memory after it."""
        feed = {"features": features[None], **dict(zip(self._memory, memory, strict=True))}
        row, *memory = self._session.run(None, feed)
        return row[0], memory


@dataclass(frozen=True)
class Heard:
    """What one push added.

    first: frame of the first row. rows: float64 [n, columns], the network's wish. loudness: float64 [n] dBFS and
    voiced: bool [n], of the frames of audio that were completed; the first of those is `delay` later than `first`.
    """

    first: int
    rows: np.ndarray
    loudness: np.ndarray
    voiced: np.ndarray


class Listener:
    """Ears on one stretch of audio, which begins at frame `frame` of the media clock.

    The first row is for `delay` frames before that: a mouth opens before the voice. A copy (`copy()`) goes its own way.
    """

    def __init__(self, frame: int = 0, net: Net | None = None, level_db: float | None = None) -> None:
        self.net = net or Net.shipped()
        self._features = Features() if level_db is None else Features(level_db)
        self._memory = self.net.start()
        self._deciding = Deciding(self.net.decision, self.net.columns)
        self._at = frame  # the frame the next complete hop stands at

    @property
    def ready(self) -> int:
        """Frames before it are final."""
        return self._at - self.net.delay

    @property
    def level_db(self) -> float:
        return self._features.level_db

    def copy(self) -> Listener:
        other = copy.copy(self)
        other._features, other._deciding = self._features.copy(), copy.copy(self._deciding)
        return other

    def push(self, pcm: np.ndarray) -> Heard:
        """int16 at 24 kHz, any number of samples."""
        features, loudness, voiced = self._features.push(pcm)
        first = self.ready
        rows = np.empty((len(features), len(self.net.columns)))
        for k, row in enumerate(features):
            rows[k], self._memory = self.net.step(row, self._memory)
            self._deciding.decide(rows[k])
        self._at += len(features)
        return Heard(first, rows, loudness, voiced)
