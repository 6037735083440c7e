"""GANs of which both networks are told the class, or another condition."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import LARGEST_INT32, whole_number
from keras_gan._typing import Tensor
from keras_gan.models import class_names, inspection, packing
from keras_gan.models.batch import Batch, Condition
from keras_gan.models.condition import (
    ConditionInput,
    are_classes,
    checked,
    class_count,
    condition_input,
    require_two_inputs,
    unstated_forms,
)
from keras_gan.models.data_forms import images_and_labels
from keras_gan.models.gan import GAN
from keras_gan.models.player import require_network
from keras_gan.models.wgan_gp import WGANGP


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalGAN(GAN):
    """A GAN whose generator makes images of a class that is asked for.

    The data are `(images, labels)`. Labels may be integers or one-hot; each
    network gets them as its label input wants: a float vector of
    `num_classes` gets one-hot, an integer input the class index.

    Labels need not be classes. A network that takes a float vector may be
    trained on any vectors of that size, such as several labels at once or
    measurements, and one that takes a single float on a number, such as an
    age. `generate` without labels then makes images of conditions that the
    training data had.

    Each network takes two inputs, `[latents, labels]` and `[images, labels]`.
    They may come in the other order, and in a dict, where something says which
    is which: integers, a name with "label", "class" or "condition" in it, or
    their sizes. A subclassed network gets one-hot vectors, or class numbers
    where it has an embedding or fails on the vectors.

    Args:
        generator: Takes `[latents, labels]`.
        discriminator: Takes `[images, labels]`. With `pack`, the labels of a
            pack are vectors side by side, `pack * num_classes` numbers.
        num_classes: How many classes. Default: read off the label input, or
            the layer behind it: a `ConditionalBatchNormalization`, a
            `Projection` or an embedding.
        **kwargs: As in `GAN`.

    Reference: Mirza & Osindero, 2014, arXiv 1411.1784.
    """

    _num_inputs = 2
    _called_on = ("[latents, labels]", "[images, labels]")
    _discriminator_is_told = True
    """Whether the discriminator takes labels, as the generator does."""

    _class_names: tuple[str, ...] | None = None
    _known_conditions: Any = None
    """Conditions of the data before it was saved, where they are no classes."""

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        num_classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        require_network(generator, "generator")
        require_network(discriminator, "discriminator")
        require_two_inputs(generator, "generator", "latents")
        if num_classes is not None:
            num_classes = whole_number(
                "num_classes", num_classes, 1, LARGEST_INT32
            )
        latents = kwargs.get("latent_dim")
        if latents is not None:
            latents = whole_number("latent_dim", latents, 1, LARGEST_INT32)
        size = num_classes
        self._label_inputs = {}
        if self._discriminator_is_told:
            require_two_inputs(discriminator, "discriminator", "images")
            told = _told_of_each(
                discriminator,
                inspection.output_shape(generator),
                size,
                kwargs.get("pack", 1),
            )
            self._label_inputs["discriminator"] = told
            size = size or told.size
        self._label_inputs["generator"] = condition_input(
            generator, "generator", "latents", sizes=(latents, size)
        )
        self._num_classes = class_count(
            num_classes,
            (generator, discriminator),
            tuple(self._label_inputs.values()),
        )
        super().__init__(generator, discriminator, **kwargs)

    @property
    def num_classes(self) -> int | None:
        """How many classes there are; `None` where labels are no classes."""
        known = self._conditions()
        if known is not None and not are_classes(known):
            return None
        return self._num_classes

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the classes are called, by which `generate` takes them, too.

        `None` until you set it, in the order of the classes' numbers, such as
        `gan.class_names = keras_gan.datasets.source("mnist").class_names`. It
        is saved with the model.
        """
        return self._class_names

    @class_names.setter
    def class_names(self, names: Any) -> None:
        checked = class_names.checked_names(names, self.num_classes)
        self._class_names = checked

    def unpack(self, data: Any) -> tuple[Tensor, Condition]:
        """Splits `(images, labels)` into images and the condition."""
        images, labels = images_and_labels(data)
        if labels is None:
            raise ValueError(
                f"{type(self).__name__} needs labels: train it on (images, "
                "labels). Received: a batch of images alone. For data without "
                "labels use GAN or WGANGP."
            )
        images = ops.cast(ops.convert_to_tensor(images), "float32")
        return Batch(images, (ops.convert_to_tensor(labels),))

    def _build_generator(
        self, generator: keras.Model
    ) -> tuple[Tensor, Condition]:
        build = super()._build_generator
        built: tuple[Tensor, Condition]
        built = self._settled("generator", lambda: build(generator))
        return built

    def _build_discriminator(self, fake: Tensor, condition: Condition) -> None:
        build = super()._build_discriminator
        self._settled("discriminator", lambda: build(fake, condition))

    def _settled(self, role: str, build: Callable[[], Any]) -> Any:
        """Builds a network, and finds what it takes where it does not say."""
        spec = self._label_inputs.get(role)
        if spec is None or spec.shape is not None:
            return build()
        failures = []
        for tried in unstated_forms(getattr(self, role), self._num_classes):
            self._label_inputs[role] = tried
            try:
                with warnings.catch_warnings():
                    # Keras warns of layers that a failed call left unbuilt.
                    warnings.simplefilter("ignore")
                    return build()
            except Exception as error:
                failures.append(error)
        raise ValueError(
            f"The {role} was called on {self._called_on[role != 'generator']}, "
            f"the labels as one-hot vectors (n, {self._num_classes}) and as "
            f"integers (n,) and (n, 1), and failed each time: {failures[0]}"
        ) from failures[0]

    def _symbolic_inputs(self) -> Any:
        spec = self._label_inputs["generator"]
        shape = (self._num_classes,) if spec.shape is None else spec.shape
        return [
            keras.Input(self.latent_shape, name="latents"),
            keras.Input(shape, dtype=spec.dtype, name="labels"),
        ]

    def _split_inputs(self, inputs: Any) -> tuple[Tensor, Condition]:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            raise ValueError(
                f"{type(self).__name__} is called on [latents, labels]. "
                f"Received: {type(inputs).__name__}"
            )
        return inputs[0], (inputs[1],)

    def call_generator(
        self,
        generator: keras.Model,
        latents: Tensor,
        condition: Condition,
        training: bool,
    ) -> Tensor:
        """Calls a generator on latents and labels in the form it takes."""
        inputs = self._told("generator", latents, condition)
        return generator(
            inspection.packed(generator, inputs), training=training
        )

    def call_discriminator(
        self, images: Tensor, condition: Condition, training: bool
    ) -> Any:
        """Calls the discriminator on images and labels in the form it takes."""
        network = self.discriminator
        inputs = self._told("discriminator", images, condition, self.pack)
        return network(inspection.packed(network, inputs), training=training)

    def _told(
        self, role: str, main: Tensor, condition: Condition, pack: int = 1
    ) -> list[Tensor]:
        """Returns both inputs of a network, in its form and order."""
        spec = self._label_inputs[role]
        labels = spec.encode(condition[0], self._num_classes)
        return spec.join(main, packing.packed(labels, pack))

    def _main_input(self, role: str) -> int:
        return int(
            role in self._label_inputs and self._label_inputs[role].first
        )

    def _sampling_inputs(
        self, latents: np.ndarray[Any, Any], labels: Any
    ) -> list[np.ndarray[Any, Any]]:
        labels = self.check_labels(
            self._default_labels(len(latents)) if labels is None else labels
        )
        if len(labels) != len(latents):
            raise ValueError(
                "`labels` and the images to make must be equally many. "
                f"Received: {len(labels)} labels for {len(latents)} latents"
            )
        # The sampler's own inputs are the generator's: encode by the same code.
        spec = self._label_inputs["generator"]
        encoded = spec.encode(ops.convert_to_tensor(labels), self._num_classes)
        return [latents, ops.convert_to_numpy(encoded)]

    def _class_numbers(self, labels: Any) -> Any:
        return class_names.as_numbers(labels, self._class_names)

    def _default_labels(self, n: int) -> np.ndarray[Any, Any]:
        """Returns all classes in turn, or else conditions of the data."""
        if self.num_classes is not None:
            return np.arange(n) % self.num_classes
        known = self._conditions()
        if known is None:
            shape = self._label_inputs["generator"].shape
            raise ValueError(
                "The labels of this model are numbers, not classes, and it has "
                "seen none yet. Pass those to make images of: labels=..., "
                f"shape (n, *{shape}). Received: labels=None"
            )
        return np.resize(known, (n, *known.shape[1:]))

    def _conditions(self) -> Any:
        """Returns some labels of the data, `None` before any were seen."""
        batch = getattr(self, "first_batch", None)
        return self._known_conditions if batch is None else batch.labels

    def check_labels(self, labels: Any) -> np.ndarray[Any, Any]:
        """Returns labels as an array.

        Raises:
            ValueError: If they are neither integers in `[0, num_classes)` nor
                one-hot vectors of `num_classes` nor what the networks take.
        """
        specs = tuple(self._label_inputs.values())
        return checked(labels, specs, self._num_classes)

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Saves, beside all else, the classes' names or some conditions."""
        super().save_own_variables(store)
        known = self._conditions()
        if known is not None and self.num_classes is None:
            store["conditions"] = np.asarray(known, "float32")
        class_names.save(self._class_names, store)

    def load_own_variables(self, store: Any) -> None:
        """Restores what `save_own_variables` saved."""
        super().load_own_variables(store)
        if "conditions" in store.keys():  # noqa: SIM118 (Keras' own type)
            self._known_conditions = np.array(store["conditions"])
        self._class_names = class_names.load(store) or self._class_names

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "num_classes": self._num_classes}


def _told_of_each(
    discriminator: keras.Model,
    image_shape: tuple[int | None, ...] | None,
    size: int | None,
    pack: int,
) -> ConditionInput:
    """Finds how a discriminator is told the condition of each image.

    Raises:
        ValueError: If it takes packs of images, but no packs of conditions.
    """
    pack = whole_number("pack", pack, 1, LARGEST_INT32)
    if image_shape is not None:
        image_shape = packing.packed_shape(image_shape, pack)
    told = condition_input(
        discriminator,
        "discriminator",
        "images",
        shape=image_shape,
        sizes=(None, size and pack * size),
    )
    if pack == 1:
        return told
    if told.size is None or told.size % pack:
        raise ValueError(
            f"With pack={pack} a conditional discriminator takes the labels of "
            f"{pack} images side by side, a float vector of {pack} * "
            "num_classes. Received: a discriminator whose labels are of shape "
            f"{told.shape}, {told.dtype}"
        )
    return replace(told, shape=(told.size // pack,))


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalWGANGP(WGANGP, ConditionalGAN):
    """`WGANGP` whose networks are told the class, as in `ConditionalGAN`.

    The penalty is taken with each sample's label bound to the critic.

    Args:
        generator: Takes `[latents, labels]`.
        critic: Takes `[images, labels]`.
        num_classes: How many classes. Default: read off the label input.
        gp_weight: Factor of the gradient penalty, at least 0.
        discriminator_steps: Critic updates for each generator update.
        **kwargs: As in `GAN`.
    """

    def __init__(
        self,
        generator: keras.Model,
        critic: keras.Model,
        *,
        num_classes: int | None = None,
        gp_weight: float = 10.0,
        discriminator_steps: int = 5,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            generator,
            critic,
            num_classes=num_classes,
            gp_weight=gp_weight,
            discriminator_steps=discriminator_steps,
            **kwargs,
        )
