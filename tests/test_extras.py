"""The optional extras install beside the default and import with it, and the default imports none of them."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)


@pytest.mark.model
@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("gpu", "import torch, transformers; assert float(torch.ones(3).sum()) == 3"),
        ("voices", "import TTS, coqpit; assert TTS.__version__"),
        ("capture", "import mediapipe as mp; assert mp.__version__ == '0.10.21' and mp.tasks.vision.FaceLandmarker"),
    ],
)
def test_an_extra_imports_beside_the_default(extra: str, code: str) -> None:
    done = run(code)
    assert done.returncode == 0, f"{extra}: {done.stderr[-2000:]}"


def test_the_service_starts_without_any_extra() -> None:
    """Heavy packages stay unloaded until something needs them."""
    done = run(
        "import sys, server.app, server.compose, server.cli.main, speech.voices, speech.recognisers, dialogue.llm\n"
        "heavy = {'torch', 'transformers', 'TTS', 'mediapipe', 'onnxruntime', 'faster_whisper', 'xllamacpp'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr[-2000:]
