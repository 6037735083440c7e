"""Keras' TensorBoard, for two networks and their pictures."""

import contextlib
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan._charts import (
    TENSORBOARD,
    TENSORBOARD_GROUPS,
    TENSORBOARD_OTHERS,
    deciding,
)
from keras_gan._checks import (
    LARGEST_INT32,
    LARGEST_SEED,
    choice,
    file_path,
    flag,
    instance_of,
    received,
    whole_number,
    whole_numbers,
)
from keras_gan.callbacks import _events as events
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._gradient_watch import GradientWatch
from keras_gan.callbacks._hparams import hyper_parameters
from keras_gan.callbacks._interval import Interval
from keras_gan.callbacks._pictures import (
    MOST_IMAGES,
    Samples,
    fixed_samples,
    own_samples,
    own_sources,
    plain,
)
from keras_gan.callbacks._points import Point, Points
from keras_gan.callbacks._scheduled_values import scheduled_values
from keras_gan.callbacks._values import rate_of, value_of
from keras_gan.models import AdversarialModel
from keras_gan.models.several_workers import looking_on


@keras.saving.register_keras_serializable("keras_gan")
class TensorBoard(Configurable, keras.callbacks.TensorBoard):
    """Keras' TensorBoard callback, and what there is to see of a GAN.

    All of Keras' own works as before. In addition:

    * SCALARS: every log by step (`batch_d_loss`) and by epoch
      (`epoch_d_loss`), both players' gradient and weight norms, learning rates
      and other schedules (`epoch_r1_weight`), and images per second; those by
      epoch once more in groups, which come first on the page: `1 quality/fid`,
      `2 losses/d_loss`, `3 scores`, `4 penalties`, `5 norms`, `6 settings`,
      `7 speed`, `8 others`;
    * IMAGES: `generated/grid`, from the same latents each time, beside
      `real/grid`;
    * HISTOGRAMS: weights, gradients, and the scores of real and of generated
      images (`scores/real`, `scores/fake`);
    * HPARAMS: the run's settings, so that runs can be compared in a table,
      with the measures of quality and the losses as its first metrics;
    * GRAPHS: the layers of both networks, under the tag `networks`;
    * CUSTOM SCALARS: both losses on one chart.

    Give each run a `log_dir` of its own under one directory, and see them side
    by side with `tensorboard --logdir runs`. Where several workers train, the
    first one writes.

    Args:
        log_dir: Where to. Metrics of validation go to a run beside.
        histogram_freq: How many epochs lie between two histograms, from the
            first on; 0 for none.
        write_graph: Whether to write the networks' graphs.
        write_images: Whether to show weights as images.
        write_steps_per_second: Whether to write steps per second.
        update_freq: How many steps lie between two points by step; `"batch"`
            for one; `"epoch"` for no points by step; `"auto"` for one where
            writing takes less than 1 % of the time, else more. Summaries
            that a network writes itself need `"batch"` or a number.
        profile_batch: Steps to profile, as in Keras (not on torch).
        embeddings_freq: As in Keras.
        embeddings_metadata: As in Keras.
        images_freq: How many epochs lie between two grids; 0 for none.
        num_images: How many images are in a grid, rounded up so that each
            class gets as many, a column, where conditional.
        latents: Latents of the user's own, shape `(n, latent_dim)`.
        labels: Classes, or their names, where conditional. Default: all.
        seed: Seed of the latents.
        hparams: Settings of the user's own for the table, names to numbers,
            bools or strings. They are added to the model's.
        watch_gradients: Whether to put both players' gradient norms into the
            logs, and so on the charts.
        sources: Images of the user's own to translate, as in `ImageSnapshot`.

    Raises:
        ValueError: If a number is out of range.

    Example:
        >>> board = keras_gan.callbacks.TensorBoard("runs/first")
        >>> gan.fit(images, epochs=20, callbacks=[board])
    """

    def __init__(
        self,
        log_dir: str | Path = "logs",
        histogram_freq: int = 10,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: int | str = "auto",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        *,
        images_freq: int = 1,
        num_images: int = 16,
        latents: Any = None,
        labels: Any = None,
        seed: int = 0,
        hparams: Mapping[str, Any] | None = None,
        watch_gradients: bool = True,
        sources: Any = None,
    ) -> None:
        update_freq = _update_freq(update_freq)
        profile_batch = _profile_batch(profile_batch)
        if embeddings_metadata is not None:
            instance_of(
                "embeddings_metadata",
                embeddings_metadata,
                (str, dict),
                "a path, a dictionary from layer names to paths, or None",
            )
        super().__init__(
            str(file_path("log_dir", log_dir)),
            whole_number("histogram_freq", histogram_freq, 0),
            flag("write_graph", write_graph),
            flag("write_images", write_images),
            flag("write_steps_per_second", write_steps_per_second),
            # Keras then spares the work that only `tf.summary` needs.
            "epoch" if update_freq == "auto" else update_freq,
            profile_batch,
            whole_number("embeddings_freq", embeddings_freq, 0),
            embeddings_metadata,
        )
        self.points = update_freq
        self.profile_batch = profile_batch
        self.images_freq = whole_number("images_freq", images_freq, 0)
        self.num_images = whole_number("num_images", num_images, 1, MOST_IMAGES)
        self.latents = own_samples("latents", latents)
        self.labels = own_samples("labels", labels)
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.sources = own_sources(sources)
        self.hparams = dict(
            instance_of(
                "hparams",
                {} if hparams is None else hparams,
                Mapping,
                "a dictionary from names to numbers, bools or strings",
            )
        )
        self.watch_gradients = flag("watch_gradients", watch_gradients)
        # Whether points may be written while the next step already runs.
        self.async_safe = not (profile_batch or write_steps_per_second)
        self.wants_each_batch = bool(profile_batch) or update_freq != "epoch"
        every = update_freq if isinstance(update_freq, int) else 1
        self._interval = Interval(
            every, "epoch" if update_freq == "epoch" else "step"
        )
        self._points = Points(self._write_points, limited=False)
        self._samples: Samples | None = None
        self._began = self._ended = 0.0
        self._watch = GradientWatch()

    # ---------------------------------------------------------- Keras' calls

    def on_train_begin(self, logs: Any = None) -> None:
        """Writes what does not change: graphs, settings, real images."""
        model = self.model
        if self.watch_gradients:
            self._watch.begin(model)
        super().on_train_begin(logs)
        # Keras 3 finds none, but looks for it after the first batch: from
        # another thread, that would take JAX's state away from the next step.
        self._should_write_train_graph = False
        # All of it: a rate of a schedule is computed, too.
        with looking_on(model):
            self._write_beginning(model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock."""
        super().on_epoch_begin(epoch, logs)
        self._interval.begin_epoch(self.model, self.params.get("steps"))
        self._began = self._ended = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Writes the points that are waiting, if it is time."""
        super().on_train_batch_begin(batch, logs)
        self._points.flush_if_due()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Takes the logs as points by step."""
        # Keras would write each in an operation of its own.
        super().on_train_batch_end(batch, None)
        self._ended = time.perf_counter()
        if self._interval.after_batch(batch):
            self._points.add(self._interval.step, logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Writes the logs by epoch, pictures and histograms."""
        # Keras' rule of which steps to record would apply to epochs, too.
        model = self.model
        with self.summary.record_if(True), looking_on(model):
            self._points.flush()
            super().on_epoch_end(epoch, logs)
            measured = self._measured(model)
            self._write(events.scalars(measured), epoch)
            self._write_groups(measured, logs or {}, epoch)
            self._lay_out([f"epoch_{name}" for name in logs or {}], epoch)
            self._write_made(model, epoch)
            self._train_writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Marks the run as done and closes the files."""
        self._write(events.run_ended(), 0)
        super().on_train_end(logs)
        self._watch.end(self.model)

    def for_other_workers(self) -> keras.callbacks.Callback | None:
        """Returns what is left for workers that write nothing."""
        return self._watch if self.watch_gradients else None

    def _collect_learning_rate(self, logs: dict[str, Any]) -> dict[str, Any]:
        # Keras takes the optimizers' names, which the user may have given.
        for name, optimizer in self.model.optimizer.players.items():
            logs[f"learning_rate_{name}"] = rate_of(optimizer)
        return logs

    def _log_weights(self, epoch: int) -> None:
        # TensorFlow's histogram needs 30 times the memory of a weight.
        model = self.model
        weights = [
            (name, weight)
            for name, network in model.players.networks.items()
            for weight in network.weights
        ]
        for name, weight in weights:
            tag = _tag(name, weight.path)
            histogram = events.histogram(f"{tag}/histogram", value_of(weight))
            self._write(histogram, epoch)
            if self.write_images:
                with self._train_writer.as_default():
                    self._log_weight_as_image(weight, f"{tag}/image", epoch)

    # -------------------------------------------------------- what is ours

    def _write(self, summary: Any, step: int) -> None:
        self._write_all([(summary, step)])

    def _write_points(self, points: list[Point]) -> None:
        self._write_all(
            [
                (
                    events.scalars({f"batch_{k}": v for k, v in logs.items()}),
                    step,
                )
                for step, logs in points
            ]
        )

    def _write_all(self, summaries: list[tuple[Any, int]]) -> None:
        """Writes summaries into the file that Keras writes to.

        A second file in the same directory would not always be read.
        """
        with self.summary.record_if(True), self._train_writer.as_default():
            for summary, step in summaries:
                self.summary.experimental.write_raw_pb(
                    summary.SerializeToString(), step
                )

    def _write_groups(
        self, measured: dict[str, float], logs: dict[str, Any], epoch: int
    ) -> None:
        """Writes what there is by epoch in groups that can be looked through.

        Tags without a slash are a group each. Those of validation go to its
        own run, so that both are on one chart.
        """
        rates = self._collect_learning_rate({})
        named = {k.removeprefix("epoch_"): v for k, v in measured.items()}
        values = {**logs, **rates, **named}
        training: dict[str, float] = {}
        validation: dict[str, float] = {}
        for name, value in values.items():
            short = name.removeprefix("val_")
            to = training if short == name else validation
            to[f"{_group(short)}/{short}"] = value
        self._write(events.scalars(training), epoch)
        if validation:
            summary = events.scalars(validation).SerializeToString()
            with self._val_writer.as_default():
                self.summary.experimental.write_raw_pb(summary, epoch)

    def _expected(self, model: AdversarialModel) -> list[str]:
        """Returns the tags of curves that are known before training."""
        logs = [
            name
            for name in model.log_names
            if model.watches_gradients or not name.endswith("gradient_norm")
        ]
        by_step = [] if self.points == "epoch" else logs
        return [
            *(f"batch_{name}" for name in by_step),
            *(f"epoch_{name}" for name in logs),
            *(f"epoch_{p.prefix}_weight_norm" for p in model.players.values()),
            *(f"epoch_learning_rate_{name}" for name in model.players),
            *(f"epoch_{name}" for name in scheduled_values(model)),
        ]

    def _lay_out(self, tags: list[str], step: int) -> None:
        """Shows the charts that have curves, as soon as they have some."""
        titles = {
            title
            for title, patterns in TENSORBOARD.items()
            if any(
                re.match(one, tag) for one in deciding(patterns) for tag in tags
            )
        }
        if titles <= self._titles:
            return
        self._titles |= titles
        charts = {t: p for t, p in TENSORBOARD.items() if t in self._titles}
        self._write(events.layout(charts), step)

    def _write_graphs(self, model: AdversarialModel) -> None:
        found = {}
        for name, network in model.players.networks.items():
            # Subclassed networks have no graph of layers.
            with contextlib.suppress(
                NotImplementedError, TypeError, ValueError
            ):
                found[name] = network.to_json()
        if found:
            self._write(events.networks(found), 0)

    def _fixed_samples(self, model: AdversarialModel) -> Samples | None:
        """Returns what the grids show; `None` where there are none."""
        if not self.images_freq or not model.makes_pictures:
            return None
        return fixed_samples(
            model,
            self.num_images,
            sources=self.sources,
            latents=self.latents,
            labels=self.labels,
            seed=self.seed,
            across=True,
        )

    def _measured(self, model: AdversarialModel) -> dict[str, float]:
        found = {}
        for player in model.players.values():
            norms = [
                np.linalg.norm(value_of(weight))
                for weight in player.trainable_variables
            ]
            norm = float(np.linalg.norm(norms))
            found[f"epoch_{player.prefix}_weight_norm"] = norm
        for name, value in scheduled_values(model).items():
            found[f"epoch_{name}"] = value
        seconds = self._ended - self._began
        batch = model.first_batch
        if batch is not None and seconds > 0:
            seen = self._interval.batches * batch.size
            found["epoch_images_per_second"] = seen / seconds
        return found

    def _write_beginning(self, model: AdversarialModel) -> None:
        if self.write_graph:
            self._write_graphs(model)
        self._titles: set[str] = set()
        self._lay_out(self._expected(model), 0)
        settings = {**hyper_parameters(model), **self.hparams}
        self._write(events.run_started(settings, _run_name(self.log_dir)), 0)
        self._points = Points(self._write_points, self.points == "auto")
        self._samples = self._fixed_samples(model)
        real = None if self._samples is None else self._samples.real_grid()
        if real is not None:
            self._write(events.picture("real/grid", real), 0)

    def _write_made(self, model: AdversarialModel, epoch: int) -> None:
        if self._samples is not None and epoch % self.images_freq == 0:
            grid = self._samples.grid()
            self._write(events.picture("generated/grid", grid), epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_gradients(model, epoch)
            self._write_scores(model, epoch)

    def _write_gradients(self, model: AdversarialModel, epoch: int) -> None:
        for player, path, gradient in model.gradients():
            tag = f"{_tag(player, path)}/gradient"
            self._write(events.histogram(tag, gradient), epoch)

    def _write_scores(self, model: AdversarialModel, epoch: int) -> None:
        samples = model.scored_samples(self.seed)
        if samples is None:
            return
        found = {
            "scores/real": samples.real_scores,
            "scores/fake": samples.fake_scores,
        }
        # On one scale, so that the two can be compared.
        limits = events.limits(*found.values())
        for tag, values in found.items():
            self._write(events.histogram(tag, values, limits=limits), epoch)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, as JSON takes them."""
        return {
            "log_dir": self.log_dir,
            "histogram_freq": self.histogram_freq,
            "write_graph": self.write_graph,
            "write_images": self.write_images,
            "write_steps_per_second": self.write_steps_per_second,
            "update_freq": self.points,
            "profile_batch": self.profile_batch,
            "embeddings_freq": self.embeddings_freq,
            "embeddings_metadata": self.embeddings_metadata,
            "images_freq": self.images_freq,
            "num_images": self.num_images,
            "latents": plain(self.latents),
            "labels": plain(self.labels),
            "seed": self.seed,
            "hparams": self.hparams,
            "watch_gradients": self.watch_gradients,
            "sources": plain(self.sources),
        }


def _group(name: str) -> str:
    """Returns the group of a log in TensorBoard."""
    for group, patterns in TENSORBOARD_GROUPS.items():
        if any(re.fullmatch(pattern, name) for pattern in patterns):
            return group
    return TENSORBOARD_OTHERS


def _tag(player: str, path: str) -> str:
    """Returns a variable's name, which starts with its player's."""
    path = path.replace(":", "_")
    return path if path.startswith(f"{player}/") else f"{player}/{path}"


def _run_name(log_dir: str) -> str:
    """Returns what the run is called: its folder, not `tensorboard` in it."""
    path = Path(log_dir).absolute()
    return path.parent.name if path.name == "tensorboard" else path.name


def _update_freq(value: Any) -> int | str:
    if isinstance(value, str):
        why = ", or a whole number of steps"
        word: str = choice(
            "update_freq", value, ("auto", "batch", "epoch"), why
        )
        return word
    why = ', or "auto", "batch" or "epoch"'
    return whole_number("update_freq", value, 1, why=why)


def _profile_batch(value: Any) -> int | tuple[int, ...]:
    """One step, or the first and the last one; also as text, as in Keras."""
    steps: Any = value.split(",") if isinstance(value, str) else value
    try:
        if isinstance(value, str):
            steps = [int(step) for step in steps]
            steps = steps[0] if len(steps) == 1 else steps
        if not isinstance(steps, list | tuple):
            return whole_number("profile_batch", steps, 0, LARGEST_INT32)
        first, last = whole_numbers(
            "profile_batch", steps, 1, LARGEST_INT32, length=(2, 2)
        )
        if first <= last:
            return first, last
    except ValueError:
        pass  # Said below, of what was given.
    raise ValueError(
        "`profile_batch` must be a step to profile, 0 for none, or the first "
        f"and the last one. {received('profile_batch', value)}"
    )
