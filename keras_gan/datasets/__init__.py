"""Real images and vectors: in the package, downloaded, or the user's own."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_gan.datasets.batches import ImageBatches as ImageBatches
    from keras_gan.datasets.batches import VectorBatches as VectorBatches
    from keras_gan.datasets.decoding import Decoding as Decoding
    from keras_gan.datasets.folder import ImageFolder as ImageFolder
    from keras_gan.datasets.gaussians import GAUSSIANS as GAUSSIANS
    from keras_gan.datasets.loading import NAMES as NAMES
    from keras_gan.datasets.loading import load as load
    from keras_gan.datasets.loading import source as source
    from keras_gan.datasets.named import installed as installed
    from keras_gan.datasets.pair_batches import PairBatches as PairBatches
    from keras_gan.datasets.pair_layout import PairFolder as PairFolder
    from keras_gan.datasets.pair_layout import pair_folder as pair_folder
    from keras_gan.datasets.pair_loading import PAIR_NAMES as PAIR_NAMES
    from keras_gan.datasets.pair_loading import (
        UNPAIRED_NAMES as UNPAIRED_NAMES,
    )
    from keras_gan.datasets.pair_loading import pairs as pairs
    from keras_gan.datasets.pair_loading import unpaired as unpaired
    from keras_gan.datasets.pair_sources import Pairs as Pairs
    from keras_gan.datasets.pair_sources import Unpaired as Unpaired
    from keras_gan.datasets.sources import Source as Source
    from keras_gan.datasets.unpaired_batches import (
        UnpairedBatches as UnpairedBatches,
    )

_HOMES = {
    "Decoding": "decoding",
    "GAUSSIANS": "gaussians",
    "ImageBatches": "batches",
    "ImageFolder": "folder",
    "NAMES": "loading",
    "PAIR_NAMES": "pair_loading",
    "PairBatches": "pair_batches",
    "PairFolder": "pair_layout",
    "Pairs": "pair_sources",
    "Source": "sources",
    "UNPAIRED_NAMES": "pair_loading",
    "Unpaired": "pair_sources",
    "UnpairedBatches": "unpaired_batches",
    "VectorBatches": "batches",
    "installed": "named",
    "load": "loading",
    "pair_folder": "pair_layout",
    "pairs": "pair_loading",
    "source": "loading",
    "unpaired": "pair_loading",
}
"""The module that each public name is in.

They are loaded when they are asked for: processes that only decode images
import modules of this package, and must not load Keras and its backend.
"""

__all__ = [
    "GAUSSIANS",
    "NAMES",
    "PAIR_NAMES",
    "UNPAIRED_NAMES",
    "Decoding",
    "ImageBatches",
    "ImageFolder",
    "PairBatches",
    "PairFolder",
    "Pairs",
    "Source",
    "Unpaired",
    "UnpairedBatches",
    "VectorBatches",
    "installed",
    "load",
    "pair_folder",
    "pairs",
    "source",
    "unpaired",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
