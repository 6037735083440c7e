"""GAN whose discriminator also names the class."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import number_in, received
from keras_gan._typing import Tensor
from keras_gan.models import inspection, packing, random_passes
from keras_gan.models.batch import Condition
from keras_gan.models.condition import ConditionInput, checked
from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.models.output_values import output_values
from keras_gan.models.player import require_network
from keras_gan.models.turns import Logs

_CLASSES = ConditionInput((), "int32")
"""The classifier is trained on classes, whatever the generator takes."""

_REMEDY = (
    "The functions of keras_gan.networks make such a pair with "
    'conditioning="auxiliary".'
)


@keras.saving.register_keras_serializable("keras_gan")
class ACGAN(ConditionalGAN):
    """GAN with an auxiliary classifier.

    The generator is told the class. The discriminator sees images alone, and
    says both how real they are and of which class; both players want the class
    to be recognised. With `C(x)` the cross-entropy of the class,
    `D: adversarial + class_weight * (mean(C(real)) + mean(C(fake)))`,
    `G: adversarial + class_weight * mean(C(fake))`.

    Args:
        generator: Takes `[latents, labels]`.
        discriminator: Takes images; returns `[scores, class_logits]`, the
            latter of shape `(n, num_classes)`, such as from
            `keras_gan.networks.dcgan(..., conditioning="auxiliary")`. Where
            they end in a softmax they are taken as probabilities. With `pack`
            they are those of each image in turn, `(n, pack * num_classes)`.
        num_classes: How many classes. Default: read off the label input.
        class_weight: Factor of the classification terms, at least 0.
        **kwargs: As in `GAN`.

    The logs have `d_class_loss` and `g_class_loss` beside the others.

    Reference: Odena et al., 2017, arXiv 1610.09585, eq. 2-3.
    """

    _discriminator_is_told = False
    _names_more = True
    _called_on = ("[latents, labels]", "images")

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        num_classes: int | None = None,
        class_weight: float = 1.0,
        **kwargs: Any,
    ) -> None:
        class_weight = number_in("class_weight", class_weight, "[0, inf)")
        require_network(discriminator, "discriminator")
        if len(inspection.symbolic_inputs(discriminator)) > 1:
            raise ValueError(
                "The discriminator of an ACGAN takes images alone, and names "
                "their class itself. Received: one with more inputs, such as "
                f"labels. {_REMEDY}"
            )
        super().__init__(
            generator, discriminator, num_classes=num_classes, **kwargs
        )
        self.class_weight = class_weight
        values = output_values(discriminator, self._random_outputs, index=1)
        self._names_by_shares = values is not None and values.shares
        if self._names_by_shares and self.pack > 1:
            raise ValueError(
                "With `pack` the classes of several images stand side by side, "
                "so a softmax over all of them names none. Let the "
                "discriminator give class logits. "
                f"{received('pack', self.pack)}"
            )

    @property
    def log_names(self) -> list[str]:
        """The keys of the logs."""
        return [*super().log_names, "d_class_loss", "g_class_loss"]

    def discriminator_loss(
        self,
        real: Tensor,
        fake: Tensor,
        condition: Condition = (),
        training: bool = True,
    ) -> tuple[Tensor, Logs]:
        """States what the discriminator minimises; see the class."""
        real_scores, real_classes = self._both(real, training)
        fake_scores, fake_classes = self._both(fake, training)
        loss = self.adversarial_loss.discriminator(real_scores, fake_scores)
        classes = self._class_loss(real_classes, condition)
        classes = classes + self._class_loss(fake_classes, condition)
        return loss + self.class_weight * classes, {
            "d_real": real_scores,
            "d_fake": fake_scores,
            "d_class_loss": classes,
        }

    def generator_loss(
        self,
        real: Tensor,
        fake: Tensor,
        condition: Condition = (),
        training: bool = True,
    ) -> tuple[Tensor, Logs]:
        """States what the generator minimises; see the class."""
        fake_scores, fake_classes = self._both(fake, training)
        real_scores = None
        if self.adversarial_loss.needs_real:
            real_scores, _ = self._both(real, training)
        loss = self.adversarial_loss.generator(fake_scores, real_scores)
        classes = self._class_loss(fake_classes, condition)
        return loss + self.class_weight * classes, {"g_class_loss": classes}

    def _both(self, images: Tensor, training: bool) -> tuple[Tensor, Tensor]:
        """Returns scores, as the loss takes them, and class logits."""
        scores, classes = self.judge(images, (), training)
        classes = packing.unpacked(ops.cast(classes, "float32"), self.pack)
        if self._names_by_shares:
            # The softmax of log-probabilities are the probabilities.
            classes = ops.log(ops.maximum(classes, 1e-30))
        return scores, classes

    def _class_loss(self, class_logits: Tensor, condition: Condition) -> Tensor:
        labels = packing.filled(condition[0], self.pack)
        target = ConditionInput(None).encode(labels, self.num_classes)
        return ops.mean(
            ops.categorical_crossentropy(target, class_logits, from_logits=True)
        )

    def call_discriminator(
        self, images: Tensor, condition: Condition, training: bool
    ) -> Any:
        """Calls the discriminator on images alone: scores, class logits."""
        return self.discriminator(images, training=training)

    def _build_discriminator(self, fake: Tensor, condition: Condition) -> None:
        self._refuse_missing_classifier()
        super()._build_discriminator(fake, condition)

    def _random_outputs(self, count: int) -> Any:
        packs = random_passes.packs(self, count)
        return self.discriminator(packs, training=False)

    def check_labels(self, labels: Any) -> np.ndarray[Any, Any]:
        """Returns labels as an array.

        Raises:
            ValueError: If they are neither integers in `[0, num_classes)` nor
                one-hot vectors of `num_classes`.
        """
        specs = (*self._label_inputs.values(), _CLASSES)
        return checked(labels, specs, self._num_classes)

    def _refuse_missing_classifier(self) -> None:
        outputs = self.discriminator(keras.Input(self._pack_shape))
        shapes = [tuple(t.shape) for t in keras.tree.flatten(outputs)]
        listed = isinstance(outputs, (list, tuple))
        assert self.num_classes is not None
        names = self.pack * self.num_classes
        if listed and len(shapes) == 2 and shapes[1] == (None, names):
            return
        raise ValueError(
            "The discriminator of an ACGAN returns [scores, class_logits], "
            f"the latter of shape (n, {names}). Received: outputs "
            f"of shape {shapes}. {_REMEDY}"
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "class_weight": self.class_weight}
