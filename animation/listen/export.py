"""From PyTorch to an ONNX file that takes one step a frame: (frame, memory) → (wish, memory).

The graph is written node by node: it has thirty of them, and needs no exporter. What the runtime must know travels in
the file's metadata: names of the columns, look-ahead, and how sure the network must be of a window (`Decision`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from animation.listen.decide import Decision
from animation.listen.features import WIDTH
from animation.listen.network import DELAY, HIDDEN, PAST, Network
from animation.listen.teacher import COLUMNS, LEARNED

OPSET = 17
MEMORY = {"memory_0": PAST * WIDTH, "memory_1": HIDDEN, "memory_2": HIDDEN}  # the first are the last frames' features


def export(network: Network, path: Path, decision: Decision | None = None) -> None:
    """Write the network as float32 ONNX. Inputs and outputs are [1, width] rows."""
    graph = _Graph()
    heard = graph.add("Concat", "memory_0", "features", axis=1)
    edges = graph.whole("edges", [WIDTH]), graph.whole("end", [(PAST + 1) * WIDTH]), graph.whole("columns", [1])
    graph.add("Slice", heard, *edges, name="memory_0_next")
    mean, scale = (part.detach().repeat(PAST + 1) for part in (network.mean, network.scale))
    x = graph.add("Mul", graph.add("Sub", heard, graph.constant("mean", mean)), graph.constant("scale", scale))
    x = graph.add("Relu", graph.linear("front", x, network.front))
    x = graph.gru("first", x, "memory_1", network.first, "memory_1_next")
    x = graph.gru("second", x, "memory_2", network.second, "memory_2_next")
    made = graph.linear("out", x, network.out)
    parts, windows = graph.add(
        "Split", made, graph.whole("sizes", [len(LEARNED), len(COLUMNS) - len(LEARNED)]), outputs=2
    )
    graph.constant("zero", np.float32(0.0))
    graph.constant("one", np.float32(1.0))
    graph.add("Concat", graph.add("Clip", parts, "zero", "one"), graph.add("Sigmoid", windows), axis=1, name="wish")
    rows = [_row(name, width) for name, width in {"features": WIDTH, **MEMORY}.items()]
    results = [_row("wish", len(COLUMNS)), *(_row(f"{name}_next", width) for name, width in MEMORY.items())]
    body = helper.make_graph(graph.nodes, "mouth", rows, results, graph.weights)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="shuren", ir_version=8
    )
    told = {"columns": " ".join(COLUMNS), "delay": str(DELAY), "decision": (decision or Decision()).written()}
    helper.set_model_props(model, told)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _row(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])


class _Graph:
    """Nodes and weights being collected."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, outputs: int = 1, name: str = "", **attributes: int) -> str | list[str]:
        """A node; the name of its output, or of each of several."""
        axis = {"axis": 1} if kind == "Split" else {}
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        names = [name] if outputs == 1 else [f"{name}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **axis, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, name: str, value: object) -> str:
        array = value.detach().numpy() if hasattr(value, "detach") else np.asarray(value)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def whole(self, name: str, values: list[int]) -> str:
        self.weights.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def linear(self, name: str, x: str, layer: nn.Linear) -> str:
        product = self.add("MatMul", x, self.constant(f"{name}.weight", layer.weight.detach().numpy().T))
        return self.add("Add", product, self.constant(f"{name}.bias", layer.bias))

    def gru(self, name: str, x: str, memory: str, layer: nn.GRU, after: str) -> str:
        """One step of PyTorch's GRU; its gates come in the order reset, update, candidate.

        reset = σ(Wr x + Ur h), update = σ(Wz x + Uz h), h' = (1 − update)·tanh(Wn x + reset·(Un h)) + update·h
        """
        thirds = self.whole(f"{name}.thirds", [HIDDEN] * 3)
        sides = [(x, layer.weight_ih_l0, layer.bias_ih_l0, "x"), (memory, layer.weight_hh_l0, layer.bias_hh_l0, "h")]
        gates = []
        for source, weight, bias, side in sides:
            product = self.add("MatMul", source, self.constant(f"{name}.{side}", weight.detach().numpy().T))
            gates.append(
                self.add("Split", self.add("Add", product, self.constant(f"{name}.{side}b", bias)), thirds, outputs=3)
            )
        (xr, xz, xn), (hr, hz, hn) = gates
        reset = self.add("Sigmoid", self.add("Add", xr, hr))
        update = self.add("Sigmoid", self.add("Add", xz, hz))
        candidate = self.add("Tanh", self.add("Add", xn, self.add("Mul", reset, hn)))
        step = self.add("Mul", update, self.add("Sub", memory, candidate))
        return self.add("Add", candidate, step, name=after)
