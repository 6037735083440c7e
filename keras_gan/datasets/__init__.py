"""Real images and vectors: in the package, downloaded, or the user's own."""

from keras_gan.datasets.batches import ImageBatches as ImageBatches
from keras_gan.datasets.batches import VectorBatches as VectorBatches
from keras_gan.datasets.folder import ImageFolder as ImageFolder
from keras_gan.datasets.gaussians import GAUSSIANS as GAUSSIANS
from keras_gan.datasets.loading import NAMES as NAMES
from keras_gan.datasets.loading import load as load
from keras_gan.datasets.loading import source as source
from keras_gan.datasets.named import installed as installed
from keras_gan.datasets.sources import Source as Source

__all__ = [
    "GAUSSIANS",
    "NAMES",
    "ImageBatches",
    "ImageFolder",
    "Source",
    "VectorBatches",
    "installed",
    "load",
    "source",
]
