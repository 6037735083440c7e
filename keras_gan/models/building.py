"""How are the two networks built and joined, without any data?"""

import warnings
from typing import Any

import keras

from keras_gan import augment as augmentation
from keras_gan import backend
from keras_gan._checks import received
from keras_gan._typing import Tensor
from keras_gan.models import inspection


class Building:
    """Builds both networks from symbols, and refuses what cannot fit."""

    generator: keras.Model
    discriminator: keras.Model
    augment: keras.layers.Layer | None
    _latent_shape: tuple[int, ...]

    _num_inputs = 1
    """How many inputs each network takes."""

    def _build_networks(self, augment: Any) -> None:
        self._refuse_other_inputs("generator")
        self._refuse_other_inputs("discriminator")
        fake, condition = self._build_generator(self.generator)
        self._image_shape = tuple(fake.shape[1:])
        self._refuse_misfit()
        self.augment = augmentation.get(
            augment, self._image_shape, inspection.output_range(self.generator)
        )
        if self.augment is not None:
            self._build_augment(fake)
        try:
            self._judge(fake, condition, False)  # type: ignore[attr-defined]
        except Exception as error:
            raise ValueError(
                "The discriminator cannot be called on the generator's images "
                f"of shape {(None, *self._image_shape)}: {error} "
                f"{received('discriminator', self.discriminator)}"
            ) from error
        self._warn_of_penalised_layers()
        self._warn_of_activity_regularizers()

    def _build_generator(
        self, generator: keras.Model
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        latents, condition = self._split_inputs(self._symbolic_inputs())
        fake = self._generate(generator, latents, condition, False)  # type: ignore[attr-defined]
        return fake, condition

    def _build_augment(self, fake: Tensor) -> None:
        changed = self.augment(keras.Input(fake.shape[1:]), training=True)  # type: ignore[misc]
        if tuple(changed.shape[1:]) != self._image_shape:
            raise ValueError(
                "`augment` must keep the shape of the images, "
                f"{self._image_shape}. Received: a layer that makes "
                f"{tuple(changed.shape[1:])}, {self.augment}"
            )

    def _refuse_other_inputs(self, role: str) -> None:
        inputs = inspection.symbolic_inputs(getattr(self, role))
        if len(inputs) > self._num_inputs:
            raise ValueError(
                f"{type(self).__name__} calls its networks on one input. "
                f"Received: a {role} with {len(inputs)}. For networks that "
                "take labels use ConditionalGAN or ConditionalWGANGP."
            )

    def _refuse_misfit(self) -> None:
        inputs = inspection.symbolic_inputs(self.discriminator)
        if not inputs:
            return
        takes = tuple(inputs[0].shape[1:])
        if len(takes) == len(self._image_shape) and all(
            wanted in (None, made)
            for wanted, made in zip(takes, self._image_shape, strict=True)
        ):
            return
        hint = (
            " The two seem to be swapped: pass the generator first."
            if self._seem_swapped(takes)
            else " Make their shapes agree."
        )
        raise ValueError(
            f"The generator makes samples of shape {self._image_shape}, but "
            f"the discriminator takes {takes}.{hint}"
        )

    def _seem_swapped(self, takes: tuple[int | None, ...]) -> bool:
        made_by_discriminator = tuple(self.discriminator.output_shape)[1:]
        return len(takes) == 1 and (
            self._image_shape == (1,) or len(made_by_discriminator) > 1
        )

    def _warn_of_penalised_layers(self) -> None:
        penalties = [each.name for each in self.regularizers if each.weight]  # type: ignore[attr-defined]
        if not penalties:
            return
        mixing = inspection.per_sample_penalty_risk(self.discriminator)
        if mixing:
            warnings.warn(
                f"The discriminator has batch normalisation ({mixing}), which "
                "mixes the samples of a batch, but each sample's gradient is "
                f"penalised ({penalties}). Use "
                "keras_gan.layers.LayerNormalization, or no normalisation.",
                stacklevel=4,
            )
        wrong = inspection.wrong_second_derivatives(self.discriminator)
        if wrong:
            warnings.warn(
                "TensorFlow computes a wrong second derivative of "
                f"{wrong}, so the penalty {penalties} would train on a wrong "
                "gradient. Use keras_gan.layers.LayerNormalization or "
                "InstanceNormalization, nearest-neighbour resizing, or "
                "another backend.",
                stacklevel=4,
            )

    def _warn_of_activity_regularizers(self) -> None:
        regularized = [
            layer.name
            for network in (self.generator, self.discriminator)
            for layer in backend.flat_layers(network)
            if getattr(layer, "activity_regularizer", None) is not None
        ]
        if regularized:
            warnings.warn(
                f"The activity regularizers of {regularized} are not part of "
                "any player's loss: Keras keeps those of the last call only, "
                "and a network is called several times a step. Add the term "
                "by overriding `discriminator_loss` or `generator_loss`.",
                stacklevel=4,
            )

    def _symbolic_inputs(self) -> Any:
        return keras.Input(self._latent_shape)

    def _split_inputs(self, inputs: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Splits what `call` takes into latents and condition."""
        return inputs, ()

    def summary(self, *args: Any, **kwargs: Any) -> None:
        """Prints both networks, their sizes and the objective.

        Args:
            *args: As in `keras.Model.summary`.
            **kwargs: As in `keras.Model.summary`.
        """
        show = kwargs.get("print_fn") or print
        for network in (self.generator, self.discriminator):
            network.summary(*args, **kwargs)
        for line in self._facts():
            show(line)

    def _facts(self) -> list[str]:
        penalties = " + ".join(
            f"{type(each).__name__}(weight={each.weight:g})"
            for each in self.regularizers  # type: ignore[attr-defined]
        )
        loss = getattr(self, "adversarial_loss", None)
        objective = type(loss).__name__ if loss else self.default_loss  # type: ignore[attr-defined]
        objective += f" + {penalties}" if penalties else ""
        sizes = (
            f"generator {self.generator.count_params():,} parameters, "
            f"discriminator {self.discriminator.count_params():,}"
        )
        return [
            f'{type(self).__name__} "{self.name}": {sizes}',  # type: ignore[attr-defined]
            f"latents {self._latent_shape} -> images {self._image_shape}",
            f"objective: {objective}; discriminator steps: "
            f"{self.discriminator_steps}; EMA decay: {self.ema_decay}",  # type: ignore[attr-defined]
        ]
