"""Fingerprints, which tell whether a run's data have changed."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.datasets.archive import pieces
from keras_gan.datasets.file_states import file_states
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.listing import map_files, path_text
from keras_gan.datasets.pair_rows import ArrayPairs, Downsized, FilePairs
from keras_gan.datasets.pair_sources import Pairs, Unpaired
from keras_gan.datasets.sources import Source

__all__ = ["fingerprint", "matches"]

READ_WHOLE = 2**31
"""Bytes of image files up to which their contents are compared."""


def fingerprint(data: Source | Pairs | Unpaired) -> str:
    """Returns a text that differs if the data differ.

    It depends on the images, their order, their labels and the class names. Of
    data in memory it covers every pixel. Of an `ImageFolder` it covers names,
    sizes and times of all files and, up to 2 GiB, their contents. Of pairs and
    of unpaired sides it covers both images or sides.

    Raises:
        ValueError: If a file can't be read any more.
    """
    return " ".join(_digests(data))


def matches(data: Source | Pairs | Unpaired, before: str) -> bool:
    """Returns whether data have a fingerprint that was taken before.

    Files with other names or times but the same contents are the same data, if
    the contents were compared.

    Args:
        data: The data.
        before: What `fingerprint` returned, or a digest of version 0.1.0,
            which covers 64 of the images.

    Raises:
        ValueError: If a file can't be read any more.
    """
    known = before.split()
    if ":" not in before:
        # There were no other data.
        return isinstance(data, Source) and known == [
            _digest_of_version_0_1_0(data)
        ]
    return any(part in known for part in _digests(data))


def _digests(data: Source | Pairs | Unpaired) -> Iterator[str]:
    """Yields digests, of which any equal one proves that data are the same.

    Those that take longer come last.
    """
    if isinstance(data, Unpaired):
        # Where one side has fewer digests, the rest of the other is left out.
        sides = zip(_digests(data.a), _digests(data.b), strict=False)
        for of_a, of_b in sides:
            joined = hashlib.sha256(f"{of_a} {of_b}".encode()).hexdigest()
            yield f"sides:{joined[:32]}"
        return
    folder, files = _files_of(data)
    if folder is None:
        yield f"pixels:{_digest_of(data, _pixels(data))}"
        return
    try:
        found = list(file_states(folder, files))
        yield f"files:{_digest_of(data, (each.state for each in found))}"
        if sum(each.size for each in found) <= READ_WHOLE:
            contents = map_files(_content_digest, files)
            yield f"contents:{_digest_of(data, contents)}"
    except OSError as error:
        raise ValueError(
            f"{path_text(error.filename)} can't be read ({error.strerror})"
        ) from error


def _digest_of(data: Source | Pairs, parts: Iterable[Any]) -> str:
    shapes = (
        {"shape": data.images.shape}
        if isinstance(data, Source)
        else {"shape": (len(data), *data.source_shape, *data.target_shape)}
    )
    known = {
        **shapes,
        "class_names": data.class_names,
        "labeled": data.labels is not None,
    }
    digest = hashlib.sha256(json.dumps(known).encode())
    if data.labels is not None:
        digest.update(data.labels.astype("<i8").tobytes())
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:32]


def _files_of(data: Source | Pairs) -> tuple[Path | None, list[str]]:
    """Returns the folder and the files of data that are not in memory."""
    images: Any = data.images if isinstance(data, Source) else data.rows
    if isinstance(images, Downsized):
        images = images.target
    if isinstance(images, ImageFolder):
        return images.path, list(images.files)
    if isinstance(images, FilePairs):
        return images.path, [file for pair in images.files for file in pair]
    return None, []


def _pixels(data: Source | Pairs) -> Iterator[Any]:
    arrays: list[Any] = []
    if isinstance(data, Source):
        arrays = [data.images]
    elif isinstance(data.rows, Downsized):
        arrays = [data.rows.target]
    elif isinstance(data.rows, ArrayPairs):
        arrays = [data.rows.source, data.rows.target]
    for array in arrays:
        for piece in pieces(array):
            yield np.ascontiguousarray(piece).reshape(-1)


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
