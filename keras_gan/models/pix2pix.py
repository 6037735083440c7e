"""From one image to another, learned from pairs."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import received
from keras_gan._typing import Tensor
from keras_gan.models import image_pairs, inspection
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.models.turns import Logs
from keras_gan.schedules import HalfLife, Number

Array = np.ndarray[Any, Any]


@keras.saving.register_keras_serializable("keras_gan")
class Pix2Pix(ImageToImage):
    """Translates images into others, of which pairs are known.

    The discriminator judges an image beside its source, often patch by patch;
    the generator also pays for what is not as in the target:
    `adversarial_weight * adversarial + l1_weight * mean(|target - G(source)|)`.
    Scores of patches are averaged, over an image and over the batch.

    A source may be smaller than its target: that is super-resolution, and the
    first epochs of it are trained by content alone (Ledig et al., 2017, arXiv
    1609.04802, section 3.2) where `adversarial_weight` is a schedule that
    begins with 0. The discriminator is trained all along.

    Both optimizers are Adam by default, 2e-4 and beta_1 0.5, and the loss is
    `"non_saturating"`, as in the paper. There, the discriminator's loss is
    halved to make it slower; a step of Adam does not depend on such a factor,
    and nor is there one here.

    Images are augmented where pairs are loaded, alike for both. There is no
    `augment`: a policy that changes colours, or sizes in pixels, means
    something else for a source than for its target.

    Args:
        generator: Maps sources, shape `(n, height, width, channels)`, to
            images like the targets; both in the same range, by default
            `[-1, 1]`.
        discriminator: Maps `[sources, images]` to scores, logits or
            probabilities: of shape `(n, 1)`, or of patches,
            `(n, height, width, 1)`.
        l1_weight: Weight of the mean absolute difference from the target, at
            least 0: a number, or a schedule of the generator's updates, see
            `keras_gan.schedules`.
        adversarial_weight: Weight of the loss by the discriminator, likewise.
        regularizer: A penalty on the discriminator (`"r1"`, `"r2"`,
            `"gradient_penalty"`, `"dragan"`, or an instance), or a list. It is
            taken by the judged image, under its source, of the mean score of
            the patches.
        generator_regularizer: A penalty on the generator, a
            `keras_gan.regularizers.GeneratorRegularizer`, or a list. It is
            called on sources in place of latents.
        discriminator_steps: Discriminator updates for each generator update.
        generator_steps: Generator updates for each discriminator update. One
            of the two is 1.
        ema_decay: Decay of an exponential moving average of the generator's
            weights, as in `GAN`. The average, `ema_generator`, is then what
            `translate`, `predict` and `export` use. Default: none.
        seed: Seed of what penalties draw and of the order of arrays. Default:
            a random one.
        name: Name of the model.

    Raises:
        TypeError: If a network is not a Keras layer.
        ValueError: If the networks don't fit each other, or an argument is out
            of range.

    Example:
        >>> gan = keras_gan.Pix2Pix(generator, discriminator)
        >>> gan.fit(sources, targets, epochs=50)
        >>> pictures = gan.translate(sources[:4])

    Reference: Isola et al., 2017, arXiv 1611.07004, eq. 4.
    """

    sets = ("source", "target")
    makers: Mapping[str, str] = {"target": "generator"}
    judges: Mapping[str, str] = {"target": "discriminator"}
    _unequal = "Each source needs its target, at the same place."

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        l1_weight: Number = 100.0,
        adversarial_weight: Number = 1.0,
        regularizer: Any = None,
        generator_regularizer: Any = None,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        ema_decay: Number | HalfLife | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            {"discriminator": discriminator},
            {"generator": generator},
            weights={
                "l1_weight": l1_weight,
                "adversarial_weight": adversarial_weight,
            },
            regularizer=regularizer,
            generator_regularizer=generator_regularizer,
            discriminator_steps=discriminator_steps,
            generator_steps=generator_steps,
            ema_decay=ema_decay,
            seed=seed,
            name=name,
        )

    @property
    def log_names(self) -> list[str]:
        """The keys of the logs; an objective with another one extends it."""
        parts = ["d_real", "d_fake", "g_adversarial", "g_l1"]
        penalties, norms = self.penalty_names, self.norm_names
        return [*self.loss_names, *parts, *penalties, *norms]

    def make(self, batch: Mapping[str, Tensor], training: bool = True) -> Any:
        """Translates the sources.

        Args:
            batch: As from `unpack`: `"source"` and `"target"`.
            training: Whether this is a training step.

        Returns:
            The images as `"fake"`. An override may add more.
        """
        return {"fake": self.generated("target", batch["source"], training)}

    def fakes(self, outputs: Any) -> dict[str, Tensor]:
        """Returns the images to be judged of what `make` returned."""
        return {"target": outputs["fake"]}

    def call_discriminator(
        self,
        like: str,
        images: Tensor,
        batch: Mapping[str, Tensor],
        training: bool,
    ) -> Tensor:
        """Calls the discriminator on images beside their sources."""
        pair = inspection.packed(self.discriminator, [batch["source"], images])
        return self.discriminator(pair, training=training)

    def player_loss(
        self,
        player: str,
        batch: Mapping[str, Tensor],
        outputs: Any,
        training: bool = True,
    ) -> tuple[Tensor, Logs]:
        """States what a player minimises; see `AdversarialModel`."""
        if player == "discriminator":
            loss, scores = self.discriminator_loss(batch, outputs, training)
            real, fake = scores["target"]
            return loss, {"d_real": real, "d_fake": fake}
        verdict = self.adversarial("target", batch, outputs, training)
        l1 = ops.mean(ops.abs(batch["target"] - outputs["fake"]))
        loss = self.weight("adversarial_weight") * verdict
        loss = loss + self.weight("l1_weight") * l1
        return loss, {"g_adversarial": verdict, "g_l1": l1}

    def pictures(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Returns source, output and target, as far as they can be drawn."""
        made = self.translated("target", batch["source"])
        columns = {"source": batch["source"], "output": made}
        if "target" in batch:
            columns["target"] = batch["target"]
        drawn = {"source": "source", "output": "target", "target": "target"}
        return {k: v for k, v in columns.items() if self._drawn(drawn[k])}

    def translate(self, images: Any, *, batch_size: int = 16) -> Array:
        """Translates images, by the averaged weights where there are any.

        Sizes that the generator cannot halve are padded by reflection, and
        what it makes of them is cropped again. The same images give the same
        outputs each time.

        Args:
            images: Sources, shape `(n, height, width, channels)`, or one
                without the first axis: uint8 pixels, or floats whose black and
                white are the model's `pixel_range`.
            batch_size: Images at a time.

        Returns:
            As many images: uint8 of uint8, else float32; one of one.

        Raises:
            ValueError: If they are no such images, hold NaN, or are larger
                than the generator takes.

        Example:
            >>> pictures = gan.translate(photos)  # uint8 (n, 256, 256, 3)
        """
        return self._translate("target", images, batch_size)

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",  # noqa: A002
        **kwargs: Any,
    ) -> None:
        """Exports the generator, averaged if it is, for use without Keras.

        Args:
            filepath: Where to.
            format: `"tf_saved_model"`, `"onnx"` or another that
                `keras.Model.export` knows.
            **kwargs: As in `keras.Model.export`.
        """
        self.translator("target").export(filepath, format=format, **kwargs)

    def _checked_shapes(self) -> dict[str, image_pairs.Shape | None]:
        taken, made = image_pairs.shapes_of(self.generator)
        image_pairs.require_inputs("generator", taken, ["the source"])
        source = taken[0] if taken else None
        pair, _ = image_pairs.shapes_of(self.discriminator)
        image_pairs.require_inputs(
            "discriminator", pair, ["the source", "an image like its target"]
        )
        if pair and not (
            image_pairs.agree(pair[0], source)
            and image_pairs.agree(pair[1], made)
        ):
            raise ValueError(
                "The discriminator is called on [source, image], of shapes "
                f"{[source, made]}, as the generator takes and makes them. "
                f"{received('discriminator', self.discriminator.name)}, which "
                f"takes {pair}. Were the generator and the discriminator "
                "swapped, or the discriminator's inputs?"
            )
        return {"source": source, "target": made}
