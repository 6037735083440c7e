"""What does the discriminator of a GAN say of images?"""

from typing import TYPE_CHECKING, Any

from keras_gan._typing import Tensor
from keras_gan.models import packing
from keras_gan.models.batch import Condition
from keras_gan.models.scores import warns_of_width

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN


def judged(
    gan: "GAN", images: Tensor, condition: Condition, training: bool
) -> Any:
    """Returns what the discriminator says of images; see `GAN.judge`."""

    def score(packs: Tensor) -> tuple[Tensor, Any]:
        outputs = _of_packs(gan, packs, condition, training)
        scores = outputs[0] if isinstance(outputs, tuple) else outputs
        return gan._as_logits("discriminator", scores), outputs

    packs = packs_of(gan, images)
    if gan._shared is None:
        return _of_packs(gan, packs, condition, training)
    return gan._shared.outputs(packs, score)


def packs_of(gan: "GAN", images: Tensor) -> Tensor:
    """Returns packs: the same tensor for the same images of a loss."""
    if gan._shared is None:
        return packing.packed(images, gan.pack)
    return gan._shared.packed(images)


def _of_packs(
    gan: "GAN", packs: Tensor, condition: Condition, training: bool
) -> Any:
    if gan.augment is not None and training:
        images = packing.unpacked(packs, gan.pack)
        packs = packing.packed(gan.augment(images, training=True), gan.pack)
    outputs = gan.call_discriminator(packs, condition, training)
    if not isinstance(outputs, (list, tuple)):
        return _scores(gan, outputs)
    return (_scores(gan, outputs[0]), *outputs[1:])


def _scores(gan: "GAN", outputs: Tensor) -> Tensor:
    if not gan._warned_of_width:
        values = gan._values_of["discriminator"]
        gan._warned_of_width = warns_of_width(outputs.shape, values)
    return gan.scores("discriminator", outputs)
