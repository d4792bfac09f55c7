"""Arrays out of a file that `torch.save` wrote before torch 1.6, without torch and without running what it pickles.

The file is five pickles and raw numbers: a magic number, a version, facts of the machine, the object, the keys of its
storages in the order in which their numbers follow (torch/serialization.py, `_legacy_save`).
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import ModelCorrupt

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {"FloatStorage": np.float32, "LongStorage": np.int64, "DoubleStorage": np.float64, "IntStorage": np.int32}


def read_arrays(path: Path) -> Any:
    """The object with every tensor as an array. Raises ModelCorrupt for anything that is not plain tensors."""
    with path.open("rb") as file:
        try:
            if pickle.load(file) != MAGIC:  # noqa: S301: an integer, checked
                raise ModelCorrupt(f"{path.name} was not written by torch.save.")
            reader = _Reader(file)
            reader.load(), _Reader(file).load()  # version and machine
            body = _Reader(file)
            tree = body.load()
            for key in _Reader(file).load():
                count = int(np.frombuffer(file.read(8), np.int64)[0])
                storage = body.storages[key]
                storage[:] = np.frombuffer(file.read(count * storage.itemsize), storage.dtype)
        except (pickle.UnpicklingError, KeyError, ValueError, EOFError, IndexError) as problem:
            raise ModelCorrupt(f"{path.name} cannot be read: {problem}") from problem
    return tree


class _Storage:
    """Stands for a torch storage class."""

    def __init__(self, dtype: type) -> None:
        self.dtype = dtype


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.storages: dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in STORAGES:
            return _Storage(STORAGES[name])
        raise pickle.UnpicklingError(f"it wants {module}.{name}")

    def persistent_load(self, pid: tuple) -> np.ndarray:
        _, kind, key, _, count, *_ = pid
        return self.storages.setdefault(key, np.zeros(count, kind.dtype))


def _tensor(storage: np.ndarray, offset: int, size: tuple, stride: tuple, *_: Any) -> np.ndarray:
    """A view, so that the numbers may be filled in afterwards."""
    strides = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], size, strides)
