"""How are the images of a folder decoded: by whom, and how often?"""

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from keras_gan._checks import file_path, function, instance_of, number_in
from keras_gan.datasets.decoded_cache import DecodedCache
from keras_gan.datasets.streamed import StreamedRows
from keras_gan.datasets.workers import check_num_workers

__all__ = ["Decoding", "checked_decoding"]

_Rows = TypeVar("_Rows", bound=StreamedRows)


@dataclass(frozen=True)
class Decoding:
    """Who decodes the images of a folder, and whether the pixels are kept.

    The images, their order and what is seen of them are the same either way.

    Args:
        num_workers: How many processes decode: batches ahead of the training,
            and the whole folder where it is read at once; at most 61 on
            Windows. 0 decodes in threads of this process, when a batch is
            asked for. A process takes 60 to 80 MB. It imports neither a
            framework nor the program that starts it, and ends with it.
        cache: A folder for decoded pixels, which is made if it is not there;
            `~` is the user's own. All images of the data are decoded once,
            before they are first used, and read from there ever after, by any
            run. Where the name, size or time of a file has changed, or the
            image size, they are decoded anew. None keeps nothing.
        cache_limit: The most bytes in that folder, 64 GiB by default. What was
            not used for longest is removed.
        progress: Called with how many images were decoded for the cache, and
            how many there are, now and then.

    Raises:
        TypeError: If `progress` can't be called.
        ValueError: If another argument is not what it must be.

    Example:
        >>> decoding = Decoding(num_workers=8, cache="~/decoded")
        >>> faces = source("faces", image_size=64, decoding=decoding)
    """

    num_workers: int = 0
    cache: str | Path | None = None
    cache_limit: float = 2**36
    progress: Callable[[int, int], None] | None = None

    def __post_init__(self) -> None:
        check_num_workers(self.num_workers)
        if self.cache is not None:
            _check_folder(file_path("cache", self.cache))
        number_in("cache_limit", self.cache_limit)
        if self.progress is not None:
            function("progress", self.progress, "decoded, images")

    def applied(self, rows: _Rows) -> _Rows:
        """Returns rows that are decoded so, with their pixels in the cache.

        Raises:
            ValueError: If they don't fit, or a file can't be read any more.
            OSError: If they can't be written.
        """
        rows = copy.copy(rows)
        rows.num_workers = self.num_workers
        if self.cache is None:
            return rows
        folder = Path(self.cache).expanduser()
        cache = DecodedCache(folder, self.cache_limit)
        return rows.cached(cache, self.progress)


def _check_folder(path: str | Path) -> None:
    """Raises `ValueError` where a file is in the place of the folder to be."""
    folder = Path(path).expanduser()
    for each in (folder, *folder.parents):
        # Which raises no error where it may not look.
        if os.path.isfile(each):  # noqa: PTH113
            raise ValueError(
                "`cache` must be a folder, which is made if it is not there. "
                f"Received: cache={str(path)!r}, and {str(each)!r} is a file"
            )


def checked_decoding(decoding: Any) -> Decoding:
    """Returns how to decode; None is in this process, and keeps nothing.

    Raises:
        TypeError: If it is something else.
    """
    if decoding is None:
        return Decoding()
    words = "a `datasets.Decoding`, or None"
    found: Decoding = instance_of("decoding", decoding, Decoding, words)
    return found
