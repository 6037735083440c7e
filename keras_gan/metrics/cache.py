"""A cache on disk for the features of real images."""

import hashlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan._arrays import Array
from keras_gan._atomic_write import replacing
from keras_gan._checks import file_path, function, instance_of
from keras_gan.features.extractor import Extracted, Extractor, Progress

__all__ = ["cached_features"]


def cached_features(
    images: Array,
    extractor: Extractor,
    directory: str | Path | None,
    *,
    progress: Progress | None = None,
) -> Extracted:
    """Returns features of images, from a file if they were computed before.

    A file is found by a hash of the images and the extractor's name. It is
    replaced as a whole, and used only if its checksum is right. So several
    processes may share a directory, and may be killed at any moment.

    Args:
        images: uint8 images, (n, H, W, C), or vectors for an extractor of
            vectors.
        extractor: Computes the features that are in no file.
        directory: The folder of the files, made if missing. None: no cache.
        progress: Called with images done and in total, if they are computed.

    Returns:
        What `extractor.extract(images)` returns.

    Raises:
        TypeError: If `extractor` is no extractor.
        ValueError: If they are no such images, or `directory` is no path.
    """
    instance_of("extractor", extractor, Extractor, "one of keras_gan.features")
    images = extractor.checked("images", images)
    if progress is not None:
        function("progress", progress, "images done, images in total")
    if directory is None:
        return extractor.extract(images, progress=progress)
    key = _key(images, extractor)
    path = file_path("directory", directory) / f"{key}.npz"
    known = _read(path, key)
    if known is not None:
        return known
    extracted = extractor.extract(images, progress=progress)
    try:
        _write(path, key, extracted)
    except OSError as error:
        warnings.warn(
            f"Real features can't be cached and will be computed again: "
            f"{error}",
            UserWarning,
            stacklevel=2,
        )
    return extracted


def _key(images: Array, extractor: Extractor) -> str:
    digest = hashlib.sha256(f"{extractor.name} {images.shape}".encode())
    for start in range(0, len(images), 4096):
        digest.update(images[start : start + 4096].tobytes())
    return digest.hexdigest()[:32]


def _checksum(key: str, arrays: dict[str, Array]) -> str:
    digest = hashlib.sha256(key.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].shape}".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def _read(path: Path, key: str) -> Extracted | None:
    try:
        # `np.load(path)` leaves a file open that it can't read.
        with path.open("rb") as stream, np.load(stream) as file:
            arrays: dict[str, Any] = {name: file[name] for name in file.files}
        checksum = str(arrays.pop("checksum"))
    except Exception:
        # Whatever is wrong with the file, computing anew is the answer.
        return None
    if checksum != _checksum(key, arrays):
        return None
    return Extracted(arrays["features"], arrays.get("probabilities"))


def _write(path: Path, key: str, extracted: Extracted) -> None:
    arrays: dict[str, Any] = {"features": extracted.features}
    if extracted.probabilities is not None:
        arrays["probabilities"] = extracted.probabilities
    path.parent.mkdir(parents=True, exist_ok=True)
    checksum = np.array(_checksum(key, arrays))
    with replacing(path) as temporary:
        np.savez(temporary, checksum=checksum, **arrays)
