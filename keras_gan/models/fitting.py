"""What do `fit` and `evaluate` do with the data that they are given?"""

import contextlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras

from keras_gan import backend
from keras_gan.models import data_forms, executions, ordering, wire
from keras_gan.models.first_batch import FirstBatch, Looked, look_at


class Fitting:
    """The calls of Keras that take real images.

    They compile first where needed, look at the data before anything is
    trained, and bring them into a form and an order.
    """

    first_batch: FirstBatch | None = None
    """Real images of the data trained on last, for callbacks to show."""
    epochs_ordered = 0
    """How many epochs `fit` has put into an order, over all its calls."""

    # What the class that mixes this in brings.
    discriminator_steps: int
    evaluation_seed_generator: keras.random.SeedGenerator
    optimizer: Any
    seed: int | None
    steps_per_execution: int
    test_function: Any
    train_function: Any
    _compile_settings: dict[str, Any]
    _ensure_compiled: Callable[[], None]
    _forms_seen: set[Any]
    _steps_compiled: int
    _take_range: Callable[..., None]
    _warn_of_other_weights: Callable[[], None]

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        **kwargs: Any,
    ) -> Any:
        """Trains as `keras.Model.fit` does, compiled by default if needed.

        NumPy arrays are shuffled in an order that the model's seed and the
        number of the epoch decide, so that a resumed run sees what it would
        have seen. Epochs are counted over all calls of `fit`: `fit(x,
        epochs=1)` in a loop sees a new order each time.

        The logs of an epoch are means over its real images: the value of a
        batch counts as often as the batch has images.

        Args:
            x: Real images, `(images, labels)`, a list of images or a dict with
                `"image"` and `"label"`, as arrays; or batches of them: tf.data,
                a `keras.utils.PyDataset`, a torch DataLoader or a generator.
                Other columns of a dict are left out, text on every backend.
            y: Labels, where `x` is an array.
            batch_size: Images in a batch, where `x` is an array. Default: 32.
            epochs: How often to go through the data.
            **kwargs: As in `keras.Model.fit`, without `sample_weight` and
                `class_weight`.

        Raises:
            ValueError: If the first batch cannot be trained on: wrong shape or
                type, NaN, missing or impossible labels, no data; that of the
                validation data too. Of arrays and `ImageBatches` all labels
                are looked at. If there are weights of samples.
        """
        self._ensure_compiled()
        self._warn_of_other_weights()
        data_forms.refuse_weights(kwargs)
        kwargs = {"batch_size": batch_size, "epochs": epochs, **kwargs}
        looked = look_at(self, x, y, batch_size)
        self._remember(x, looked)
        looked, kwargs = self._with_validation(looked, kwargs)
        x, y, kwargs = ordering.in_epoch_order(
            wire.as_bytes(looked.x),
            looked.y,
            self.seed,
            kwargs,
        )
        together = executions.choose(self, kwargs.get("callbacks"), kwargs)
        kwargs["callbacks"] = ordering.with_epochs(
            self, x, kwargs.get("callbacks")
        )
        with self._steps_together(together):
            history = super().fit(x, y, **kwargs)  # type: ignore[misc]
        self._warn_of_no_update()
        return history

    def _remember(self, data: Any, looked: Looked) -> None:
        """Keeps what callbacks and pictures need of the real images."""
        if looked.images is not None:
            self.first_batch = looked.first_batch
            self._take_range(data, looked.images, stacklevel=3)

    def _with_validation(
        self, looked: Looked, settings: dict[str, Any]
    ) -> tuple[Looked, dict[str, Any]]:
        """Looks at the validation data as at those to train on."""
        settings = dict(settings)
        share = settings.pop("validation_split", None)
        data = settings.get("validation_data")
        name = "validation_data"
        if data is None and share:
            name = "validation_split"
            train, data = ordering.split(looked.x, looked.y, share)
            looked = looked._replace(x=train[0], y=train[1])
        if data is None:
            return looked, settings
        x, y = data, None
        if isinstance(data, (list, tuple)) and len(data) <= 3:
            x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
            data_forms.refuse_weights({"sample_weight": weights})
        size = settings.get("validation_batch_size") or settings["batch_size"]
        found = look_at(self, x, y, size, name)
        settings["validation_data"] = (wire.as_bytes(found.x), found.y)
        return looked, settings

    def _warn_of_no_update(self) -> None:
        done = int(keras.ops.convert_to_numpy(self.optimizer.iterations))
        each = self.discriminator_steps
        if 0 < done < each:
            warnings.warn(
                f"The generator has not been updated: {done} steps of training "
                f"are fewer than discriminator_steps={each}. Train on more "
                "batches or epochs.",
                stacklevel=3,
            )

    @contextlib.contextmanager
    def _steps_together(self, number: int) -> Iterator[None]:
        """Makes so many steps an execution, where `compile` left it open."""
        if self._compile_settings["steps_per_execution"] != executions.AUTO:
            yield
            return
        if number != self._steps_compiled:
            self.train_function = None
            self._steps_compiled = number
        if number == 1:
            yield
            return
        self.steps_per_execution = number
        # Its number of steps is traced, too.
        self.test_function = None
        try:
            yield
        finally:
            self.test_function = None
            self.steps_per_execution = 1

    def evaluate(self, x: Any = None, y: Any = None, **kwargs: Any) -> Any:
        """Computes the losses on real images, in inference mode.

        The noise is the same at each call, and training is not changed.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            **kwargs: As in `keras.Model.evaluate`.
        """
        self._ensure_compiled()
        data_forms.refuse_weights(kwargs)
        if not kwargs.get("_use_cached_eval_dataset"):
            looked = look_at(self, x, y, kwargs.get("batch_size"))
            x, y = wire.as_bytes(looked.x), looked.y
        self._restart_evaluation_noise()
        state = backend.random_state()
        try:
            return super().evaluate(x, y, **kwargs)  # type: ignore[misc]
        finally:
            backend.set_random_state(state)

    def train_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Trains on one batch of real images; see `fit`."""
        self._ensure_compiled()
        data_forms.refuse_weights(kwargs)
        x, y = self._looked_at_batch(x, y, training=True)
        return super().train_on_batch(x, y, **kwargs)  # type: ignore[misc]

    def test_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Computes the losses on one batch of real images; see `evaluate`."""
        self._ensure_compiled()
        data_forms.refuse_weights(kwargs)
        x, y = self._looked_at_batch(x, y, training=False)
        self._restart_evaluation_noise()
        return super().test_on_batch(x, y, **kwargs)  # type: ignore[misc]

    def _looked_at_batch(self, x: Any, y: Any, training: bool) -> Any:
        """Looks at a batch of a form that has not come before."""
        form = data_forms.form_of((x, y))
        if (form, training) in self._forms_seen:
            return x, y
        looked = look_at(self, x, y, None)
        if training:
            self._warn_of_other_weights()
            self._remember(x, looked)
        if form is not None:
            self._forms_seen.add((form, training))
        return looked.x, looked.y

    def _restart_evaluation_noise(self) -> None:
        state = self.evaluation_seed_generator.state
        seed = self.seed or 0
        state.assign(keras.ops.convert_to_tensor([seed, 0], dtype=state.dtype))
