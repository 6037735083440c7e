"""What all models have in common that translate images into images."""

from collections.abc import Mapping
from typing import Any, cast

import keras
import numpy as np
from keras import ops
from PIL import Image

from keras_gan import backend, schedules
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor
from keras_gan.models import (
    describing,
    image_pairs,
    network_checks,
    saved_state,
    translating,
)
from keras_gan.models.bound_network import BoundNetwork
from keras_gan.models.data_forms import Forms
from keras_gan.models.first_batch import Looked, as_tensors
from keras_gan.models.fixed_samples import FixedRows, ScoredSamples
from keras_gan.models.judged_sets import Images, Judging
from keras_gan.models.output_values import output_values
from keras_gan.models.player import require_network
from keras_gan.regularizers import Penalty
from keras_gan.schedules import HalfLife, Number

Array = np.ndarray[Any, Any]


@without_class
class ImageToImage(Judging):
    """Generators from one set of images to another, and their judges.

    A subclass says which two sets of images a batch holds, which network makes
    images in the likeness of which set, which one judges them, and what the
    generators minimise beside the judges' verdict.

    Args:
        discriminators: Them by name.
        generators: Them by name.
        weights: Weights of the generators' loss by the names of the arguments
            that they are. They become attributes.
        regularizer: As in `GAN`.
        generator_regularizer: As in `GAN`; it gets images in place of latents.
        discriminator_steps: As in `GAN`.
        generator_steps: As in `GAN`.
        ema_decay: As in `GAN`.
        seed: As in `GAN`.
        name: As in `GAN`.
    """

    makers: Mapping[str, str]
    """The name of the generator, by the set that its images shall be like."""
    _default_pixel_range = (-1.0, 1.0)
    _unequal = ""
    """What to do where both sets are arrays, and not of one length."""

    def __init__(
        self,
        discriminators: Mapping[str, keras.Model],
        generators: Mapping[str, keras.Model],
        *,
        weights: Mapping[str, Number],
        regularizer: Any,
        generator_regularizer: Any,
        discriminator_steps: int,
        generator_steps: int,
        ema_decay: Number | HalfLife | None,
        seed: int | None,
        name: str | None,
    ) -> None:
        for each, network in {**generators, **discriminators}.items():
            require_network(network, each)
        checked = {
            each: schedules.number_or_schedule(each, weight, "[0, inf)")
            for each, weight in weights.items()
        }
        self._weight_names = tuple(checked)
        for each, weight in checked.items():
            setattr(self, each, weight)
        super().__init__(
            discriminators,
            generators,
            regularizer=regularizer,
            generator_regularizer=generator_regularizer,
            discriminator_steps=discriminator_steps,
            generator_steps=generator_steps,
            ema_decay=ema_decay,
            seed=seed,
            name=name,
            scheduled=list(checked.values()),
        )

    @property
    def generators(self) -> list[keras.Model]:
        """The networks that make images."""
        return list(self.players["generator"].networks.values())

    @property
    def image_shapes(self) -> dict[str, image_pairs.Shape | None]:
        """The shape of one image of each set, as far as the networks fix it."""
        return dict(self._shapes)

    @property
    def weights_of_loss(self) -> dict[str, Number]:
        """The weights of the generators' loss, by their arguments' names."""
        return {each: getattr(self, each) for each in self._weight_names}

    def origin(self, like: str) -> str:
        """Returns the set whose images are made like those of another."""
        first, second = self.sets
        return first if like == second else second

    # --------------------------------------------------------- a step's parts

    def unpack(self, data: Any) -> dict[str, Tensor]:
        """Splits a batch into its two sets of images, by their names."""
        return image_pairs.unpacked(data, self.sets)

    def generated(
        self, like: str, images: Tensor, training: bool = True
    ) -> Tensor:
        """Returns what a generator makes of images, float32.

        Args:
            like: The set that its images shall be like.
            images: Images of the other set.
            training: Whether it runs in training mode.
        """
        network = self.players.networks[self.makers[like]]
        return ops.cast(network(images, training=training), "float32")

    def translated(self, like: str, images: Tensor) -> Tensor:
        """Returns what users get: as `generated`, by the averaged weights."""
        made = self.translator(like)(images, training=False)
        return ops.cast(made, "float32")

    def translator(self, like: str) -> keras.Model:
        """Returns a generator, or its average where there is one."""
        name = self.makers[like]
        player = self.players["generator"]
        return player.averaged.get(name, player.networks[name])

    def weight(self, name: str) -> Tensor:
        """Returns a weight of the generators' loss, at this update.

        Args:
            name: The argument of the constructor that it was.
        """
        return schedules.at(
            getattr(self, name), self.players["generator"].updates
        )

    # -------------------------------------------------------------- penalties

    def penalty(
        self,
        player: str,
        regularizer: Penalty,
        batch: Images,
        outputs: Any,
        training: bool = True,
    ) -> Tensor:
        """Takes one of a player's penalties, of each of its networks.

        A generator's is taken at the images that it translates; as to those
        of discriminators, see `Judging`.
        """
        if player == "discriminator":
            return super().penalty(
                player, regularizer, batch, outputs, training
            )
        seeds = self.seeds(training)
        terms = [
            regularizer(
                self._bound_generator(like, training),
                batch[self.origin(like)],
                seeds,
            )
            for like in self.makers
        ]
        return sum(terms[1:], terms[0])

    def _bound_generator(self, like: str, training: bool) -> BoundNetwork:
        return BoundNetwork(
            lambda images: self.generated(like, images, training),
            [self.players.networks[self.makers[like]]],
        )

    # --------------------------------------------------------------- building

    def _prepare_networks(self) -> None:
        """Refuses networks that do not fit each other."""
        super()._prepare_networks()
        self._shapes = self._checked_shapes()
        self._ranges = {like: self._bounds(like) for like in self.makers}
        penalties = [each.name for each in self.regularizers if each.weight]
        for like, name in self.judges.items():
            network_checks.warn_of_penalised_layers(
                self.players.networks[name], penalties, self._shapes[like] or ()
            )

    def _checked_shapes(self) -> dict[str, image_pairs.Shape | None]:
        """Returns the shape of an image of each set, as far as known.

        Raises:
            ValueError: If the networks do not fit each other.
        """
        raise NotImplementedError

    def _bounds(self, like: str) -> tuple[float, float] | None:
        """Returns the range of what a generator makes, if it is bounded."""
        network = self.players.networks[self.makers[like]]
        values = output_values(network, network_checks.random_call(network))
        if values is None or not values.bounded:
            return None
        return values.low, values.high

    # ------------------------------------------------------------------- data

    def _data_forms(self) -> Forms:
        return image_pairs.PairForms(self.sets, self._unequal)

    def check_batch(self, batch: Mapping[str, Array]) -> None:
        """Refuses images of another shape, NaN, integers, a wrong order.

        Images that no generator could make are warned of.
        """
        ranges = {name: self._ranges.get(name) for name in self.sets}
        image_pairs.check(batch, self._shapes, ranges)

    def _remember(self, data: Any, looked: Looked) -> None:
        super()._remember(data, looked)
        if looked.first_batch is not None:
            images = looked.first_batch.batch[self.sets[1]]
            self._pixels.take(data, images, asks=False)

    def _measure(self, batch: Images, outputs: Any) -> None:
        """Shows the metrics what `call` makes of the first set."""
        first, second = self.sets
        made = self.translated(second, batch[first])
        for metric in self._trackers.compiled:
            metric.update_state(batch[second], made)

    # ------------------------------------------------------------ translating

    @property
    def output_range(self) -> tuple[float, float] | None:
        """The least and largest value that the generators can make.

        `None` where their outputs are not bounded on both sides.
        """
        known = [each for each in self._ranges.values() if each is not None]
        return known[0] if known else None

    def as_floats(self, images: Array) -> Array:
        """Returns uint8 pixels as floats in `pixel_range`, floats unchanged."""
        return translating.as_floats(images, self._black_and_white)

    @property
    def _black_and_white(self) -> tuple[float, float]:
        # Never None: there is a default.
        return cast(tuple[float, float], self.pixel_range)

    def _translate(self, like: str, images: Any, batch_size: int) -> Array:
        return translating.translate(
            self.translator(like), images, self._black_and_white, batch_size
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Translates images of the first set into the second.

        By the averaged weights if there are any.
        """
        like = self.sets[1]
        # On JAX, what runs eagerly gets arrays of numpy.
        images = ops.convert_to_tensor(inputs)
        if training:
            return self.generated(like, images, training)
        return self.translated(like, images)

    # --------------------------------------------------------------- watching

    @property
    def makes_pictures(self) -> bool:
        """Whether images of a set can be drawn: they are grey or coloured."""
        return any(self._drawn(name) for name in self.sets)

    def _drawn(self, name: str) -> bool:
        shape = self._shapes[name]
        return shape is None or (len(shape) == 3 and shape[-1] in (1, 3))

    def fixed_samples(
        self,
        num_images: int = 16,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int = 0,
        across: bool = False,
        sources: Any = None,
    ) -> FixedRows:
        """Returns what snapshots show: the same images, translated each time.

        Args:
            num_images: How many of the first batch, where `sources` are none.
            latents: Refused.
            labels: Refused.
            seed: Not used: nothing is drawn.
            across: Not used.
            sources: Images of the user's own, as for `translate`, or a pair
                of both sets of images. Default: those of the first batch.

        Raises:
            ValueError: If the images do not fit the model, or there are none.
        """
        if sources is None:
            rows: FixedRows = super().fixed_samples(
                num_images,
                latents=latents,
                labels=labels,
                seed=seed,
                across=across,
            )
            return rows
        given = sources if isinstance(sources, (list, tuple)) else [sources]
        batch = {
            name: self.as_floats(np.asarray(each))
            for name, each in zip(self.sets, given, strict=False)
        }
        image_pairs.check_given(batch, self._shapes)
        return FixedRows(self, len(batch[self.sets[0]]), batch)

    def show(
        self,
        n: int = 16,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int | None = None,
        sources: Any = None,
    ) -> Image.Image:
        """Draws images, what is made of them, and what it should be, by row.

        Args:
            n: How many of the first batch, where `sources` are none.
            latents: Refused.
            labels: Refused.
            seed: Not used: nothing is drawn at random.
            sources: As in `fixed_samples`.

        Returns:
            A Pillow image, as from `GAN.show`.

        Raises:
            ValueError: If the images do not fit the model, or there are none:
                before any `fit`, give `sources`.
        """
        if sources is None:
            return super().show(n, latents=latents, labels=labels, seed=seed)
        return self.fixed_samples(n, sources=sources).grid()

    def scored_samples(self, seed: int = 0) -> ScoredSamples | None:
        """Returns the first batch and what is made of it, with scores.

        The images are flat, and where several sets are judged, in one row.

        Args:
            seed: Not used: nothing is drawn.
        """
        del seed
        if self.first_batch is None:
            return None
        batch = as_tensors(self.first_batch.batch)
        with saved_state.seeds_kept(self):
            found = backend.constant(lambda: self._scored(batch))
        return ScoredSamples(*(_in_rows(each) for each in found))

    def _scored(self, batch: Images) -> list[list[Tensor]]:
        real = [batch[like] for like in self.judges]
        fake = [
            self.translated(like, batch[self.origin(like)])
            for like in self.judges
        ]
        scores = [
            [
                self.judge(like, images, batch, training=False)
                for like, images in zip(self.judges, kind, strict=True)
            ]
            for kind in (real, fake)
        ]
        return [real, fake, *scores]

    def summary(self, *args: Any, **kwargs: Any) -> None:
        """Prints all networks, their sizes and the objective.

        Args:
            *args: As in `keras.Model.summary`.
            **kwargs: As in `keras.Model.summary`.
        """
        show = kwargs.get("print_fn") or print
        for network in (*self.generators, *self.discriminators):
            network.summary(*args, **kwargs)
        for line in describing.translation(self):
            show(line)

    # ----------------------------------------------------------------- saving

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks included."""
        save = keras.saving.serialize_keras_object
        players = self.players
        makers = players["generator"].regularizers
        return {
            **super().get_config(),
            **{k: save(v) for k, v in self.weights_of_loss.items()},
            "regularizer": [save(each) for each in self.regularizers],
            "generator_regularizer": [save(each) for each in makers],
            **self._steps_config(),
            "ema_decay": save(self.ema_decay),
        }


def _in_rows(images: list[Tensor]) -> Array:
    """Returns several arrays of n rows as one, flat and side by side."""
    arrays = [ops.convert_to_numpy(each) for each in images]
    return np.concatenate([a.reshape(len(a), -1) for a in arrays], axis=1)
