"""Does an augmentation let a right gradient through?"""

import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._checks import instance_of, shape_of
from keras_gan._typing import Tensor
from keras_gan.augment.composite import CompositeAugmentation

__all__ = ["check_gradient"]

# Not in either table: RandomTranslation, whose gradient on TensorFlow is right
# with `fill_mode="constant"` only. It is always tried.
#
# Measured with Keras 3.15.1 and keras-cv 0.9.0 on TensorFlow 2.21, JAX 0.10 and
# torch 2.13. Layers with the same name behave alike in both packages.
_STEPS = "it changes images in steps, which have no useful slope"
_SEARCH = "the slope of its lookup table is not passed on"
_PROJECTIVE = (
    "TensorFlow's projective transform has a gradient that is not its own"
)
_COLOR_SPACE = "TensorFlow has no gradient of its colour conversion"
_IN_PLACE = "on torch it changes its input in place"
_REFUSED = {
    "RandomCrop": {"all": "no gradient passes its crop"},
    "RandomPosterization": {"all": _STEPS},
    "Posterization": {"all": _STEPS},
    "Equalization": {"all": _SEARCH},
    "AutoContrast": {"all": "it holds the image's extremes constant"},
    "RandAugment": {"all": "some of its transforms have a wrong gradient"},
    "AugMix": {"all": "some of its transforms have a wrong gradient"},
    "RandomRotation": {"tensorflow": _PROJECTIVE},
    "RandomZoom": {"tensorflow": _PROJECTIVE},
    "RandomShear": {"tensorflow": _PROJECTIVE},
    "RandomPerspective": {"tensorflow": _PROJECTIVE},
    "RandomSaturation": {"tensorflow": _COLOR_SPACE},
    "RandomHue": {"tensorflow": _COLOR_SPACE},
    "RandomColorJitter": {"tensorflow": _COLOR_SPACE, "torch": _IN_PLACE},
    "RandomBrightness": {"torch": _IN_PLACE},
    "RandomElasticTransform": {"jax": "it cannot be compiled under a penalty"},
}
_ACCEPTED = {
    "keras": {
        "GaussianNoise",
        "RandomBrightness",
        "RandomColorDegeneration",
        "RandomContrast",
        "RandomElasticTransform",
        "RandomErasing",
        "RandomFlip",
        "RandomGaussianBlur",
        "RandomGrayscale",
        "RandomHue",
        "RandomInvert",
        "RandomPerspective",
        "RandomRotation",
        "RandomSaturation",
        "RandomSharpness",
        "RandomShear",
        "RandomZoom",
        "Solarization",
    },
    "keras_cv": {
        "ChannelShuffle",
        "Grayscale",
        "GridMask",
        "RandomBrightness",
        "RandomChannelShift",
        "RandomColorDegeneration",
        "RandomContrast",
        "RandomCutout",
        "RandomFlip",
        "RandomGaussianBlur",
        "RandomSharpness",
        "Solarization",
    },
    "keras_gan": {
        "ColorAugment",
        "DiffAugment",
        "GeometricAugment",
        "InstanceNoise",
    },
}
_SAMPLERS = ("UniformFactorSampler", "NormalFactorSampler")


def check_gradient(
    layer: keras.layers.Layer,
    image_shape: Sequence[int | None] = (16, 16, 3),
) -> None:
    """Raises unless the gradient through an augmentation layer is right.

    Several layers give a wrong gradient, or none, without an error, and a
    generator would follow it. Known ones are refused by name with the reason;
    any other layer is tried: along random directions `d`, the derivative
    `gradient . d` must equal `(f(x + e d) - f(x - e d)) / 2 e`. All of them may
    still augment the data set.

    Warns of layers of keras_cv that draw a strength from a range: TensorFlow
    keeps that state to itself, and a resumed run differs. All that they draw
    from their `tf.random.Generator` is saved with the GAN.

    Args:
        layer: augmentation layer for images `(n, H, W, C)`, or one that holds
            others: `keras.Sequential`, `Compose`, `AdaptiveAugment`,
            `RandomApply`.
        image_shape: shape of one image. A GAN gives that of its generator's.

    Raises:
        TypeError: it is no Keras layer.
        ValueError: it holds no layer, the gradient is wrong or missing on the
            active backend, the layer fails on such images or changes its input,
            or draws random numbers that do not come from its own
            `keras.random.SeedGenerator`.

    Example:
        >>> keras_gan.augment.check_gradient(keras.layers.RandomFlip())
    """
    instance_of("layer", layer, keras.layers.Layer, "a Keras layer")
    sizes_to_try(image_shape)
    composite = isinstance(layer, CompositeAugmentation)
    if composite or isinstance(layer, keras.Sequential):
        parts = layer.held() if composite else layer.layers
        if not parts:
            raise ValueError(
                "`augment` must hold at least one layer. Leave it None for no "
                f"augmentation. Received: augment={layer}"
            )
        for part in parts:
            check_gradient(part, image_shape)
        return
    name, family = type(layer).__name__, type(layer).__module__.split(".")[0]
    if family in ("keras", "keras_cv"):
        _refuse_by_name(layer, name, family)
        _warn_of_range(layer, name)
    if family == "keras_cv":
        _warn_of_samplers(layer, name)
    if name not in _ACCEPTED.get(family, ()):
        _try(layer, image_shape)
    elif family != "keras_gan":
        _copy_of(layer)


def sizes_to_try(image_shape: Any) -> tuple[int, ...]:
    """Returns the shape of an image to try a layer on, 16 for any size.

    Raises:
        ValueError: If it is no shape.
    """
    sizes = image_shape
    if isinstance(image_shape, list | tuple):
        sizes = [16 if size is None else size for size in image_shape]
    return shape_of("image_shape", sizes)


def _refuse_by_name(layer: keras.layers.Layer, name: str, family: str) -> None:
    running = keras.backend.backend()
    reasons = _REFUSED.get(name, {})
    reason = reasons.get("all", reasons.get(running))
    if family == "keras_cv" and running != "tensorflow":
        reason = "keras_cv layers run on the tensorflow backend only"
    if reason is not None:
        raise ValueError(
            f"`augment` cannot be {name} on the {running} backend: {reason}. "
            "The generator would learn from a wrong gradient. Use "
            "keras_gan.augment.DiffAugment, or put the layer into the data set "
            f"instead. Received: augment={layer}"
        )


def _warn_of_range(layer: keras.layers.Layer, name: str) -> None:
    value_range = getattr(layer, "value_range", None)
    if value_range is not None and tuple(value_range) == (0, 255):
        warnings.warn(
            f"{name} works on images in [0, 255], its default. If yours are in "
            "[-1, 1] or [0, 1], give it `value_range=(-1, 1)` or `(0, 1)`, or "
            "it will ruin them.",
            UserWarning,
            stacklevel=4,
        )


def _warn_of_samplers(layer: keras.layers.Layer, name: str) -> None:
    """Warns of what keras_cv draws by `tf.random.uniform` and `normal`."""
    lost = [
        key.removeprefix("_")
        for each in backend.flat_layers(layer)
        for key, value in vars(each).items()
        if type(value).__name__ in _SAMPLERS
        or (key == "fill_mode" and value == "gaussian_noise")
    ]
    if lost:
        warnings.warn(
            f"{name} draws by its {lost} what TensorFlow cannot save, so that "
            "a resumed run will differ from an uninterrupted one. Give a range "
            "of one value, such as (0.5, 0.5), and no noise, or use "
            "keras_gan.augment.DiffAugment.",
            UserWarning,
            stacklevel=4,
        )


# The numerical check.

_ROUNDS = 4
_RELATIVE_TOLERANCE = 0.03
_NO_GRADIENT = (
    ValueError,
    TypeError,
    RuntimeError,
    LookupError,
    NotImplementedError,
)


def _try(layer: keras.layers.Layer, image_shape: Sequence[int | None]) -> None:
    """Raises unless derivative and finite differences agree."""
    probe = _Probe(layer, image_shape)
    passed = False
    for _ in range(_ROUNDS):
        derivative, difference = probe.compare()
        tolerance = _RELATIVE_TOLERANCE * max(
            abs(derivative), abs(difference), probe.scale
        )
        if not abs(derivative - difference) <= tolerance:
            raise ValueError(
                "`augment` must let a right gradient through, or the generator "
                f"learns from a wrong one. Through {layer} the directional "
                f"derivative is {derivative:.6g}, by finite differences "
                f"{difference:.6g}. Use keras_gan.augment.DiffAugment, or put "
                "the layer into the data set instead."
            )
        passed = passed or max(abs(derivative), abs(difference)) > tolerance
    if not passed:
        raise ValueError(
            "`augment` must let a gradient through, but small changes of the "
            f"images change nothing behind {layer}: the directional derivative "
            "is 0, by finite differences 0."
        )


class _Probe:
    """A copy of the layer, and a way to call it twice with equal randomness."""

    def __init__(
        self, layer: keras.layers.Layer, image_shape: Sequence[int | None]
    ) -> None:
        self._layer = _copy_of(layer)
        shape = (2, *sizes_to_try(image_shape))
        low, high = getattr(layer, "value_range", None) or (-1.0, 1.0)
        self._random = np.random.default_rng(0)
        self._step = 1e-3 * (high - low) / 2
        # Away from the range's ends, where clipping has its kinks.
        self._images = self._random.uniform(
            low + 0.3 * (high - low), high - 0.3 * (high - low), shape
        )
        self._weight = self._random.normal(size=self._images.shape)
        self.scale = 0.3 * float(np.linalg.norm(self._weight))
        self._refuse_side_effects(layer)

    @property
    def variables(self) -> list[Any]:
        """Everything the layer may change: its seeds, for JAX."""
        return list(self._layer.variables)

    def __call__(self, images: Tensor) -> Tensor:
        """The score whose gradient is taken."""
        weight = ops.convert_to_tensor(self._weight, "float32")
        return ops.cast(self._layer(images, training=True), "float32") * weight

    def compare(self) -> tuple[float, float]:
        """The derivative along a new direction, by gradient and differences."""
        direction = self._random.normal(size=self._images.shape)
        state = self._state()
        try:
            gradient = backend.input_gradient(self, _tensor(self._images))
        except _NO_GRADIENT as error:
            raise ValueError(
                "`augment` must let a gradient through, but that of "
                f"{self._layer} cannot be taken: {error}"
            ) from error
        ahead = self._value(self._images + self._step * direction, state)
        behind = self._value(self._images - self._step * direction, state)
        return (
            float(np.sum(ops.convert_to_numpy(gradient) * direction)),
            (ahead - behind) / (2 * self._step),
        )

    def _refuse_side_effects(self, layer: keras.layers.Layer) -> None:
        images = _tensor(self._images)
        try:
            self._layer(images, training=True)
        except Exception as error:
            raise ValueError(
                "`augment` must be called on images, but with those of shape "
                f"{tuple(images.shape)} {layer} failed: {error}"
            ) from error
        state = self._state()
        first = self._value(self._images, state)
        if first != self._value(self._images, state):
            raise ValueError(
                "`augment` must draw from a `keras.random.SeedGenerator` that "
                "is an attribute of the layer: training could not be resumed "
                f"exactly otherwise. Received: augment={layer}"
            )
        if np.any(ops.convert_to_numpy(images) != _float32(self._images)):
            raise ValueError(
                "`augment` must return new images, but the layer changed those "
                f"it was given. Received: augment={layer}"
            )

    def _value(self, images: Any, state: Sequence[Any]) -> float:
        for variable, value in zip(self._states(), state, strict=True):
            variable.assign(value)
        scores = self._layer(_tensor(images), training=True)
        if tuple(scores.shape) != images.shape:
            raise ValueError(
                "`augment` must keep the shape of the images. Received: "
                f"{images.shape} became {tuple(scores.shape)} in {self._layer}"
            )
        scores = ops.convert_to_numpy(scores).astype("float64")
        return float(np.sum(scores * self._weight))

    def _state(self) -> list[Any]:
        tensors = [ops.convert_to_tensor(v) for v in self._states()]
        return [ops.convert_to_numpy(t).copy() for t in tensors]

    def _states(self) -> list[Any]:
        return [*self.variables, *backend.generator_states(self._layer)]


def _copy_of(layer: keras.layers.Layer) -> keras.layers.Layer:
    try:
        return type(layer).from_config(layer.get_config())
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            "`augment` is saved with the GAN, but this layer cannot be made "
            "again from what its `get_config` returns, and neither could the "
            f"GAN. Received: augment={layer}. {error}"
        ) from error


def _float32(images: Any) -> Any:
    return images.astype("float32")


def _tensor(images: Any) -> Tensor:
    return ops.convert_to_tensor(_float32(images))
