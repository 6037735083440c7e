"""real.png: as many real images as a snapshot has, beside which it is seen."""

from pathlib import Path
from typing import Any

import keras

from keras_gan import images
from keras_gan.callbacks import ImageSnapshot
from keras_gan.callbacks._pictures import fixed_samples

__all__ = ["RealPicture"]


class RealPicture(keras.callbacks.Callback):
    """Writes a picture of real images, once in the life of a run.

    Args:
        path: The file.
        snapshot: What draws generated images, as many.
    """

    wants_each_batch = False

    def __init__(self, path: Path, snapshot: ImageSnapshot) -> None:
        super().__init__()
        self._path = path
        self._snapshot = snapshot

    def on_train_begin(self, logs: Any = None) -> None:
        """Writes the picture, of the first batch."""
        model, snapshot = self.model, self._snapshot
        if self._path.exists() or not model.makes_pictures:
            return
        samples = fixed_samples(
            model,
            snapshot.num_images,
            sources=snapshot.sources,
            seed=snapshot.seed,
        )
        picture = samples.real_grid()
        if picture is not None:
            images.save(picture, self._path)
