"""Watching a training in a notebook, in one place that changes."""

import time
from collections.abc import Mapping
from typing import Any

import keras
from PIL import Image, ImageDraw

from keras_gan._charts import grouped, in_words
from keras_gan._checks import LARGEST_SEED, number_in, whole_number
from keras_gan._curves import charts
from keras_gan._drawing import INK, SOFT_INK, font
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._notebook import ReplacedPicture, in_notebook
from keras_gan.callbacks._pictures import (
    MOST_IMAGES,
    Samples,
    own_samples,
    plain,
)
from keras_gan.models import AdversarialModel
from keras_gan.models.several_workers import looking_on

_MOST_CHARTS = 4
_SHARE = 0.05
"""The part of the training's time that drawing may take."""
_SIDE = 420
"""Pixels that the samples are made smaller to, where they are larger."""
_GAP, _ABOVE = 16, 44
_LEFT_OUT = ("Learning rates", "Gradient norms", "Seconds for an epoch")


@keras.saving.register_keras_serializable("keras_gan")
class LiveDisplay(Configurable, keras.callbacks.Callback):
    """Shows samples and curves in a notebook while `fit` runs.

    One picture in the output of the cell changes in place: samples of the same
    latents each time, as `ImageSnapshot` draws them, and the curves of losses,
    scores and metrics. Points are the means of epochs. Until two epochs are
    over, they are the means since the epoch began. Drawing takes at most 5 %
    of the time.

    It works in Jupyter, JupyterLab, VS Code and Colab. Anywhere else it prints
    a line for each epoch where `fit` prints none, with `verbose=0`.

    Args:
        num_images: How many samples, rounded up to full rows of classes. Of
            points, 2,500 at least.
        labels: Classes, integers, one-hot or names, where conditional.
            Default: all.
        seed: Seed of the latents.
        seconds: How many seconds lie between two pictures, at least.

    Raises:
        ValueError: If an argument is out of range, or labels don't fit the
            model.

    Example:
        >>> live = keras_gan.callbacks.LiveDisplay()
        >>> gan.fit(images, epochs=20, callbacks=[live], verbose=0)
    """

    # It looks at what batches there are, now and then.
    wants_each_batch = False

    def __init__(
        self,
        num_images: int = 16,
        *,
        labels: Any = None,
        seed: int = 0,
        seconds: float = 2.0,
    ) -> None:
        super().__init__()
        self.num_images = whole_number("num_images", num_images, 1, MOST_IMAGES)
        self.labels = own_samples("labels", labels)
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.seconds = number_in("seconds", seconds, "[0, inf)")

    def on_train_begin(self, logs: Any = None) -> None:
        """Shows the first samples, and fails now where something is wrong."""
        self._began = time.perf_counter()
        self._in_notebook = in_notebook()
        self._place = ReplacedPicture()
        self._curves = Curves()
        self._epoch = 0
        self._samples: Samples | None = None
        if self._in_notebook and _can_show(self.model):
            with looking_on(self.model):
                self._samples = self.model.fixed_samples(
                    self.num_images, labels=self.labels, seed=self.seed
                )
        if self._in_notebook:
            self._show()
        # Compiling the sampler took most of it, and is done once.
        self._due = time.perf_counter() + self.seconds

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Notes which epoch begins."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Shows how far it is, if it is time."""
        if not self._in_notebook or time.perf_counter() < self._due:
            return
        done, steps = batch + 1, self.params.get("steps")
        said = f"batch {done:,}"
        if steps:
            # After the last ones together Keras may count more.
            done = min(done, steps)
            said = f"batch {done:,} of {steps:,}"
            self._curves.within(self._epoch + done / steps, logs or {})
        self._show(said)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Adds a point to the curves, and shows them if it is time."""
        self._curves.epoch(epoch + 1, logs or {})
        if not self._in_notebook and not self.params.get("verbose"):
            print(self._words(logs or {}))
        elif self._in_notebook and time.perf_counter() >= self._due:
            self._show()

    def on_train_end(self, logs: Any = None) -> None:
        """Shows what there is in the end."""
        if self._in_notebook:
            self._show()

    def for_other_workers(self) -> None:
        """Returns none: only the first of several workers shows something."""

    def _show(self, position: str = "") -> None:
        began = time.perf_counter()
        logs = self._curves.last
        self._place.show(self._picture(position), self._words(logs))
        ended = time.perf_counter()
        cost = (ended - began) * (1 - _SHARE) / _SHARE
        self._due = ended + max(self.seconds, cost)

    def _picture(self, position: str) -> Image.Image:
        # Asking for the model has Keras put its values back, on JAX.
        name = type(self.model).__name__
        parts = [charts(self._curves.by_chart())] if self._curves.last else []
        if self._samples is not None:
            with looking_on(self.model):
                parts.insert(0, _small_enough(self._samples.grid()))
        passed = _in_minutes(time.perf_counter() - self._began)
        under = ", ".join(filter(None, [position, f"{passed} passed"]))
        return _side_by_side(parts, f"{name}, {self._where()}", under)

    def _where(self) -> str:
        count = self.params.get("epochs")
        return f"epoch {self._epoch + 1}" + (f" of {count}" if count else "")

    def _words(self, logs: Mapping[str, Any]) -> str:
        # Keras hands them over in the order of the alphabet.
        first = [name for name in self.model.metrics_names if name in logs]
        names = dict.fromkeys([*first, *logs])
        numbers = [f"{name}: {logs[name]:.4g}" for name in names]
        return " - ".join([self._where(), *numbers])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, as JSON takes them."""
        return {
            "num_images": self.num_images,
            "labels": plain(self.labels),
            "seed": self.seed,
            "seconds": self.seconds,
        }


class Curves:
    """The points of a training's curves: means of epochs, and of parts.

    Attributes:
        last: The last logs.
    """

    def __init__(self) -> None:
        self.last: dict[str, float] = {}
        self._epochs: list[tuple[float, dict[str, float]]] = []
        self._parts: list[tuple[float, dict[str, float]]] = []

    def within(self, place: float, logs: Mapping[str, Any]) -> None:
        """Adds what an epoch under way shows.

        Args:
            place: The epochs that are over, with a part of this one.
            logs: Means since the epoch began.
        """
        self.last = _plain_numbers(logs)
        self._parts.append((place, self.last))

    def epoch(self, number: int, logs: Mapping[str, Any]) -> None:
        """Adds what an epoch shows in the end.

        Args:
            number: The epoch, from 1 on.
            logs: Its means.
        """
        self.last = _plain_numbers(logs)
        self._epochs.append((number, self.last))
        if len(self._epochs) > 1:
            self._parts = []

    def by_chart(self) -> dict[str, dict[str, list[tuple[float, float]]]]:
        """Returns the points of each curve, by chart and name."""
        points = self._epochs if len(self._epochs) > 1 else self._all()
        names = dict.fromkeys(name for _, logs in points for name in logs)
        found = {
            title: {
                in_words(name): [
                    (x, logs[name]) for x, logs in points if name in logs
                ]
                for name in chosen
            }
            for title, chosen in grouped(names).items()
            if title not in _LEFT_OUT
        }
        return dict(list(found.items())[:_MOST_CHARTS])

    def _all(self) -> list[tuple[float, dict[str, float]]]:
        return sorted([*self._parts, *self._epochs], key=lambda each: each[0])


def _plain_numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def _can_show(model: AdversarialModel) -> bool:
    """Whether there are pictures: what translators make is of a batch."""
    if not model.makes_pictures:
        return False
    return hasattr(model, "latents") or model.first_batch is not None


def _small_enough(picture: Image.Image) -> Image.Image:
    share = min(1.0, _SIDE / picture.width)
    if share == 1.0:
        return picture
    size = (round(picture.width * share), round(picture.height * share))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _side_by_side(
    parts: list[Image.Image], title: str, under: str
) -> Image.Image:
    width = sum(each.width + _GAP for each in parts) + _GAP
    height = max((each.height for each in parts), default=0) + _ABOVE + _GAP
    whole = Image.new("RGB", (max(width, _SIDE), height), "white")
    draw = ImageDraw.Draw(whole)
    draw.text((_GAP, 14), title, INK, font(16))
    said = _GAP + draw.textlength(title, font(16)) + 12
    draw.text((said, 17), under, SOFT_INK, font(13))
    left = _GAP
    for each in parts:
        whole.paste(each, (left, _ABOVE))
        left += each.width + _GAP
    return whole


def _in_minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}"
