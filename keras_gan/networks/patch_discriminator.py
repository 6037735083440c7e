"""A discriminator that scores overlapping patches of an image."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import choice, received, whole_number
from keras_gan._typing import Tensor
from keras_gan.layers import SpectralNormalization
from keras_gan.networks._blocks import layer_size, wrap
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._image_to_image import (
    OpenShape,
    layer_maker,
    normalized,
    open_shape,
)

__all__ = ["patch_discriminator", "patch_settings"]

_KERNEL_SIZE = 4
_MOST_STAGES = 8
_LARGEST_SCALE = 64
_PAPERS_STAGES = 3
_WIDEST = 8
"""Times `filters`."""
_NORMALIZATIONS = (None, "batch", "instance", "layer", "spectral")


def patch_discriminator(
    image_shape: Sequence[int | None],
    *,
    source_shape: Sequence[int | None] | None = None,
    source_scale: int | None = None,
    filters: int = 64,
    stages: int | None = None,
    normalization: str | None = "instance",
    score_activation: str | None = None,
    kernel_initializer: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """PatchGAN: judges whether each patch of an image is real.

    `stages` convolutions of 4 x 4 that halve the image, one that does not, and
    one to a single channel, the scores. The channels double with each, up to 8
    times `filters`; leaky ReLUs of slope 0.2 stand between. Each score sees a
    patch of so many pixels on a side:

    | `stages` | 0 | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|---|
    | patch | 7 | 16 | 34 | 70 | 142 | 286 |

    It judges texture, and leaves it to another loss, such as L1, that the image
    is right as a whole.

    Args:
        image_shape: `(H, W, C)` of the images that are judged, any size. None
            for a height or width that varies from batch to batch.
        source_shape: `(H, W, C)` of what they were made from, if the
            discriminator shall see it, too. It may be smaller by a whole
            number, the same for both sides; it is then enlarged to the nearest
            pixel.
        source_scale: int from 1 to 64, how many times the image is as high and
            wide as its source. By default it follows from the shapes, and is 1
            where these vary.
        filters: positive int, channels of the first convolution.
        stages: int from 0 to 8, how often the image is halved. By default 3, as
            in the papers, or as many as keep the patch inside the image: 1 for
            28 pixels, 2 for 64.
        normalization: "instance" (as in CycleGAN), "batch" (as in pix2pix),
            "layer", "spectral" or None. The first convolution and the scores
            are not normalised, except by "spectral". With a penalty on
            gradients use any but "batch".
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all kernels. By default normal, with
            a standard deviation of 0.02, as in the papers.
        seed: int for repeatable weights, or None.

    Returns:
        The discriminator: from `images`, or with `source_shape` from `[source,
        target]`, to float32 scores `(n, h, w, 1)`, one for each patch. `h` is
        `H / 2^stages`, rounded up, and `w` likewise.

    Raises:
        ValueError: an argument is out of range, or `image_shape` is no multiple
            of `source_shape`.

    Example:
        >>> discriminator = keras_gan.networks.patch_discriminator(
        ...     (256, 256, 3), source_shape=(256, 256, 1)
        ... )
        >>> discriminator([outlines, photos]).shape
        (8, 32, 32, 1)

    Reference: Isola et al., 2017, arXiv 1611.07004, section 3.2.2 and appendix
    6.1.2; Zhu et al., 2017, arXiv 1703.10593, appendix 7.2.
    """
    image_shape = open_shape("image_shape", image_shape)
    source = (
        None
        if source_shape is None
        else open_shape("source_shape", source_shape)
    )
    if source_scale is not None:
        source_scale = whole_number(
            "source_scale",
            source_scale,
            1,
            _LARGEST_SCALE,
            why=", or None where it follows from the shapes",
        )
    scale = _scale(source, image_shape, source_scale)
    filters, stages, normalization = patch_settings(
        "", filters, stages, normalization
    )
    if stages is None:
        stages = _fitting_stages(image_shape)
    checked_activation("score_activation", score_activation)
    layers = layer_maker(
        kernel_initializer,
        seed,
        image_shape=image_shape,
        source_shape=source_shape,
        filters=filters,
        stages=stages,
    )
    inputs, x = _inputs(image_shape, source, scale)
    for index in range(stages + 1):
        # The first would hide the images' range and contrast.
        plain = index == 0 and normalization != "spectral"
        kind = None if plain else normalization
        convolution = keras.layers.Conv2D(
            filters * min(2**index, _WIDEST),
            _KERNEL_SIZE,
            strides=2 if index < stages else 1,
            padding="same",
            # These two normalisations take away what a bias adds.
            use_bias=kind not in ("batch", "instance"),
            kernel_initializer=layers.initializer(),
        )
        x = normalized(layers.connect(wrap(convolution, kind), x), kind)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    scores = _scores(x, normalization == "spectral", layers)
    if score_activation is not None:
        scores = keras.layers.Activation(score_activation, dtype="float32")(
            scores
        )
    return model(inputs, scores, "discriminator")


def patch_settings(
    prefix: str, filters: Any, stages: Any, normalization: Any
) -> tuple[int, int | None, str | None]:
    """Returns these arguments, or raises `ValueError`.

    Args:
        prefix: What stands before the arguments' names, in a function that
            makes other networks, too.
        filters: As of `patch_discriminator`.
        stages: Likewise.
        normalization: Likewise.
    """
    filters = layer_size(f"{prefix}filters", filters)
    if stages is not None:
        stages = whole_number(f"{prefix}stages", stages, 0, _MOST_STAGES)
    name = f"{prefix}normalization"
    return filters, stages, choice(name, normalization, _NORMALIZATIONS)


def _scale(
    source: OpenShape | None, target: OpenShape, source_scale: Any
) -> int:
    """How many times the target is as high and wide as the source."""
    if source is None and source_scale is not None:
        raise ValueError(
            "`source_scale` must be None where there is no `source_shape`. "
            f"{received('source_scale', source_scale)}"
        )
    if source is None:
        return 1
    sides = list(zip(source[:2], target[:2], strict=True))
    known = {
        large / small
        for small, large in sides
        if small is not None and large is not None
    }
    given = {} if source_scale is None else {float(source_scale)}
    (scale, *others) = known.union(given) or {1.0}
    varies_alike = all(
        (small is None) == (large is None) for small, large in sides
    )
    if others or not varies_alike or scale < 1 or scale != int(scale):
        raise ValueError(
            "`image_shape` must be as high and wide as `source_shape`, or "
            "`source_scale` times as high and wide, a whole number and the "
            "same for both sides. None must stand at the same places of both. "
            f"{received('image_shape', target)}, source_shape={source}, "
            f"source_scale={source_scale}"
        )
    return int(scale)


def _inputs(
    image_shape: OpenShape, source_shape: OpenShape | None, scale: int
) -> tuple[list[Tensor], Tensor]:
    """The inputs, and all that is judged as one image."""
    if source_shape is None:
        images = keras.Input(image_shape, name="images")
        return [images], images
    source = keras.Input(source_shape, name="source")
    target = keras.Input(image_shape, name="target")
    large = source if scale == 1 else keras.layers.UpSampling2D(scale)(source)
    return [source, target], keras.layers.Concatenate()([large, target])


def _scores(features: Tensor, spectral: bool, layers: Condition) -> Tensor:
    # Scores stay float32 under mixed precision, as losses need them.
    layer = keras.layers.Conv2D(
        1,
        _KERNEL_SIZE,
        padding="same",
        kernel_initializer=layers.initializer(),
        dtype="float32",
        name="score",
    )
    if spectral:
        layer = SpectralNormalization(
            layer, dtype="float32", name="normalized_score"
        )
    return layers.connect(layer, features)


def _fitting_stages(image_shape: OpenShape) -> int:
    """As many as keep the patch inside the image, up to the papers'."""
    smallest = min(
        (size for size in image_shape[:2] if size is not None),
        default=_patch(_PAPERS_STAGES),
    )
    return max(
        stages
        for stages in range(_PAPERS_STAGES + 1)
        if stages == 0 or _patch(stages) <= smallest
    )


def _patch(stages: int) -> int:
    """Pixels on a side of what one score sees: 7, 16, 34, 70, ..."""
    size = 1
    for stride in [1, 1, *[2] * stages]:
        size = (size - 1) * stride + _KERNEL_SIZE
    return size
