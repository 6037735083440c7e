"""Reads the tensors of a torch checkpoint without torch, and without code.

A `.pth` file is a pickle, and a pickle may run anything. This reader knows
tensors and the containers around them, and refuses the rest.
"""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from keras_gan._arrays import Array

__all__ = ["read"]

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "DoubleStorage": "<f8",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


def read(path: str | Path) -> dict[str, Array]:
    """Reads the tensors of a state dict, as numpy arrays by name.

    Args:
        path: A file that `torch.save(model.state_dict(), path)` wrote, in
            the zip format of torch 1.6 and later or the one before it.

    Returns:
        The arrays, in the file's order.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no state dict, is cut short, or holds
            anything but tensors.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if zipfile.is_zipfile(file):
                tensors, storages = _read_zip(file)
            else:
                file.seek(0)
                tensors, storages = _read_legacy(file)
        return {
            name: tensor.array(storages) for name, tensor in tensors.items()
        }
    except FileNotFoundError:
        raise
    except Exception as error:
        # A damaged pickle can raise nearly anything.
        raise ValueError(
            f"{path} is not a readable torch state dict: {error}"
        ) from error


class _Storage(NamedTuple):
    dtype: str
    key: str


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self, storages: dict[str, Array]) -> Array:
        data = storages[self.storage.key]
        steps = zip(self.shape, self.strides, strict=True)
        last = sum((n - 1) * stride for n, stride in steps)
        if 0 in self.shape:
            return np.zeros(self.shape, data.dtype)
        if min(self.strides, default=0) < 0 or self.offset + last >= len(data):
            raise ValueError("a tensor reaches beyond its storage")
        strides = [data.itemsize * stride for stride in self.strides]
        view = np.lib.stride_tricks.as_strided(
            data[self.offset :], self.shape, strides
        )
        return np.array(view)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _rebuild_parameter
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(
            f"it asks for {module}.{name}, which is refused"
        )

    def persistent_load(self, identity: Any) -> _Storage:
        kind, dtype, key = identity[:3]
        if kind != "storage":
            raise pickle.UnpicklingError(f"unknown object {kind!r}")
        return _Storage(dtype, str(key))


def _rebuild_tensor(
    storage: _Storage,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    *_: Any,
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _rebuild_parameter(tensor: _Tensor, *_: Any) -> _Tensor:
    return tensor


def _read_zip(
    file: BinaryIO,
) -> tuple[dict[str, _Tensor], dict[str, Array]]:
    with zipfile.ZipFile(file) as archive:
        root = next(
            name.removesuffix("data.pkl")
            for name in archive.namelist()
            if name.endswith("/data.pkl")
        )
        pickled = io.BytesIO(archive.read(f"{root}data.pkl"))
        tensors = _tensors(_Unpickler(pickled).load())
        storages = {
            key: np.frombuffer(archive.read(f"{root}data/{key}"), dtype)
            for key, dtype in _storages(tensors).items()
        }
    return tensors, storages


def _read_legacy(
    file: BinaryIO,
) -> tuple[dict[str, _Tensor], dict[str, Array]]:
    if _Unpickler(file).load() != _LEGACY_MAGIC:
        raise ValueError("unknown format")
    for _ in ("protocol version", "system information"):
        _Unpickler(file).load()
    tensors = _tensors(_Unpickler(file).load())
    dtypes = _storages(tensors)
    storages = {}
    for key in _Unpickler(file).load():
        (length,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype(dtypes[key])
        storages[key] = np.frombuffer(file.read(length * dtype.itemsize), dtype)
    return tensors, storages


def _tensors(pickled: Any) -> dict[str, _Tensor]:
    if not isinstance(pickled, dict) or not all(
        isinstance(value, _Tensor) for value in pickled.values()
    ):
        raise ValueError("it is no dictionary of tensors")
    return pickled


def _storages(tensors: dict[str, _Tensor]) -> dict[str, str]:
    return {t.storage.key: t.storage.dtype for t in tensors.values()}
