"""GANs of which both networks are told the class."""

from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, received, whole_number
from keras_gan._typing import Tensor
from keras_gan.layers import ConditionalBatchNormalization, Projection
from keras_gan.models import inspection
from keras_gan.models.gan import GAN, images_and_labels
from keras_gan.models.wgan_gp import WGANGP

_TOLD = (ConditionalBatchNormalization, Projection)
"""Layers that are made for a number of classes."""


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalGAN(GAN):
    """A GAN whose generator makes images of a class that is asked for.

    The data are `(images, labels)`. Labels may be integers or one-hot; each
    network gets them as its label input wants: a float vector of
    `num_classes` gets one-hot, an integer input the class index.

    Args:
        generator: Takes `[latents, labels]`.
        discriminator: Takes `[images, labels]`.
        num_classes: How many classes. Default: read off the label input, or
            the layer behind it: a `ConditionalBatchNormalization`, a
            `Projection` or an embedding.
        **kwargs: As in `GAN`.

    Reference: Mirza & Osindero, 2014, arXiv 1411.1784.
    """

    _num_inputs = 2
    _discriminator_is_told = True
    """Whether the discriminator takes labels, as the generator does."""

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        num_classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        inspection.require_network(generator, "generator")
        inspection.require_network(discriminator, "discriminator")
        self._label_inputs = (
            _label_input(generator, "generator", "latents"),
            _label_input(discriminator, "discriminator", "images")
            if self._discriminator_is_told
            else None,
        )
        self.num_classes = _class_count(
            num_classes, (generator, discriminator), self._label_inputs
        )
        super().__init__(generator, discriminator, **kwargs)

    def unpack(self, data: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Splits `(images, labels)` into images and the condition."""
        images, labels = images_and_labels(data)
        if labels is None:
            raise ValueError(
                f"{type(self).__name__} needs labels: train it on (images, "
                "labels). Received: a batch of images alone. For data without "
                "labels use GAN or WGANGP."
            )
        images = ops.cast(ops.convert_to_tensor(images), "float32")
        return images, (ops.convert_to_tensor(labels),)

    def _symbolic_inputs(self) -> Any:
        spec = self._label_inputs[0]
        vector = (self.num_classes,), "float32"
        shape, dtype = (spec.shape[1:], spec.dtype) if _known(spec) else vector
        return [
            keras.Input(self._latent_shape, name="latents"),
            keras.Input(shape, dtype=dtype, name="labels"),
        ]

    def _split_inputs(self, inputs: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            raise ValueError(
                f"{type(self).__name__} is called on [latents, labels]. "
                f"Received: {type(inputs).__name__}"
            )
        return inputs[0], (inputs[1],)

    def _generate(
        self,
        generator: keras.Model,
        latents: Tensor,
        condition: tuple[Tensor, ...],
        training: bool,
    ) -> Tensor:
        labels = self._encoded(condition[0], self._label_inputs[0])
        return generator([latents, labels], training=training)

    def _judge(
        self, images: Tensor, condition: tuple[Tensor, ...], training: bool
    ) -> Tensor:
        labels = self._encoded(condition[0], self._label_inputs[1])
        return self.discriminator([images, labels], training=training)

    def _encoded(self, labels: Tensor, spec: Any) -> Tensor:
        """Returns labels as a network wants them."""
        one_hot = len(labels.shape) == 2 and labels.shape[1] == self.num_classes
        one_hot = one_hot and self.num_classes > 1
        if not _known(spec) or _is_vector(spec):
            if one_hot:
                return ops.cast(labels, "float32")
            flat = ops.reshape(ops.cast(labels, "int32"), (-1,))
            return ops.one_hot(flat, self.num_classes, dtype="float32")
        if one_hot:
            labels = ops.argmax(labels, axis=-1)
        return ops.reshape(ops.cast(labels, spec.dtype), (-1, *spec.shape[1:]))

    def _sampling_inputs(
        self, latents: np.ndarray[Any, Any], labels: Any
    ) -> list[np.ndarray[Any, Any]]:
        if labels is None:
            labels = np.arange(len(latents)) % self.num_classes
        labels = self.check_labels(labels)
        if len(labels) != len(latents):
            raise ValueError(
                "`labels` and the images to make must be equally many. "
                f"Received: {len(labels)} labels for {len(latents)} latents"
            )
        # The sampler's own inputs are the generator's: encode by the same code.
        encoded = self._encoded(
            ops.convert_to_tensor(labels), self._label_inputs[0]
        )
        return [latents, ops.convert_to_numpy(encoded)]

    def check_labels(self, labels: Any) -> np.ndarray[Any, Any]:
        """Returns labels as an array.

        Raises:
            ValueError: If they are neither integers in `[0, num_classes)` nor
                one-hot vectors of `num_classes`.
        """
        array = np.asarray(ops.convert_to_numpy(labels))
        if array.ndim == 2 and array.shape[1] == self.num_classes > 1:
            return array.astype("float32")
        if array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        if array.ndim != 1 or not np.all(np.mod(array, 1) == 0):
            raise ValueError(
                "Labels must be integers of shape (n,) or one-hot of shape "
                f"(n, {self.num_classes}). Received: shape {array.shape}, "
                f"dtype {array.dtype}"
            )
        if array.size and (array.min() < 0 or array.max() >= self.num_classes):
            raise ValueError(
                f"Labels must lie in [0, {self.num_classes}), the model's "
                f"num_classes. Received: labels from {array.min()} to "
                f"{array.max()}"
            )
        return array.astype("int32")

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "num_classes": self.num_classes}


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


def _label_input(network: keras.Model, role: str, first: str) -> Any:
    """Returns the symbolic label input; `None` for a subclassed network."""
    inputs = inspection.symbolic_inputs(network)
    if not inputs:
        return None
    if len(inputs) != 2:
        raise ValueError(
            f"A conditional {role} takes two inputs, [{first}, labels]. "
            f"Received: {role}={network.name!r} with {len(inputs)}. For "
            "networks without labels use GAN or WGANGP, for a discriminator "
            "that names the class ACGAN."
        )
    return inputs[1]


def _known(spec: Any) -> bool:
    return spec is not None


def _is_vector(spec: Any) -> bool:
    return bool(keras.backend.is_float_dtype(spec.dtype))


def _class_count(
    given: int | None,
    networks: tuple[keras.Model, ...],
    label_inputs: tuple[Any, ...],
) -> int:
    if given is not None:
        given = whole_number("num_classes", given, 1, LARGEST_INT32)
    found = _found_class_count(networks, label_inputs)
    if given is not None and found is not None and given != found:
        raise ValueError(
            f"The networks are made for {found} classes. "
            f"Received: num_classes={given}"
        )
    # One deep inside may be of other things: a guess, which `given` overrules.
    count = given or found or _sole_embedding(networks, backend.flat_layers)
    if count is None:
        raise ValueError(
            "The networks do not say how many classes there are. Pass "
            "num_classes=..., for example num_classes=10. "
            f"{received('generator', networks[0])}"
        )
    return int(count)


def _found_class_count(
    networks: tuple[keras.Model, ...], label_inputs: tuple[Any, ...]
) -> int | None:
    for spec in label_inputs:
        if _known(spec) and _is_vector(spec):
            return int(spec.shape[-1])
    for network in networks:
        for layer in backend.flat_layers(network):
            if isinstance(layer, _TOLD):
                return layer.num_classes
    return _sole_embedding(networks, lambda each: getattr(each, "layers", ()))


def _sole_embedding(
    networks: tuple[keras.Model, ...],
    layers_of: Callable[[keras.Model], Iterable[keras.layers.Layer]],
) -> int | None:
    """Returns the size of the embeddings, where a network has but one."""
    for network in networks:
        sizes = {
            layer.input_dim
            for layer in layers_of(network)
            if isinstance(layer, keras.layers.Embedding)
        }
        if len(sizes) == 1:
            return int(sizes.pop())
    return None
