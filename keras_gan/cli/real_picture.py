"""real.png: as many real images as a snapshot has, beside which it is seen."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan import images
from keras_gan.callbacks import ImageSnapshot
from keras_gan.datasets import Source
from keras_gan.models import GAN
from keras_gan.models.fixed_samples import FixedSamples

__all__ = ["RealPicture"]


class RealPicture(keras.callbacks.Callback):
    """Writes a picture of real images, once in the life of a run.

    Of points there is none, as their pictures show real ones, too. Nor is
    there one of translations, which stand beside their targets.

    Args:
        path: The file.
        data: What the run is trained on.
        snapshot: What draws generated images, as many.
    """

    wants_each_batch = False

    def __init__(self, path: Path, data: Any, snapshot: ImageSnapshot) -> None:
        super().__init__()
        self._path = path
        self._data = data
        self._snapshot = snapshot

    def on_train_begin(self, logs: Any = None) -> None:
        """Writes the picture."""
        model, data = self.model, self._data
        if not isinstance(data, Source) or data.holds_vectors:
            return
        if not isinstance(model, GAN) or self._path.exists():
            return
        samples = model.fixed_samples(
            self._snapshot.num_images, seed=self._snapshot.seed
        )
        assert isinstance(samples, FixedSamples)
        rows = _chosen(data, len(samples.latents), samples.labels)
        images.save(images.grid(data.images[rows], samples.columns), self._path)


def _chosen(data: Source, count: int, labels: Any) -> np.ndarray[Any, Any]:
    """Returns which images are shown: of all, or of each one's class."""
    if labels is None or data.labels is None:
        shown = min(count, len(data))
        return np.linspace(0, len(data) - 1, shown).round().astype("int64")
    found = []
    for place, label in enumerate(np.asarray(labels)):
        of_class = np.flatnonzero(data.labels == label)
        if len(of_class):
            found.append(of_class[place % len(of_class)])
    return np.asarray(found, "int64")
