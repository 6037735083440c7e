"""GANs that make samples from latents: a generator and a discriminator."""

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, received, whole_number
from keras_gan._typing import Tensor
from keras_gan.models import (
    building,
    class_names,
    data_forms,
    describing,
    first_batch,
    fixed_samples,
    generating,
    inspection,
    judging,
    network_checks,
    packing,
    penalties,
    random_passes,
    steering,
)
from keras_gan.models.batch import Batch, Condition
from keras_gan.models.fixed_points import FixedPoints, some_points
from keras_gan.models.fixed_samples import FixedSamples, ScoredSamples
from keras_gan.models.latent_tools import LatentTools
from keras_gan.models.output_values import Values, output_values
from keras_gan.models.player import Player, require_network
from keras_gan.models.scores import with_gap
from keras_gan.models.shared_passes import SharedPasses, repeats_itself
from keras_gan.models.turns import Logs
from keras_gan.models.two_players import TwoPlayers
from keras_gan.models.vector_pictures import picture_shape
from keras_gan.regularizers import Penalty
from keras_gan.schedules import HalfLife, Number

Array = np.ndarray[Any, Any]


@keras.saving.register_keras_serializable("keras_gan")
class GAN(LatentTools, TwoPlayers):
    """A generative adversarial network of any two Keras models.

    Each step updates the discriminator on a fresh batch of real images and as
    many generated ones, and, at every `discriminator_steps`-th step, the
    generator: against the discriminator as it is then, and, where it is every
    step, by the same generated images. Each player's optimizer changes its own
    network's variables only; `trainable` is never toggled.

    A variant overrides what is different, in `keras.ops` for every backend:

    | method | says |
    |---|---|
    | `unpack(data)` | what is in a batch: real images and their condition |
    | `sample(batch_size, condition, training)` | how images are drawn |
    | `make(batch, training)` | all that is made: `{"fake": images}` |
    | `call_generator(generator, latents, ...)` | how it is called |
    | `call_discriminator(images, ...)` | how it is called; scores come first |
    | `discriminate(images, condition, training)` | how images are scored |
    | `discriminator_loss`, `generator_loss` | what a player minimises |
    | `player_loss(player, batch, outputs, ...)` | the same, with all made |

    Another network is added by `add_network(name, network, player=...)` in the
    constructor. `AdversarialModel` says what holds for all of these.

    Args:
        generator: Maps latents, shape `(n, latent_dim)`, to images, shape
            `(n, height, width, channels)` or any other. Sequential, functional
            or subclassed, built or not.
        discriminator: Maps images to scores, logits or probabilities, shape
            `(n, 1)` or any other that starts with the batch.
        latent_dim: Size of the latents. Default: read off the generator.
        regularizer: A penalty on the discriminator (`"r1"`, `"r2"`,
            `"gradient_penalty"`, `"dragan"`, or an instance), a function
            `(critic, real, fake, seed)` that returns a scalar, or a list.
        generator_regularizer: A penalty on the generator (`"path_length"`, or
            a `keras_gan.regularizers.GeneratorRegularizer`), a function
            `(generator, latents, seed)` that returns a scalar, or a list.
        discriminator_steps: Discriminator updates for each generator update.
        generator_steps: Generator updates for each discriminator update, which
            comes at every so many-th step. One of the two is 1.
        ema_decay: Decay of an exponential moving average of the generator's
            weights, in `[0, 1)`, such as 0.999. It is ramped up with the
            updates t as `(1 + t) / (20 + t)`, so that the average is useful
            from the start. A schedule of the generator's updates is taken as
            it is; a `keras_gan.schedules.HalfLife` gives the decay in images.
            The averaged network, `ema_generator`, is then what `generate`,
            `predict` and `export` use. Default: none.
        augment: Augmentation of what the discriminator sees, real and
            generated: a `keras_gan.augment` policy, or a layer.
        pack: How many samples the discriminator sees at once, joined along
            their last axis: it takes images of `pack` times the channels, and
            gives one score for each pack (PacGAN; Lin et al., 2018, arXiv
            1712.04086). Penalties take a pack as one sample; images are
            augmented one by one. Default: 1.
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

    latent_shape: tuple[int, ...]
    """The shape of one latent sample, without the batch."""
    _image_shape: tuple[int, ...]
    _generator_values: Values | None
    """Which values the generator can make, `None` where that is unknown."""

    _num_inputs = 1
    """How many inputs each network takes."""
    _called_on = ("latents", "images")
    """What the generator and the discriminator are called on."""
    _names_more = False
    """Whether the discriminator says more of an image than its score."""
    _warned_of_width = False
    real_points: Array | None = None
    """Of a model of vectors, real ones that it was trained on last."""
    _shared: SharedPasses | None = None
    """The passes of the loss that penalties may use, while it is computed."""

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        latent_dim: int | None = None,
        regularizer: Any = None,
        generator_regularizer: Any = None,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        ema_decay: Number | HalfLife | None = None,
        augment: Any = None,
        pack: int = 1,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        require_network(generator, "generator")
        require_network(discriminator, "discriminator")
        self._given = SimpleNamespace(latent_dim=latent_dim, augment=augment)
        self.pack = whole_number(
            "pack",
            pack,
            1,
            LARGEST_INT32,
            why=": samples that the discriminator sees at once",
        )
        self.ema_generator = None
        self.augment = None
        super().__init__(
            {"discriminator": discriminator},
            {"generator": generator},
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
        scores = ["d_real", "d_fake"]
        if self._compares_scores:
            scores.append("d_gap")
        penalties, norms = self.penalty_names, self.norm_names
        return [*self.loss_names, *scores, *penalties, *norms]

    # ------------------------------------------------- what a variant overrides

    def unpack(self, data: Any) -> tuple[Tensor, Condition]:
        """Splits a batch into real images and what they are conditioned on.

        Args:
            data: What the data set yields: images, `(images, labels)`, or a
                dict with `"image"`.

        Returns:
            Float32 images, and a tuple of condition tensors: empty here,
            where labels are ignored.
        """
        images, _ = data_forms.images_and_labels(data)
        return Batch(ops.cast(ops.convert_to_tensor(images), "float32"))

    def sample(
        self,
        batch_size: Tensor,
        condition: Condition = (),
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
        latents = self.draw_latents(batch_size, training)
        made = self.call_generator(self.generator, latents, condition, training)
        return ops.cast(made, "float32")

    def draw_latents(self, batch_size: Tensor, training: bool = True) -> Tensor:
        """Draws standard normal latents inside a step.

        Args:
            batch_size: How many.
            training: Whether to draw from the training seed.

        Returns:
            Float32, as the generator takes them.
        """
        shape = (batch_size, *self.latent_shape)
        seeds = self.seeds(training)
        return backend.draw(keras.random.normal, shape, seeds)

    def make(
        self, batch: tuple[Tensor, Condition], training: bool = True
    ) -> dict[str, Tensor]:
        """Makes as many images as there are real ones.

        Args:
            batch: As from `unpack`.
            training: Whether this is a training step.

        Returns:
            The images as `"fake"`. An override may add more.
        """
        real, condition = batch
        return {"fake": self.sample(ops.shape(real)[0], condition, training)}

    def call_generator(
        self,
        generator: keras.Model,
        latents: Tensor,
        condition: Condition,
        training: bool,
    ) -> Tensor:
        """Calls a generator.

        Args:
            generator: The generator, or its average.
            latents: Shape `(n, latent_dim)`.
            condition: As from `unpack`.
            training: Whether it runs in training mode.

        Returns:
            Images, shape `(n, ...)`.
        """
        inputs = inspection.packed(generator, [latents])
        return generator(inputs, training=training)

    def call_discriminator(
        self, images: Tensor, condition: Condition, training: bool
    ) -> Any:
        """Calls the discriminator.

        Args:
            images: Shape `(n, ...)`, real or generated. With `pack` they are
                packs, shape `(n / pack, ..., pack * channels)`.
            condition: As from `unpack`, of the single images.
            training: Whether it runs in training mode.

        Returns:
            What the network gives: its scores, or a list or tuple that begins
            with them.
        """
        inputs = inspection.packed(self.discriminator, [images])
        return self.discriminator(inputs, training=training)

    def discriminate(
        self,
        images: Tensor,
        condition: Condition = (),
        training: bool = True,
    ) -> Tensor:
        """Scores images as the compiled loss takes them, augmented in training.

        Args:
            images: Shape `(n, ...)`, real or generated.
            condition: As from `unpack`.
            training: Whether the discriminator runs in training mode.

        Returns:
            Float32 scores: logits for the losses of `keras_gan.losses`, the
            network's outputs as they are for Keras losses and callables. With
            `pack` there is one for each pack.
        """
        outputs = self.judge(images, condition, training)
        return outputs[0] if isinstance(outputs, tuple) else outputs

    def judge(
        self, images: Tensor, condition: Condition = (), training: bool = True
    ) -> Any:
        """Calls the discriminator on images that are augmented in training.

        Args:
            images: Shape `(n, ...)`, real or generated.
            condition: As from `unpack`.
            training: Whether the discriminator runs in training mode.

        Returns:
            Scores as from `discriminate`; or a tuple of the scores and what
            else `call_discriminator` returns.
        """
        return judging.judged(self, images, condition, training)

    def discriminator_loss(
        self,
        real: Tensor,
        fake: Tensor,
        condition: Condition = (),
        training: bool = True,
    ) -> Tensor | tuple[Tensor, Logs]:
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
        condition: Condition = (),
        training: bool = True,
    ) -> Tensor | tuple[Tensor, Logs]:
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

    def player_loss(
        self,
        player: str,
        batch: tuple[Tensor, Condition],
        outputs: Mapping[str, Tensor],
        training: bool = True,
    ) -> Tensor | tuple[Tensor, Logs]:
        """States what a player minimises; see `AdversarialModel`."""
        real, condition = batch
        fake = outputs["fake"]
        if player != "discriminator":
            return self.generator_loss(real, fake, condition, training)
        result = self.discriminator_loss(real, fake, condition, training)
        return with_gap(result) if self._compares_scores else result

    @property
    def _compares_scores(self) -> bool:
        """Whether the loss looks at gaps, and leaves the scores to drift."""
        loss = getattr(self, "adversarial_loss", None)
        return loss is not None and loss.needs_real

    def penalty(
        self,
        player: str,
        regularizer: Penalty,
        batch: tuple[Tensor, Condition],
        outputs: Mapping[str, Tensor],
        training: bool = True,
    ) -> Tensor:
        """Takes one of a player's penalties.

        The discriminator's are taken at real and generated images, the
        generator's at fresh latents.
        """
        if player == "discriminator":
            return penalties.at_images(
                self, regularizer, batch, outputs, training
            )
        return penalties.at_latents(self, regularizer, batch, training)

    def _passes_shared(
        self,
        player: Player,
        batch: tuple[Tensor, Condition],
        outputs: Mapping[str, Tensor],
        due: Sequence[Penalty],
        training: bool,
    ) -> AbstractContextManager[Any]:
        return penalties.passes_shared(self, batch, outputs, due, training)

    def _can_share(self, training: bool) -> bool:
        """Whether a penalty may use the loss' own pass of the same images."""
        kind = type(self)
        own = kind.judge is GAN.judge and kind.discriminate is GAN.discriminate
        layers = [self.discriminator, *penalties.other_layers(self)]
        return own and (not training or repeats_itself(layers))

    def check_batch(self, batch: tuple[Array, tuple[Array, ...]]) -> None:
        """Refuses images of another shape, NaN, and what is out of range."""
        first_batch.check_images(batch[0], self.image_shape, self.output_range)

    # --------------------------------------------------------------- building

    def _prepare_networks(self) -> None:
        """Builds both networks from symbols, and refuses what cannot fit."""
        building.build(self, self._given.latent_dim, self._given.augment)
        del self._given
        super()._prepare_networks()
        network_checks.warn_of_penalised_layers(
            self.discriminator,
            [each.name for each in self.regularizers if each.weight],
            self._pack_shape,
        )

    @property
    def _pack_shape(self) -> tuple[int, ...]:
        """The shape of what the discriminator sees at once."""
        return packing.packed_shape(self._image_shape, self.pack)

    def _build_generator(
        self, generator: keras.Model
    ) -> tuple[Tensor, Condition]:
        return building.generated(self, generator)

    def _build_discriminator(self, fake: Tensor, condition: Condition) -> None:
        building.build_discriminator(self, fake, condition)

    def _build_like(self, network: keras.Model, copy: keras.Model) -> None:
        self._build_generator(copy)

    def _symbolic_inputs(self) -> Any:
        return keras.Input(self.latent_shape)

    def _split_inputs(self, inputs: Any) -> tuple[Tensor, Condition]:
        """Splits what `call` takes into latents and condition."""
        return inputs, ()

    def _main_input(self, role: str) -> int:
        """Which input of a network takes the latents or images."""
        del role
        return 0

    def _score_values(self, name: str) -> Values | None:
        if name != "discriminator":
            return super()._score_values(name)
        run = partial(random_passes.outputs, self)
        return output_values(self.discriminator, run)

    # -------------------------------------------------------------- compiling

    def _after_compile(self) -> None:
        steering.count_updates(self, self.optimizer.discriminator.iterations)

    def _choose_loss(self, loss: Any) -> None:
        super()._choose_loss(loss)
        steering.warn_of_drift(self.augment, self.adversarial_loss)

    # --------------------------------------------------------------- training

    def _after_turn(self, player: Player, logs: Logs) -> None:
        if player.name != "discriminator":
            return
        steering.steer(self, logs)
        steering.count_updates(self, player.optimizer.iterations)
        if self.discriminator_steps > 1 and "d_fake" in logs:
            # What `g_loss` shows until the generator's first update.
            loss = self.adversarial_loss.generator(
                logs["d_fake"], logs["d_real"]
            )
            self._trackers.estimate("g_loss", loss)

    def _measure(self, batch: Any, outputs: Any) -> None:
        """Shows the metrics given to `compile` what `generate` would make."""
        fake = generating.by_average(self, batch, outputs)
        for metric in self._trackers.compiled:
            metric.update_state(batch[0], fake)

    def _has_own_unpack(self) -> bool:
        return not type(self).unpack.__module__.startswith("keras_gan.")

    def _data_forms(self) -> data_forms.Forms:
        return data_forms.Forms(
            self.image_shape,
            told=hasattr(self, "check_labels"),
            own=self._has_own_unpack(),
        )

    def _remember(self, data: Any, looked: first_batch.Looked) -> None:
        super()._remember(data, looked)
        if looked.images is None:
            return
        if self.makes_vectors:
            at_hand = first_batch.at_hand(data, None)
            every = looked.images if at_hand is None else at_hand[0]
            self.real_points = some_points(every)
            if self.vectors_are_pictures:
                self._pixels.take(data, looked.images, asks=False)
            return
        asks = self.makes_pictures and self.output_range is None
        self._pixels.take(data, looked.images, asks)

    # ------------------------------------------------------------- generating

    @property
    def latent_dim(self) -> int:
        """How many latent values one image is made from."""
        return math.prod(self.latent_shape)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of one image, without the batch."""
        return self._image_shape

    @property
    def output_range(self) -> tuple[float, float] | None:
        """The least and largest value that the generator can make.

        `None` where its output is not bounded on both sides.
        """
        values = self._generator_values
        if values is None or not values.bounded:
            return None
        return values.low, values.high

    def latents(self, n: int, seed: int | None = None) -> Array:
        """Draws standard normal latents, the same on every backend.

        Args:
            n: How many.
            seed: Equal seeds give equal latents. Default: a random one.

        Returns:
            Float32, shape `(n, latent_dim)`.

        Raises:
            ValueError: If `n` or `seed` is out of range.
        """
        return generating.normal_latents(n, self.latent_dim, seed)

    def generate(
        self,
        n: int | None = None,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int | None = None,
        batch_size: int = 128,
    ) -> Array:
        """Generates images, by the averaged weights where there are any.

        Args:
            n: How many. Default: as many as there are `latents` or `labels`,
                or 16 where neither is given.
            latents: Latents of the user's own, shape `(n, latent_dim)`.
                Default: fresh ones.
            labels: Classes, integers or one-hot, where conditional; or names,
                where the model's `class_names` are set. Default: all classes
                in turn.
            seed: Seed of fresh latents; equal seeds give equal images.
            batch_size: Images at a time.

        Returns:
            Float32 images in the generator's range, shape
            `(n, height, width, channels)`.

        Raises:
            ValueError: If `n`, `latents` and `labels` are not equally many,
                shapes don't fit, a number is out of range, or labels are given
                to a model without.
        """
        make = partial(backend.predict_on_batch, self)
        return generating.made(self, n, latents, labels, seed, batch_size, make)

    def generate_pixels(
        self, n: int, *, labels: Any = None, seed: int | None = None
    ) -> NDArray[np.uint8]:
        """Generates images as pixels, which take a quarter of the memory.

        Args:
            n: How many.
            labels: Classes, where conditional. Default: all in turn.
            seed: Seed of the latents; equal seeds give equal images.

        Returns:
            Images with black and white at the ends of `pixel_range`, uint8,
            shape `(n, height, width, channels)`. What is not a number is black.
        """
        return generating.pixels(self, n, labels, seed)

    def generate_as_data(
        self, n: int, *, labels: Any = None, seed: int | None = None
    ) -> Array:
        """Generates what data sets hold: pixels, or vectors as they are.

        Args:
            n: How many.
            labels: Classes, where conditional. Default: all in turn.
            seed: Seed of the latents; equal seeds give equal samples.

        Returns:
            Float32 vectors `(n, d)` where samples have that shape; else what
            `generate_pixels` returns.
        """
        if self.makes_vectors:
            return self.generate(n, labels=labels, seed=seed)
        return self.generate_pixels(n, labels=labels, seed=seed)

    def _class_numbers(self, labels: Any) -> Any:
        """Returns labels in numbers, where they are names of classes."""
        if class_names.holds_names(labels):
            raise ValueError(
                "`labels` are for a model that is told classes, such as "
                f"ConditionalGAN or ACGAN, and {type(self).__name__} is not: "
                f"leave them out. {received('labels', labels)}"
            )
        return labels

    def _default_labels(self, n: int) -> Any:
        """Labels of images that are asked for without any."""
        del n

    def _sampling_inputs(self, latents: Array, labels: Any) -> list[Array]:
        if labels is not None:
            raise ValueError(
                "This model is not conditional, so it takes no labels. "
                "Received: labels. Use ConditionalGAN, ConditionalWGANGP, "
                "ACGAN or ConditionalStyleGAN."
            )
        return [latents]

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Generates images from latents, by the averaged weights if any."""
        network = self.generator
        if self.ema_generator is not None and not training:
            network = self.ema_generator
        # On JAX, what runs eagerly gets arrays of numpy.
        inputs = keras.tree.map_structure(ops.convert_to_tensor, inputs)
        latents, condition = self._split_inputs(inputs)
        return self.call_generator(network, latents, condition, training)

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
        network = self.ema_generator or self.generator
        network.export(filepath, format=format, **kwargs)

    # --------------------------------------------------------------- watching

    @property
    def makes_pictures(self) -> bool:
        """Whether the samples can be drawn: as pictures, or as points."""
        shape = self.image_shape
        if self.makes_vectors:
            return shape[0] > 1
        return len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3))

    @property
    def makes_vectors(self) -> bool:
        """Whether a sample is a vector: one axis of numbers."""
        return len(self.image_shape) == 1

    @property
    def vectors_are_pictures(self) -> bool:
        """Whether vectors are drawn as pictures: 784 numbers as 28 x 28.

        So are squares of 8 x 8 and more, and three times as many numbers, with
        the colours of a pixel side by side.
        """
        return picture_shape(self.image_shape) is not None

    def fixed_samples(
        self,
        num_images: int = 16,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int = 0,
        across: bool = False,
    ) -> FixedSamples | FixedPoints:
        """Returns samples of the same latents each time, for snapshots.

        Args:
            num_images: How many, rounded up to full rows of classes. Of
                points, 2,500 at least.
            latents: Latents of the user's own, shape `(n, latent_dim)`.
            labels: Classes, where conditional. Default: all.
            seed: Seed of latents that are not given.
            across: Whether classes get columns rather than rows.

        Raises:
            ValueError: If the samples are no pictures, or latents or labels
                don't fit.
        """
        labels = self._class_numbers(labels)
        if self.makes_vectors and not self.vectors_are_pictures:
            return FixedPoints(self, num_images, latents, labels, seed)
        return FixedSamples(self, num_images, latents, labels, seed, across)

    def scored_samples(self, seed: int = 0) -> ScoredSamples | None:
        """Returns the first real images and as many made ones, with scores.

        Args:
            seed: Seed of the latents.
        """
        return fixed_samples.scored(self, seed)

    def summary(self, *args: Any, **kwargs: Any) -> None:
        """Prints both networks, their sizes and the objective.

        Args:
            *args: As in `keras.Model.summary`.
            **kwargs: As in `keras.Model.summary`.
        """
        show = kwargs.get("print_fn") or print
        for role in ("generator", "discriminator"):
            # Its own name may be "sequential_1".
            show(f"The {role}:")
            getattr(self, role).summary(*args, **kwargs)
        for line in describing.facts(self):
            show(line)

    # ----------------------------------------------------------------- saving

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks included."""
        save = keras.saving.serialize_keras_object
        own = [save(each) for each in self._own_regularizers()]
        config = {
            "name": self.name,
            "generator": save(self.generator),
            "discriminator": save(self.discriminator),
            "latent_dim": self.latent_dim,
            "regularizer": own,
            **self._steps_config(),
            "ema_decay": save(self.ema_decay),
            "augment": save(self.augment),
            "pack": self.pack,
            "seed": self.seed,
        }
        for each, network in self.players.networks.items():
            config.setdefault(each, save(network))
        generators = self.players["generator"].regularizers
        if generators:
            config["generator_regularizer"] = [save(g) for g in generators]
        return config

    def _own_regularizers(self) -> tuple[Any, ...]:
        """Those that were given to the constructor."""
        return self.regularizers
