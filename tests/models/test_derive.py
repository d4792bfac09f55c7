"""Install-time steps: Kokoro's durations become an output, and a graph without them is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.derive import KOKORO_DURATIONS, kokoro_durations
from models.errors import ModelCorrupt


def write_graph(path: Path, hidden: str) -> None:
    """tokens → clip → audio, with the clipped tensor named `hidden`."""
    from onnx import TensorProto, helper, save

    graph = helper.make_graph(
        [helper.make_node("Abs", ["tokens"], [hidden]), helper.make_node("Neg", [hidden], ["audio"])],
        "g",
        [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [1, 3])],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def test_the_durations_become_a_second_output_with_their_values(tmp_path: Path) -> None:
    import numpy as np
    import onnxruntime

    write_graph(tmp_path / "model.onnx", KOKORO_DURATIONS)
    assert kokoro_durations(tmp_path) == ("model.onnx",)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    audio, durations = session.run(None, {"tokens": np.array([[-1, 2, -3]], dtype=np.float32)})
    assert durations.tolist() == [[1, 2, 3]]
    assert audio.tolist() == [[-1, -2, -3]]


def test_another_export_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    write_graph(tmp_path / "model.onnx", "something_else")
    before = (tmp_path / "model.onnx").read_bytes()
    with pytest.raises(ModelCorrupt, match="another export"):
        kokoro_durations(tmp_path)
    assert (tmp_path / "model.onnx").read_bytes() == before
