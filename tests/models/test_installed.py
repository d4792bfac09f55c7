"""The real weights on this machine are what the catalogue pins."""

from __future__ import annotations

import pytest

from models.catalogue import Catalogue
from models.store import Store

pytestmark = pytest.mark.model


@pytest.mark.parametrize("name", [spec.name for spec in Catalogue.shipped().defaults])
def test_installed_defaults_hold_the_bytes_they_were_installed_with(name: str) -> None:
    Store.default().verify(name)


def test_kokoro_tells_durations_that_account_for_every_sample() -> None:
    import numpy as np
    import onnxruntime

    folder = Store.default().path("kokoro-82m")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / "model.onnx", options)
    voice = np.fromfile(folder / "voices/zf_xiaoxiao.bin", dtype=np.float32).reshape(-1, 256)
    tokens = np.array([[0, 50, 51, 52, 53, 54, 0]], dtype=np.int64)
    inputs = {"tokens": tokens, "style": voice[tokens.shape[1]][None], "speed": np.ones(1, dtype=np.float32)}
    audio, durations = session.run(None, inputs)
    assert durations.shape == tokens.shape
    assert audio.size == durations.sum() * 600
