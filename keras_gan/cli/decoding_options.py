"""How a command decodes folders of images: its options, and their words."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from keras_gan._printable import bytes_in_words
from keras_gan.cli.console import console, counted
from keras_gan.datasets import Decoding, Pairs, Source, Unpaired
from keras_gan.datasets.listing import path_text
from keras_gan.datasets.pair_rows import Downsized
from keras_gan.datasets.streamed import StreamedRows

__all__ = ["decoding_in_words", "decoding_of"]

_SECONDS_APART = 10.0
"""How often it is said how far the cache is filled."""


def decoding_of(arguments: Any) -> Decoding:
    """Returns what the arguments of a command say.

    A command that only shows what it would do fills no cache.
    """
    found = Decoding(
        arguments.num_workers,
        arguments.cache,
        arguments.cache_limit * 2**30,
        _Progress(),
    )
    return replace(found, cache=None) if arguments.dry_run else found


def decoding_in_words(
    data: Source | Pairs | Unpaired, arguments: Any
) -> str | None:
    """Returns how images are decoded while a model trains.

    None where they are in memory and nothing was said of it.
    """
    rows = list(_streamed(data))
    if not rows:
        told = arguments.num_workers or arguments.cache is not None
        return (
            "none while it trains: the images are in memory" if told else None
        )
    by = (
        f"ahead, by {counted(arguments.num_workers, 'process', 'processes')}"
        if arguments.num_workers
        else "when a batch is wanted (ahead of it with --num-workers N)"
    )
    if arguments.cache is None:
        return f"{by}, in each epoch anew (once with --cache DIR)"
    size = sum(
        len(each) * math.prod(shape)
        for each in rows
        for shape in each.row_shapes
    )
    would = "would be " if arguments.dry_run else ""
    return (
        f"once; pixels {would}kept in {path_text(arguments.cache)}, "
        f"{bytes_in_words(size)}; read {by}"
    )


def _streamed(data: Source | Pairs | Unpaired) -> Iterator[StreamedRows]:
    """Yields what is not in memory."""
    if isinstance(data, Unpaired):
        for side in (data.a, data.b):
            yield from _streamed(side)
        return
    rows: Any = data.rows if isinstance(data, Pairs) else data.images
    if isinstance(rows, Downsized):
        rows = rows.target
    if isinstance(rows, StreamedRows):
        yield rows


class _Progress:
    """Says now and then how far a cache is filled."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, decoded: int, images: int) -> None:
        now = time.monotonic()
        if now - self._said > _SECONDS_APART:
            self._said = now
            console().print(f"Decoded {decoded:,} of {images:,} for the cache.")
