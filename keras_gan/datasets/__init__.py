"""Real images and vectors: in the package, downloaded, or the user's own."""

from keras_gan.datasets.batches import ImageBatches as ImageBatches
from keras_gan.datasets.batches import VectorBatches as VectorBatches
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
from keras_gan.datasets.pair_loading import UNPAIRED_NAMES as UNPAIRED_NAMES
from keras_gan.datasets.pair_loading import pairs as pairs
from keras_gan.datasets.pair_loading import unpaired as unpaired
from keras_gan.datasets.pair_sources import Pairs as Pairs
from keras_gan.datasets.pair_sources import Unpaired as Unpaired
from keras_gan.datasets.sources import Source as Source
from keras_gan.datasets.unpaired_batches import (
    UnpairedBatches as UnpairedBatches,
)

__all__ = [
    "GAUSSIANS",
    "NAMES",
    "PAIR_NAMES",
    "UNPAIRED_NAMES",
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
