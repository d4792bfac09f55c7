"""Kokoro's graph cut in two, so that a clause is heard while it is still being made.

The encoder turns tokens into features, pitch and energy of the whole clause, 20–50 ms of work; the decoder turns them
into samples at 40 frames a second and costs ten times as much. Run on a window of frames, the decoder as exported would
sound different from window to window, for two reasons, and both are mended here:

- its adaptive instance norms take mean and variance over whatever frames they see: these become inputs (`given`), so
  that every window is normalised alike, with the statistics of ordinary speech in that voice;
- the phase of its harmonic source starts at zero: the phase reached so far becomes an input.

What is left between a window and the whole is quantisation noise (`tests/mouth/test_kokoro.py` measures it).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelCorrupt

if TYPE_CHECKING:
    import onnx

# Tensors at the cut, named by the exporter of kokoro-v1.0.int8.onnx.
FEATURES, PITCH, ENERGY = "/encoder/MatMul_1_output_0", "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"
DURATIONS = "/encoder/Clip_output_0"
AUDIO = "audio"
_PHASE_SUM = "/decoder/decoder/generator/m_source/l_sin_gen/CumSum_output_0"
PHASE = "phase"  # float32 [1, 1, 9]: turns of each harmonic before the window
TRUST = "trust"  # float32 [1]: 1 uses the given statistics, 0 the window's own
HARMONICS = 9
_LOG_MAGNITUDE, _MAGNITUDE = "/decoder/decoder/generator/Slice_1_output_0", "/decoder/decoder/generator/Exp_output_0"
# In ordinary speech of four voices it stays below 3.5; a clause the model cannot finish drives it beyond 1000, and its
# exponential to infinity.
LOUDEST = 5.0


def given(k: int) -> str:
    """Input: the k-th statistic to use, float32 [1, channels, 1]."""
    return f"given_{k}"


def own(k: int) -> str:
    """Output: the k-th statistic of the frames of this run."""
    return f"own_{k}"


def split(path: Path) -> tuple[bytes, bytes, int]:
    """Serialised encoder and decoder, and the number of statistics. Raises ModelCorrupt for another export."""
    import onnx

    model = onnx.load(path)
    made = {output for node in model.graph.node for output in node.output}
    missing = {FEATURES, PITCH, ENERGY, DURATIONS, AUDIO, _PHASE_SUM, _LOG_MAGNITUDE, _MAGNITUDE} - made
    if missing:
        raise ModelCorrupt(f"{path} is another export of Kokoro: it lacks {', '.join(sorted(missing))}.")
    encoder = _part(model, ("tokens", "style", "speed"), (FEATURES, PITCH, ENERGY, DURATIONS))
    decoder = _part(model, (FEATURES, PITCH, ENERGY, "style"), (AUDIO,))
    statistics = _open(decoder)
    return encoder.SerializeToString(), decoder.SerializeToString(), statistics


def _part(model: onnx.ModelProto, inputs: Iterable[str], outputs: Iterable[str]) -> onnx.ModelProto:
    """What computes `outputs` from `inputs`."""
    from onnx import TensorProto, helper

    inputs, outputs = tuple(inputs), tuple(outputs)
    maker = {output: node for node in model.graph.node for output in node.output if output}
    wanted, seen, todo = set(), set(inputs), list(outputs)
    while todo:
        name = todo.pop()
        if name not in seen and (node := maker.get(name)) is not None:
            wanted.add(node.output[0])
            todo += [needed for needed in node.input if needed]
        seen.add(name)
    nodes = [node for node in model.graph.node if node.output[0] in wanted]
    used = {name for node in nodes for name in node.input}
    declared = {value.name: value for value in (*model.graph.input, *model.graph.output)}
    any_shape = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in inputs + outputs}
    graph = helper.make_graph(
        nodes,
        "kokoro",
        [declared.get(name, any_shape[name]) for name in inputs],
        [any_shape[name] for name in outputs],
        [tensor for tensor in model.graph.initializer if tensor.name in used],
    )
    part = helper.make_model(graph, opset_imports=model.opset_import)
    part.ir_version = model.ir_version
    return part


def _open(decoder: onnx.ModelProto) -> int:
    """Make phase and norm statistics inputs; returns how many statistics there are (two a norm)."""
    from onnx import TensorProto, helper

    graph = decoder.graph
    nodes: list[onnx.NodeProto] = []
    count = 0
    for node in list(graph.node):
        if _MAGNITUDE in node.output:
            nodes.append(helper.make_node("Clip", [_LOG_MAGNITUDE, "", "loudest"], ["log_magnitude"]))
            node.input[0] = "log_magnitude"
        nodes.append(node)
        if node.op_type == "ReduceMean":
            result, node.output[0] = node.output[0], own(count)
            nodes += [
                helper.make_node("Sub", [given(count), own(count)], [f"difference_{count}"]),
                helper.make_node("Mul", [f"difference_{count}", TRUST], [f"correction_{count}"]),
                helper.make_node("Add", [own(count), f"correction_{count}"], [result]),
            ]
            count += 1
        elif _PHASE_SUM in node.output:
            node.output[0] = "phase_in_window"
            nodes.append(helper.make_node("Add", ["phase_in_window", PHASE], [_PHASE_SUM]))
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.append(helper.make_tensor("loudest", TensorProto.FLOAT, [], [LOUDEST]))
    names = [TRUST, PHASE, *(given(k) for k in range(count))]
    graph.input.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    graph.output.extend(helper.make_tensor_value_info(own(k), TensorProto.FLOAT, None) for k in range(count))
    return count
