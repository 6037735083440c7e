"""Real images: embedded, installed, downloaded, or the user's own."""

from keras_gan.datasets.batches import ImageBatches as ImageBatches
from keras_gan.datasets.folder import ImageFolder as ImageFolder
from keras_gan.datasets.sources import NAMES as NAMES
from keras_gan.datasets.sources import Source as Source
from keras_gan.datasets.sources import load as load
from keras_gan.datasets.sources import source as source

__all__ = ["NAMES", "ImageBatches", "ImageFolder", "Source", "load", "source"]
