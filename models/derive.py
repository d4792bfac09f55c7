"""Steps that run once, when a model is installed, and leave it better fitted to our use.

Each step is given the staged folder, after every hash in it was found right, and replaces files there atomically. The
manifest records the hash before and after.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from models.errors import ModelCorrupt

# The tensor of Kokoro's graph that holds the frames each token lasts (float or int, one per token, padding included;
# a frame is 600 samples at 24 kHz). Found by walking the exported graph; the exporter names it, not the model's author.
KOKORO_DURATIONS = "/encoder/Clip_output_0"


def kokoro_durations(folder: Path) -> tuple[str, ...]:
    """Declare Kokoro's duration tensor as a second output of `model.onnx`, so that lip-sync needs no aligner."""
    import onnx

    path = folder / "model.onnx"
    model = onnx.load(path)
    if all(KOKORO_DURATIONS not in node.output for node in model.graph.node):
        raise ModelCorrupt(f"{path.name} has no tensor {KOKORO_DURATIONS}; another export of Kokoro?")
    inferred = onnx.shape_inference.infer_shapes(model)
    known = next((value for value in inferred.graph.value_info if value.name == KOKORO_DURATIONS), None)
    model.graph.output.append(known or onnx.helper.make_empty_tensor_value_info(KOKORO_DURATIONS))
    fresh = path.with_suffix(".new")
    onnx.save(model, fresh)
    os.replace(fresh, path)
    return (path.name,)


# name in the catalogue -> step; a step returns the paths it changed.
STEPS: dict[str, Callable[[Path], tuple[str, ...]]] = {"kokoro-durations": kokoro_durations}
