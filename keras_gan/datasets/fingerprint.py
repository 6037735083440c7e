"""Fingerprints, which tell whether a run's data have changed."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.datasets.archive import pieces
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.listing import map_files, path_text
from keras_gan.datasets.sources import Source

__all__ = ["fingerprint", "matches"]

READ_WHOLE = 2**31
"""Bytes of image files up to which their contents are compared."""


def fingerprint(source: Source) -> str:
    """Returns a text that differs if the data differ.

    It depends on the images, their order, their labels and the class names. Of
    data in memory it covers every pixel. Of an `ImageFolder` it covers names,
    sizes and times of all files and, up to 2 GiB, their contents.

    Raises:
        ValueError: If a file can't be read any more.
    """
    return " ".join(_digests(source))


def matches(source: Source, before: str) -> bool:
    """Returns whether data have a fingerprint that was taken before.

    Files with other names or times but the same contents are the same data, if
    the contents were compared.

    Args:
        source: The data.
        before: What `fingerprint` returned, or a digest of version 0.1.0,
            which covers 64 of the images.

    Raises:
        ValueError: If a file can't be read any more.
    """
    known = before.split()
    if ":" not in before:
        return known == [_digest_of_version_0_1_0(source)]
    return any(part in known for part in _digests(source))


def _digests(source: Source) -> Iterator[str]:
    """Yields digests, of which any equal one proves that data are the same.

    Those that take longer come last.
    """
    images = source.images
    if not isinstance(images, ImageFolder):
        yield f"pixels:{_pixels_digest(source)}"
        return
    try:
        sizes, states = _file_states(images)
        yield f"files:{_digest_of(source, states)}"
        if sizes <= READ_WHOLE:
            contents = map_files(_content_digest, images.files)
            yield f"contents:{_digest_of(source, contents)}"
    except OSError as error:
        raise ValueError(
            f"{path_text(error.filename)} can't be read ({error.strerror})"
        ) from error


def _digest_of(source: Source, parts: Iterable[Any]) -> str:
    known = {
        "shape": source.images.shape,
        "class_names": source.class_names,
        "labeled": source.labels is not None,
    }
    digest = hashlib.sha256(json.dumps(known).encode())
    if source.labels is not None:
        digest.update(source.labels.astype("<i8").tobytes())
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:32]


def _pixels_digest(source: Source) -> str:
    array: Any = source.images
    rows = (np.ascontiguousarray(piece).reshape(-1) for piece in pieces(array))
    return _digest_of(source, rows)


def _file_states(folder: ImageFolder) -> tuple[int, list[bytes]]:
    """Returns the total size of files, and name, size and time of each."""
    total, states = 0, []
    for file in map(Path, folder.files):
        status = file.stat()
        total += status.st_size
        name = os.fsencode(file.relative_to(folder.path).as_posix())
        state = f"\0{status.st_size}\0{status.st_mtime_ns}\0"
        states.append(name + state.encode())
    return total, states


def _content_digest(file: str) -> bytes:
    with Path(file).open("rb", buffering=0) as opened:
        return hashlib.file_digest(opened, "sha256").digest()


def _digest_of_version_0_1_0(source: Source) -> str:
    count = len(source.images)
    digest = hashlib.sha256(str(source.images.shape).encode())
    chosen = np.unique(np.linspace(0, count - 1, 64).astype(int))
    digest.update(np.ascontiguousarray(source.images[chosen]).tobytes())
    if source.labels is not None:
        digest.update(np.ascontiguousarray(source.labels[chosen]).tobytes())
    return digest.hexdigest()[:16]
