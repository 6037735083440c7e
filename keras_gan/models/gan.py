"""The base of all GANs: two networks, an objective, alternating updates."""

import warnings
from typing import Any

import keras
from keras import ops

from keras_gan import backend, losses, regularizers
from keras_gan._checks import LARGEST_INT32, seed_or_none, text, whole_number
from keras_gan._typing import Tensor
from keras_gan.models import inspection
from keras_gan.models.averaging import Average
from keras_gan.models.building import Building
from keras_gan.models.compiling import Compiling
from keras_gan.models.data_forms import images_and_labels
from keras_gan.models.fitting import Fitting
from keras_gan.models.persistence import Persistence
from keras_gan.models.sampling import Sampling
from keras_gan.models.trackers import Trackers
from keras_gan.models.training import Alternating, Logs
from keras_gan.regularizers import Regularizer


@keras.saving.register_keras_serializable("keras_gan")
class GAN(
    backend.Stepper,
    Alternating,
    Building,
    Compiling,
    Fitting,
    Sampling,
    Persistence,
    keras.Model,
):
    """A generative adversarial network of any two Keras models.

    Each step updates the discriminator on a fresh batch of real images and as
    many generated ones, and, at every `discriminator_steps`-th step, the
    generator: against the discriminator as it is then, and, where it is every
    step, by the same generated images. Each player's optimizer changes its own
    network's variables only; `trainable` is never toggled.

    A variant overrides `discriminator_loss` and `generator_loss` (written in
    `keras.ops`, for every backend), `unpack` or `sample`.

    Args:
        generator: Maps latents, shape `(n, latent_dim)`, to images, shape
            `(n, height, width, channels)` or any other. Sequential, functional
            or subclassed, built or not.
        discriminator: Maps images to scores, logits or probabilities, shape
            `(n, 1)` or any other that starts with the batch.
        latent_dim: Size of the latents. Default: read off the generator.
        regularizer: A penalty on the discriminator (`"r1"`, `"r2"`,
            `"gradient_penalty"`, `"dragan"`, or an instance), or a list.
        discriminator_steps: Discriminator updates for each generator update.
        ema_decay: Decay of an exponential moving average of the generator's
            weights, in `[0, 1)`, such as 0.999. It is ramped up with the
            updates t as `(1 + t) / (20 + t)`, so that the average is useful
            from the start. The averaged network, `ema_generator`, is then what
            `generate`, `predict` and `export` use. Default: none.
        augment: Augmentation of what the discriminator sees, real and
            generated: a `keras_gan.augment` policy, or a layer.
        seed: Seed of latents and penalties. Default: a random one.
        name: Name of the model.

    Raises:
        TypeError: If a network is not a Keras layer.
        ValueError: If the networks don't fit each other, or an argument is out
            of range.

    Example:
        >>> gan = keras_gan.GAN(generator, discriminator)
        >>> gan.fit(images, epochs=50)  # images in the generator's range
        >>> pictures = gan.generate(16, seed=0)

    Reference: Goodfellow et al., 2014, arXiv 1406.2661, Algorithm 1.
    """

    default_loss = "non_saturating"
    _warned_of_width = False

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        latent_dim: int | None = None,
        regularizer: Any = None,
        discriminator_steps: int = 1,
        ema_decay: float | None = None,
        augment: Any = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=None if name is None else text("name", name))
        inspection.require_network(generator, "generator")
        inspection.require_network(discriminator, "discriminator")
        self.generator = generator
        self.discriminator = discriminator
        self.discriminator_steps = whole_number(
            "discriminator_steps",
            discriminator_steps,
            1,
            LARGEST_INT32,
            why=": discriminator updates for each generator update",
        )
        self.seed = seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(seed)
        # Validation must not change what training draws.
        self.evaluation_seed_generator = keras.random.SeedGenerator(seed or 0)
        self._regularizers = regularizers.get(regularizer)
        self._latent_shape = inspection.latent_shape(
            generator, latent_dim, self._main_input("generator")
        )
        self._build_networks(augment)
        self._average = Average(ema_decay)
        self.ema_generator = self._average.twin(
            generator, self._build_generator
        )
        self.ema_decay = self._average.decay
        self._trackers = Trackers(self.log_names)
        self._watching_gradients = False
        # Records the input shape, which saving and exporting ask for.
        self(self._symbolic_inputs())

    @property
    def regularizers(self) -> tuple[Regularizer, ...]:
        """The penalties on the discriminator."""
        return self._regularizers

    @property
    def log_names(self) -> list[str]:
        """The keys of the logs; an objective with another one extends it."""
        penalties = [each.name for each in self._regularizers]
        norms = ["d_gradient_norm", "g_gradient_norm"]
        return ["d_loss", "g_loss", "d_real", "d_fake", *penalties, *norms]

    # ---------------------------------------------------------- the objective

    def unpack(self, data: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Splits a batch into real images and what they are conditioned on.

        Args:
            data: What the data set yields: images, `(images, labels)`, or a
                dict with `"image"`.

        Returns:
            Float32 images, and a tuple of condition tensors: empty here,
            where labels are ignored.
        """
        images, _ = images_and_labels(data)
        return ops.cast(ops.convert_to_tensor(images), "float32"), ()

    def sample(
        self,
        batch_size: Tensor,
        condition: tuple[Tensor, ...] = (),
        training: bool = True,
    ) -> Tensor:
        """Generates images from fresh latents.

        Args:
            batch_size: How many.
            condition: As from `unpack`.
            training: Whether the generator runs in training mode and draws
                from the training seed.

        Returns:
            Float32 images, differentiable in the generator's variables.
        """
        return self._drawn(self.generator, batch_size, condition, training)

    def _drawn(
        self,
        generator: keras.Model,
        batch_size: Tensor,
        condition: tuple[Tensor, ...],
        training: bool,
    ) -> Tensor:
        latents = backend.draw(
            keras.random.normal,
            (batch_size, *self._latent_shape),
            self._seeds(training),
        )
        return ops.cast(
            self._generate(generator, latents, condition, training), "float32"
        )

    def discriminate(
        self,
        images: Tensor,
        condition: tuple[Tensor, ...] = (),
        training: bool = True,
    ) -> Tensor:
        """Scores images as the compiled loss takes them, augmented in training.

        Args:
            images: Shape `(n, ...)`, real or generated.
            condition: As from `unpack`.
            training: Whether the discriminator runs in training mode.

        Returns:
            Float32 scores: logits for the losses of `keras_gan.losses`, the
            network's outputs as they are for Keras losses and callables.
        """
        return self._scores(
            images, condition, training, self.adversarial_loss.takes_logits
        )

    def discriminator_loss(
        self,
        real: Tensor,
        fake: Tensor,
        condition: tuple[Tensor, ...] = (),
        training: bool = True,
    ) -> tuple[Tensor, Logs]:
        """States what the discriminator minimises, without the regularisers.

        Args:
            real: Real images, float32, shape `(n, ...)`.
            fake: As many generated images; no gradient flows into them.
            condition: As from `unpack`.
            training: Whether this is a training step.

        Returns:
            The scalar loss, and what to log by the names in `log_names`;
            tensors, such as the scores here, are logged by their mean. An
            override may return the loss alone.
        """
        real_scores = self.discriminate(real, condition, training)
        fake_scores = self.discriminate(fake, condition, training)
        loss = self.adversarial_loss.discriminator(real_scores, fake_scores)
        return loss, {"d_real": real_scores, "d_fake": fake_scores}

    def generator_loss(
        self,
        real: Tensor,
        fake: Tensor,
        condition: tuple[Tensor, ...] = (),
        training: bool = True,
    ) -> tuple[Tensor, Logs]:
        """States what the generator minimises.

        Args:
            real: Real images, for the losses that compare with them.
            fake: Generated images, differentiable.
            condition: As from `unpack`.
            training: Whether this is a training step.

        Returns:
            As `discriminator_loss`.
        """
        fake_scores = self.discriminate(fake, condition, training)
        real_scores = None
        if self.adversarial_loss.needs_real:
            real_scores = self.discriminate(real, condition, training)
        return self.adversarial_loss.generator(fake_scores, real_scores), {}

    def _seeds(self, training: bool) -> keras.random.SeedGenerator:
        if training:
            return self.seed_generator
        return self.evaluation_seed_generator

    def _scores(
        self,
        images: Tensor,
        condition: tuple[Tensor, ...],
        training: bool,
        as_logits: bool,
    ) -> Tensor:
        images = self._augmented(images, training)
        return self._score_form(
            self._judge(images, condition, training), as_logits
        )

    def _augmented(self, images: Tensor, training: bool) -> Tensor:
        if self.augment is None or not training:
            return images
        return self.augment(images, training=True)

    def _score_form(self, outputs: Tensor, as_logits: bool) -> Tensor:
        if self._scores_are_shares:
            raise ValueError(
                "The discriminator ends in a softmax over "
                f"{outputs.shape[-1]} classes, but a GAN wants one score for "
                "each image, which of them are real. End it in Dense(1), or "
                "Dense(1, activation='sigmoid')."
            )
        scores = ops.cast(outputs, "float32")
        self._warn_of_wide_scores(outputs.shape)
        if as_logits and self._gives_probabilities:
            return losses.to_logits(scores)
        return scores

    def _warn_of_wide_scores(self, shape: tuple[int | None, ...]) -> None:
        if self._warned_of_width or len(shape) != 2 or shape[1] in (1, None):
            return
        self._warned_of_width = True
        warnings.warn(
            f"The discriminator gives {shape[1]} numbers for each image, and "
            "each is taken for a score by itself. One score is Dense(1); a "
            "discriminator that names classes is for ACGAN.",
            stacklevel=2,
        )

    def _generate(
        self,
        generator: keras.Model,
        latents: Tensor,
        condition: tuple[Tensor, ...],
        training: bool,
    ) -> Tensor:
        inputs = inspection.packed(generator, [latents])
        return generator(inputs, training=training)

    def _judge(
        self, images: Tensor, condition: tuple[Tensor, ...], training: bool
    ) -> Tensor:
        inputs = inspection.packed(self.discriminator, [images])
        return self.discriminator(inputs, training=training)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Generates images from latents, by the averaged weights if any."""
        network = self.generator
        if self.ema_generator is not None and not training:
            network = self.ema_generator
        # On JAX, what runs eagerly gets arrays of numpy.
        inputs = keras.tree.map_structure(ops.convert_to_tensor, inputs)
        latents, condition = self._split_inputs(inputs)
        return self._generate(network, latents, condition, training)
