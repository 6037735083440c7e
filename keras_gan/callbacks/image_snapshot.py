"""Pictures of a GAN in training, from the same latents each time."""

import math
import re
import warnings
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from os import PathLike
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from keras_gan import images
from keras_gan._checks import (
    LARGEST_SEED,
    file_path,
    flag,
    received,
    whole_number,
)
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._interval import Interval
from keras_gan.callbacks._pictures import (
    MOST_IMAGES,
    Samples,
    fixed_samples,
    own_samples,
    own_sources,
    plain,
)
from keras_gan.latents.paths import spherical, traverse
from keras_gan.models import GAN
from keras_gan.models.fixed_points import FixedPoints
from keras_gan.models.fixed_samples import FixedSamples, as_pictures
from keras_gan.models.several_workers import looking_on

_NAME = re.compile(r"(epoch|step)-(\d+)\.png")
_FRAMES = 100
_STRIPS, _POINTS = 5, 10


@keras.saving.register_keras_serializable("keras_gan")
class ImageSnapshot(Configurable, keras.callbacks.Callback):
    """Saves a grid of generated images every few epochs or steps.

    The latents are the same each time, so that the pictures show how each
    image develops; at the end they become an animation. A conditional model
    gets a row for each class, and in each column the same latent. Of a model of
    vectors, the points are drawn, with real ones behind them. One that
    translates images gets a row for each source, with what is made of it and
    what it should be beside it: images of the first batch, or `sources`.

    Pictures of another run are never overwritten: where training starts anew
    and the directory holds snapshots, a subdirectory `run-2`, `run-3`, ... is
    used. A run that is resumed goes on in its own. Where several workers train,
    the first one draws.

    Args:
        directory: Where to: `epoch-0001.png` after the first epoch, or
            `step-00001000.png`.
        num_images: How many images, at most 65,536, rounded up to full rows of
            classes. Of points, 2,500 at least.
        latents: Latents of the user's own, shape `(n, latent_dim)`, instead
            of `num_images` random ones.
        labels: Classes, integers, one-hot or names, where conditional.
            Default: all.
        every: How many epochs or steps lie between two pictures.
        unit: `"epoch"` or `"step"`.
        most_pictures: At most so many pictures of a `fit`, from 3 on: where it
            has too many epochs, more of them lie between two pictures, and
            the first and the last epoch have one. Default: no limit.
        seed: Seed of the latents.
        gif: Whether to write `progress.gif` at the end, of at most 100 of the
            pictures; or the file to write it to.
        interpolation: Whether to write, at the end, `interpolation.png`
            (walks from one latent to the next) and `traversal.png` (one
            latent dimension changed in each row).
        sources: Images of the user's own to translate, uint8 or floats of
            shape `(n, height, width, channels)`, instead of `num_images` of the
            first batch; or a pair: sources and targets, or images of both
            sides of a `CycleGAN`.

    Raises:
        ValueError: If an argument is out of range, latents or labels don't fit
            the model, or its samples are not images.

    Example:
        >>> snapshot = keras_gan.callbacks.ImageSnapshot("images", every=5)
        >>> gan.fit(data, epochs=50, callbacks=[snapshot])
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        num_images: int = 16,
        latents: Any = None,
        labels: Any = None,
        every: int = 1,
        unit: str = "epoch",
        most_pictures: int | None = None,
        seed: int = 0,
        gif: bool | str | Path = True,
        interpolation: bool = False,
        sources: Any = None,
    ) -> None:
        super().__init__()
        self._interval = Interval(every, unit)
        self.directory = str(file_path("directory", directory))
        self.num_images = whole_number("num_images", num_images, 1, MOST_IMAGES)
        self.latents = own_samples("latents", latents)
        self.labels = own_samples("labels", labels)
        self.every = self._interval.every
        self.unit = self._interval.unit
        self.most_pictures = (
            None
            if most_pictures is None
            else whole_number("most_pictures", most_pictures, 3)
        )
        if self.unit == "step" and self.most_pictures is not None:
            raise ValueError(
                "`most_pictures` counts pictures of epochs: leave it out with "
                'unit="step", and choose `every`. '
                f"{received('most_pictures', most_pictures)}"
            )
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.gif: bool | str = (
            str(file_path("gif", gif))
            if isinstance(gif, str | PathLike)
            else flag("gif", gif)
        )
        self.interpolation = flag("interpolation", interpolation)
        self.sources = own_sources(sources)
        # Batches are only of interest where pictures are taken by steps.
        self.async_safe = self.unit == "epoch"
        self.wants_each_batch = self.unit == "step"
        self._folder: Path | None = None
        self._samples: Samples | None = None

    @property
    def folder(self) -> Path:
        """The directory that this run's pictures are in."""
        return self._folder or Path(self.directory)

    def on_train_begin(self, logs: Any = None) -> None:
        """Draws the latents, and fails now where they don't fit."""
        self._folder = None
        if self.interpolation:
            self._require_strips()
        model = self.model
        with looking_on(model):
            self._samples = fixed_samples(
                model,
                self.num_images,
                sources=self.sources,
                latents=self.latents,
                labels=self.labels,
                seed=self.seed,
            )
            self._samples.grid()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Chooses the folder, when it is known whether the run is a new one."""
        self._interval.begin_epoch(self.model, self.params.get("steps"))
        if self._folder is None:
            position = epoch if self.unit == "epoch" else self._interval.step
            self._folder = _own_folder(Path(self.directory), position == 0)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Saves a picture if it is time."""
        if self._interval.after_batch(batch):
            step = self._interval.step
            self._save(f"step-{step:08d}.png", f"step {step:,}", logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves a picture if it is time."""
        if self._is_time(epoch):
            done = epoch + 1
            self._save(f"epoch-{done:04d}.png", f"epoch {done}", logs)

    def _is_time(self, epoch: int) -> bool:
        epochs = self.params.get("epochs")
        if self.unit == "step" or self.most_pictures is None or not epochs:
            return self._interval.after_epoch(epoch)
        apart = math.ceil(epochs / (self.most_pictures - 2))
        if apart <= self.every or epochs <= self.most_pictures:
            return self._interval.after_epoch(epoch)
        return epoch in (0, epochs - 1) or (epoch + 1) % apart == 0

    def on_train_end(self, logs: Any = None) -> None:
        """Writes the animation and the strips."""
        if self.gif:
            self.write_gif()
        if self.interpolation:
            with looking_on(self.model):
                self.write_strips()

    def for_other_workers(self) -> None:
        """Returns none: only the first of several workers draws."""

    def write_gif(self, path: str | Path | None = None) -> Path | None:
        """Writes the animation of the pictures so far.

        A picture that can't be read is left out, with a warning.

        Args:
            path: The file. Default: what `gif` says.

        Returns:
            Its path, or `None` where there are no pictures.
        """
        paths = snapshots(self.folder)
        if not paths:
            return None
        if len(paths) > _FRAMES:
            chosen = np.linspace(0, len(paths) - 1, _FRAMES).round()
            paths = [paths[int(index)] for index in chosen]
        target = self.folder / "progress.gif"
        if path is not None or isinstance(self.gif, str):
            target = Path(path or str(self.gif))
        frames = _opened(paths)
        first = next(frames, None)
        if first is None:
            return None
        return images.gif(chain([first], frames), target)

    def write_strips(self) -> list[Path]:
        """Writes `interpolation.png` and `traversal.png`, as of now.

        Returns:
            Their paths.
        """
        model, samples = self.model, self._samples
        assert isinstance(samples, FixedSamples)
        ends = model.latents(_STRIPS + 1, self.seed)
        label = None if samples.labels is None else samples.labels[0]
        walks = [
            spherical(start, end, _POINTS) for start, end in pairwise(ends)
        ]
        sweeps = [
            traverse(ends[0], dimension, _POINTS)
            for dimension in range(min(_STRIPS, model.latent_dim))
        ]
        return [
            self._write_rows(model, rows, label, name)
            for rows, name in (
                (walks, "interpolation.png"),
                (sweeps, "traversal.png"),
            )
        ]

    def _write_rows(
        self, model: GAN, rows: list[Any], label: Any, name: str
    ) -> Path:
        latents = np.concatenate(rows)
        labels = None
        if label is not None:
            labels = np.repeat(np.asarray(label)[None], len(latents), axis=0)
        made = model.generate(latents=latents, labels=labels)
        picture = images.grid(as_pictures(model, made), _POINTS)
        return images.save(picture, self.folder / name)

    def _require_strips(self) -> None:
        if not isinstance(self.model, GAN):
            raise ValueError(
                "`interpolation` walks through latents, which only a GAN has. "
                f"Received: interpolation=True for {type(self.model).__name__}"
            )
        if self.model.makes_vectors and not self.model.vectors_are_pictures:
            raise ValueError(
                "`interpolation` shows rows of images, and the model makes "
                "points. Received: interpolation=True"
            )

    def _save(self, name: str, title: str, logs: Any) -> None:
        samples = self._samples
        assert samples is not None
        # Asking for the model has Keras put its values back, on JAX.
        with looking_on(self.model):
            picture = (
                samples.grid(title, _measured(logs or {}))
                if isinstance(samples, FixedPoints)
                else samples.grid()
            )
        images.save(picture, self.folder / name)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, as JSON takes them."""
        return {
            "directory": self.directory,
            "num_images": self.num_images,
            "latents": plain(self.latents),
            "labels": plain(self.labels),
            "every": self.every,
            "unit": self.unit,
            "most_pictures": self.most_pictures,
            "seed": self.seed,
            "gif": self.gif,
            "interpolation": self.interpolation,
            "sources": plain(self.sources),
        }


def _measured(logs: Mapping[str, float]) -> str:
    """Returns what the logs say of the modes, in words."""
    said = []
    if math.isfinite(logs.get("modes", math.nan)):
        said.append(f"{int(logs['modes'])} modes found")
    if math.isfinite(logs.get("high_quality", math.nan)):
        said.append(f"{100 * logs['high_quality']:.1f} % of high quality")
    return ", ".join(said)


def snapshots(folder: Path) -> list[Path]:
    """Returns the pictures in a folder, in the order they were made.

    Args:
        folder: A directory that `ImageSnapshot` wrote to.
    """
    if not folder.is_dir():
        return []
    found = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    named = [(m[1], int(m[2]), path) for m, path in found if m is not None]
    return [path for _, _, path in sorted(named)]


def _own_folder(directory: Path, starts_anew: bool) -> Path:
    folders = [directory]
    while snapshots(folders[-1]):
        folders.append(directory / f"run-{len(folders) + 1}")
    if not starts_anew:
        return folders[max(len(folders) - 2, 0)]
    if len(folders) > 1:
        warnings.warn(
            f"{directory} holds another run's pictures. This run's go to "
            f"{folders[-1]}.",
            stacklevel=2,
        )
    return folders[-1]


def _opened(paths: list[Path]) -> Iterator[Image.Image]:
    for path in paths:
        try:
            with Image.open(path) as picture:
                picture.load()
        # Damage makes Pillow fail in many ways.
        except Exception as error:
            warnings.warn(
                f"{path} can't be read, so the animation leaves it out: "
                f"{error}",
                stacklevel=2,
            )
            continue
        yield picture
