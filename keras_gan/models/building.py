"""How are the two networks built and joined, without any data?"""

import types
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import augment as augmentation
from keras_gan import backend
from keras_gan._checks import received
from keras_gan._typing import Tensor
from keras_gan.models import inspection, second_derivatives
from keras_gan.models.output_values import Values, output_values

_IN_ONE_LIST = (
    "A network of your own takes several inputs in one list: def call(self, "
    "inputs, training=False)."
)
_RIGHT_LAYERS = (
    "Right ones are keras_gan.layers.LayerNormalization and "
    "InstanceNormalization (or ops.mean of squares in place of ops.moments "
    "and ops.layer_normalization), "
    'keras.layers.UpSampling2D(interpolation="nearest"), strided convolutions '
    "and average pooling (in place of Resizing and ops.image.resize), or "
    "another backend."
)

_WHY_NOT_ADDED = (
    "Keras keeps those of the last call only, and a network is called several "
    "times a step. Add the term by overriding `discriminator_loss` or "
    "`generator_loss`."
)


class Building:
    """Builds both networks from symbols, and refuses what cannot fit."""

    generator: keras.Model
    discriminator: keras.Model
    augment: keras.layers.Layer | None
    _latent_shape: tuple[int, ...]

    _num_inputs = 1
    """How many inputs each network takes."""

    _called_on = ("latents", "images")
    """What the generator and the discriminator are called on."""

    _generator_values: Values | None

    @property
    def output_range(self) -> tuple[float, float] | None:
        """The least and largest value that the generator can make.

        `None` where its output is not bounded on both sides.
        """
        values = self._generator_values
        if values is None or not values.bounded:
            return None
        return values.low, values.high

    def _build_networks(self, augment: Any) -> None:
        self._refuse_other_inputs("generator")
        self._refuse_other_inputs("discriminator")
        self._refuse_shared_layers()
        fake, condition = self._build_generator(self.generator)
        self._image_shape = tuple(fake.shape[1:])
        self._refuse_misfit()
        self._generator_values = output_values(
            self.generator, self._random_images
        )
        self.augment = augmentation.get(
            augment, self._image_shape, self.output_range
        )
        if self.augment is not None:
            self._build_augment(fake)
        self._build_discriminator(fake, condition)
        _announce_updates(self.discriminator)
        self._warn_of_overwritten_kernels()
        self._warn_of_penalised_layers()
        self._warn_of_added_losses()

    def _build_generator(
        self, generator: keras.Model
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        latents, condition = self._split_inputs(self._symbolic_inputs())
        try:
            fake = self._generate(generator, latents, condition, False)  # type: ignore[attr-defined]
        except TypeError as error:
            raise ValueError(
                f"The generator cannot be called on {self._called_on[0]}: "
                f"{error}. {_IN_ONE_LIST} {received('generator', generator)}"
            ) from error
        _require_one(fake, "generator", "images")
        _announce_updates(generator)
        return fake, condition

    def _build_discriminator(
        self, fake: Tensor, condition: tuple[Tensor, ...]
    ) -> None:
        try:
            scores = self._judge(fake, condition, False)  # type: ignore[attr-defined]
        except Exception as error:
            raise ValueError(
                f"The discriminator cannot be called on {self._called_on[1]}, "
                "the images being the generator's of shape "
                f"{(None, *self._image_shape)}: {error}. {_IN_ONE_LIST} "
                f"{received('discriminator', self.discriminator)}"
            ) from error
        _require_one(scores, "discriminator", "scores")

    def _random_images(self, count: int) -> Any:
        """Returns the generator's output for random inputs."""
        latents, condition = self._random_inputs(count)
        return self._generate(self.generator, latents, condition, False)  # type: ignore[attr-defined]

    def _random_scores(self, count: int) -> Any:
        """Returns the discriminator's first output for random images."""
        _, condition = self._random_inputs(count)
        return self._judge(self._some_images(count), condition, False)  # type: ignore[attr-defined]

    def _some_images(self, count: int) -> Tensor:
        return _random((count, *self._image_shape), "float32")

    def _random_inputs(self, count: int) -> tuple[Tensor, tuple[Tensor, ...]]:
        def like(symbol: Tensor) -> Tensor:
            return _random((count, *symbol.shape[1:]), symbol.dtype)

        inputs = self._symbolic_inputs()
        return self._split_inputs(keras.tree.map_structure(like, inputs))

    def _score_values(self) -> Values | None:
        """Returns which scores the discriminator can give, if known."""
        return output_values(self.discriminator, self._random_scores)

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

    def _refuse_shared_layers(self) -> None:
        shared = inspection.shared_layers(self.generator, self.discriminator)
        if shared:
            raise ValueError(
                "The generator and the discriminator must have no layer in "
                "common: both players would train it, and a saved model could "
                f"not be loaded. Received: both have {shared}. Give each its "
                "own, such as by keras.models.clone_model."
            )

    def _main_input(self, role: str) -> int:
        """Which input of a network takes the latents or images."""
        del role
        return 0

    def _refuse_misfit(self) -> None:
        inputs = inspection.symbolic_inputs(self.discriminator)
        if not inputs:
            return
        takes = tuple(inputs[self._main_input("discriminator")].shape[1:])
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

    def _warn_of_overwritten_kernels(self) -> None:
        overwritten = [
            layer.name
            for network in (self.generator, self.discriminator)
            for layer in backend.flat_layers(network)
            if isinstance(layer, keras.layers.SpectralNormalization)
        ]
        if overwritten:
            warnings.warn(
                f"keras.layers.SpectralNormalization ({overwritten}) changes "
                "its kernel in each call, and a network is called several "
                "times a step: it trains differently on each backend, and not "
                "as published. Use keras_gan.layers.SpectralNormalization.",
                stacklevel=4,
            )

    def _warn_of_penalised_layers(self) -> None:
        penalties = [each.name for each in self.regularizers if each.weight]  # type: ignore[attr-defined]
        if not penalties:
            return
        mixing = inspection.per_sample_penalty_risk(self.discriminator)
        known = second_derivatives.known_faults(self.discriminator)
        if mixing:
            also = (
                "; on TensorFlow its second derivative is wrong, too"
                if any(each.split(" ")[0] in mixing for each in known)
                else ""
            )
            warnings.warn(
                f"The discriminator has batch normalisation ({mixing}), which "
                "mixes the samples of a batch, but each sample's gradient is "
                f"penalised ({penalties}){also}. Use "
                "keras_gan.layers.LayerNormalization, or no normalisation.",
                stacklevel=4,
            )
        wrong = [each for each in known if each.split(" ")[0] not in mixing]
        if wrong:
            warnings.warn(
                "TensorFlow computes a wrong second derivative of "
                f"{wrong}, or none, so the penalty {penalties} would train on "
                f"a wrong gradient, or stop with an error. {_RIGHT_LAYERS}",
                stacklevel=4,
            )
        if not known:
            self._warn_of_what_is_measured(penalties)

    def _warn_of_what_is_measured(self, penalties: list[str]) -> None:
        unknown = second_derivatives.unknown_parts(self.discriminator)
        if not unknown:
            return
        fault = second_derivatives.measured(
            self.discriminator, self._image_shape
        )
        if fault is not None:
            warnings.warn(
                f"The penalty {penalties} needs the second derivative of the "
                "discriminator, and on the "
                f"{keras.backend.backend()} backend that is wrong: {fault}. "
                f"It may be one of {unknown}. {_RIGHT_LAYERS}",
                stacklevel=5,
            )

    def _warn_of_added_losses(self) -> None:
        regularized = [
            layer.name
            for network in (self.generator, self.discriminator)
            for layer in backend.flat_layers(network)
            if getattr(layer, "activity_regularizer", None) is not None
        ]
        if regularized:
            warnings.warn(
                f"The activity regularizers of {regularized} are not part of "
                f"any player's loss: {_WHY_NOT_ADDED}",
                stacklevel=4,
            )
        adding = [
            f"{layer.name} ({type(layer).__name__})"
            for network in (self.generator, self.discriminator)
            for layer in backend.flat_layers(network)
            if _calls_add_loss(layer)
        ]
        if adding:
            warnings.warn(
                f"What {adding} add by add_loss is not part of any player's "
                f"loss: {_WHY_NOT_ADDED}",
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


def _require_one(output: Any, role: str, what: str) -> None:
    """Refuses a network of several outputs, or of a dict."""
    if isinstance(output, (list, tuple, dict)):
        shapes = [tuple(each.shape) for each in keras.tree.flatten(output)]
        raise ValueError(
            f"The {role} must have one output, its {what}. Received: outputs "
            f"of shape {shapes}. A discriminator of [scores, class_logits] is "
            "for ACGAN; else make a keras.Model of the one output."
        )


def _random(shape: tuple[int | None, ...], dtype: str) -> Tensor:
    """Returns normal numbers, or for integers zeros; unknown sizes are 16."""
    sizes = tuple(16 if size is None else size for size in shape)
    numbers = np.random.default_rng(0).standard_normal(sizes)
    if not keras.backend.is_float_dtype(dtype):
        numbers = np.zeros(sizes)
    return ops.convert_to_tensor(numbers.astype("float32"), dtype)


def _announce_updates(network: keras.Model) -> None:
    """Tells layers that `before_update` will come before each update.

    Here, where the model is made or loaded, and not at the first update: steps
    that are traced before and after it would differ.
    """
    for layer in backend.flat_layers(network):
        if hasattr(layer, "expect_updates"):
            layer.expect_updates()


def _calls_add_loss(layer: keras.layers.Layer) -> bool:
    """Whether a method of the layer's own class speaks of `add_loss`."""
    return any(
        "add_loss" in code.co_names
        for kind in type(layer).__mro__
        if not kind.__module__.startswith(("keras.", "tensorflow.", "torch."))
        for method in vars(kind).values()
        for code in _codes(getattr(method, "__code__", None))
    )


def _codes(code: types.CodeType | None) -> Iterator[types.CodeType]:
    """Yields the code of a function and of those defined inside it."""
    if code is None:
        return
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)
