"""From one kind of images to another and back, learned without pairs."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend, schedules
from keras_gan._checks import LARGEST_INT32, choice, whole_number
from keras_gan._typing import Tensor
from keras_gan.models import image_pairs
from keras_gan.models.first_batch import Looked
from keras_gan.models.image_pool import ImagePool
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.models.turns import Logs
from keras_gan.schedules import HalfLife, Number

Array = np.ndarray[Any, Any]


@keras.saving.register_keras_serializable("keras_gan")
class CycleGAN(ImageToImage):
    """Translates images of two kinds into each other, without any pairs.

    Two generators, one each way, are trained together: what both make of an
    image, one after the other, must be the image again. Two discriminators
    judge the images of each side. The generators minimise, summed over the
    sides a and b, `adversarial_weight * adversarial + cycle_weight * (cycle +
    identity_weight * identity)`, with `cycle_a = mean(|BA(AB(a)) - a|)` and
    `identity_a = mean(|BA(a) - a|)`.

    The discriminators also see generated images of the past: `pool_size` of a
    side are kept, see `ImagePool`. They are saved with the model, so that a
    resumed run goes on to the bit.

    There is one optimizer for both generators and one for both discriminators,
    as in the authors' code: Adam by default, 2e-4 and beta_1 0.5. The loss is
    `"least_squares"`, which here is half the square: an `adversarial_weight` of
    2 gives the paper's balance of its terms exactly.

    Args:
        generator_ab: Maps images of side a, shape `(n, height, width,
            channels)`, to images like those of side b; all in the same range,
            by default `[-1, 1]`.
        generator_ba: Maps images of side b to images like those of side a.
        discriminator_a: Maps images of side a, real or generated, to scores:
            of shape `(n, 1)`, or of patches, `(n, height, width, 1)`.
        discriminator_b: Likewise of side b.
        cycle_weight: Weight of the way there and back, at least 0: a number,
            or a schedule of the generators' updates, see
            `keras_gan.schedules`.
        identity_weight: Weight of what a generator changes in an image that is
            of its side already, as a factor of `cycle_weight`, likewise. With
            0, nothing is computed for it: so it must be where the sides have
            different channels or sizes.
        adversarial_weight: Weight of the loss by the discriminators, likewise.
        pool_size: How many past images of each side are kept, 0 for none.
        regularizer: A penalty on each discriminator, as in `GAN`, of the mean
            score of an image's patches. The logs have the sum of both.
        generator_regularizer: A penalty on each generator, a
            `keras_gan.regularizers.GeneratorRegularizer`, or a list. It is
            called on the images to translate in place of latents.
        discriminator_steps: Discriminator updates for each generator update.
        generator_steps: Generator updates for each discriminator update. One
            of the two is 1.
        ema_decay: Decay of an exponential moving average of the generators'
            weights, as in `GAN`. The averages, `ema_generator_ab` and
            `ema_generator_ba`, are then what `translate`, `predict` and
            `export` use. Default: none.
        seed: Seed of the pools, of what penalties draw and of the order of
            arrays. Default: a random one.
        name: Name of the model.

    Raises:
        TypeError: If a network is not a Keras layer.
        ValueError: If the networks don't fit each other, or an argument is out
            of range.

    Example:
        >>> gan = keras_gan.CycleGAN(*networks)
        >>> gan.fit(horses, zebras, epochs=200)
        >>> pictures = gan.translate(horses[:4], direction="ab")

    Reference: Zhu et al., 2017, arXiv 1703.10593, eq. 3, section 4 and 5.2.
    """

    default_loss = "least_squares"
    sets = ("a", "b")
    makers: Mapping[str, str] = {"b": "generator_ab", "a": "generator_ba"}
    judges: Mapping[str, str] = {"a": "discriminator_a", "b": "discriminator_b"}
    _unequal = (
        "For sides of different lengths use keras_gan.datasets.UnpairedBatches."
    )

    def __init__(
        self,
        generator_ab: keras.Model,
        generator_ba: keras.Model,
        discriminator_a: keras.Model,
        discriminator_b: keras.Model,
        *,
        cycle_weight: Number = 10.0,
        identity_weight: Number = 0.5,
        adversarial_weight: Number = 1.0,
        pool_size: int = 50,
        regularizer: Any = None,
        generator_regularizer: Any = None,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        ema_decay: Number | HalfLife | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        self.pool_size = whole_number(
            "pool_size",
            pool_size,
            0,
            LARGEST_INT32,
            why=": past images of each side that are kept",
        )
        super().__init__(
            {
                "discriminator_a": discriminator_a,
                "discriminator_b": discriminator_b,
            },
            {"generator_ab": generator_ab, "generator_ba": generator_ba},
            weights={
                "cycle_weight": cycle_weight,
                "identity_weight": identity_weight,
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
        self.pool_a, self.pool_b = self._new_pool("a"), self._new_pool("b")

    @property
    def log_names(self) -> list[str]:
        """The keys of the logs; an objective with another one extends it."""
        parts = ["d_real", "d_fake", "g_adversarial", "g_cycle"]
        if self._keeps_identity:
            parts.append("g_identity")
        sides = [f"{part}_{side}" for part in parts for side in self.sets]
        penalties, norms = self.penalty_names, self.norm_names
        return [*self.loss_names, *sides, *penalties, *norms]

    @property
    def _keeps_identity(self) -> bool:
        weight = self.identity_weight
        return schedules.is_schedule(weight) or weight > 0

    # --------------------------------------------------------- a step's parts

    def make(self, batch: Mapping[str, Tensor], training: bool = True) -> Any:
        """Translates both sides, there and back.

        Args:
            batch: As from `unpack`: `"a"` and `"b"`.
            training: Whether this is a training step.

        Returns:
            By side: `"fake"`, what is made like its images; `"cycled"`, its
            images after the way there and back; and, where identity is
            weighted, `"same"`, what its own generator makes of its images. An
            override may add more.
        """

        def like(side: str, images: Tensor) -> Tensor:
            return self.generated(side, images, training)

        fake = {"a": like("a", batch["b"]), "b": like("b", batch["a"])}
        cycled = {"a": like("a", fake["b"]), "b": like("b", fake["a"])}
        made = {"fake": fake, "cycled": cycled}
        if self._keeps_identity:
            made["same"] = {side: like(side, batch[side]) for side in self.sets}
        return made

    def shown(
        self, fake: Mapping[str, Tensor], training: bool
    ) -> Mapping[str, Tensor]:
        """Passes new images through the pools, in training."""
        if not self.pool_size or not training:
            return fake
        seeds = self.seeds(training)
        return {
            side: getattr(self, f"pool_{side}").exchange(fake[side], seeds)
            for side in self.sets
        }

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
            logs: Logs = {}
            for side, (real, fake) in scores.items():
                logs |= {f"d_real_{side}": real, f"d_fake_{side}": fake}
            return loss, logs
        sides = [
            self._side_loss(side, batch, outputs, training)
            for side in self.sets
        ]
        return sides[0][0] + sides[1][0], sides[0][1] | sides[1][1]

    def _side_loss(
        self,
        side: str,
        batch: Mapping[str, Tensor],
        outputs: Any,
        training: bool,
    ) -> tuple[Tensor, Logs]:
        """Returns what the generators pay for the images of one side."""

        def distance(images: Tensor) -> Tensor:
            return ops.mean(ops.abs(batch[side] - images))

        verdict = self.adversarial(side, batch, outputs, training)
        cycle = distance(outputs["cycled"][side])
        kept = cycle
        logs = {f"g_adversarial_{side}": verdict, f"g_cycle_{side}": cycle}
        if self._keeps_identity:
            identity = distance(outputs["same"][side])
            kept = kept + self.weight("identity_weight") * identity
            logs[f"g_identity_{side}"] = identity
        loss = self.weight("adversarial_weight") * verdict
        return loss + self.weight("cycle_weight") * kept, logs

    # ---------------------------------------------------------------- watching

    def pictures(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Returns each side, there and back, as far as it can be drawn."""
        columns: dict[str, Tensor] = {}
        for side, other in (("a", "b"), ("b", "a")):
            if side not in batch:
                continue
            there = self.translated(other, batch[side])
            back = self.translated(side, there)
            shown = {
                side: (side, batch[side]),
                f"{side} as {other}": (other, there),
            }
            shown[f"{side} again"] = (side, back)
            columns |= {k: v for k, (of, v) in shown.items() if self._drawn(of)}
        return columns

    def translate(
        self, images: Any, *, direction: str = "ab", batch_size: int = 16
    ) -> Array:
        """Translates images, by the averaged weights where there are any.

        Sizes that the generator cannot halve are padded by reflection, and
        what it makes of them is cropped again. The same images give the same
        outputs each time.

        Args:
            images: Images of one side, shape `(n, height, width, channels)`,
                or one without the first axis: uint8 pixels, or floats whose
                black and white are the model's `pixel_range`.
            direction: `"ab"`, from side a to side b, or `"ba"`.
            batch_size: Images at a time.

        Returns:
            As many images: uint8 of uint8, else float32; one of one.

        Raises:
            ValueError: If they are no such images, hold NaN, or are larger
                than the generator takes.

        Example:
            >>> zebras = gan.translate(horses)  # uint8 (n, 256, 256, 3)
        """
        return self._translate(_end(direction), images, batch_size)

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",  # noqa: A002
        *,
        direction: str = "ab",
        **kwargs: Any,
    ) -> None:
        """Exports one generator, averaged if it is, for use without Keras.

        Args:
            filepath: Where to.
            format: `"tf_saved_model"`, `"onnx"` or another that
                `keras.Model.export` knows.
            direction: `"ab"` for `generator_ab`, `"ba"` for the other.
            **kwargs: As in `keras.Model.export`.
        """
        network = self.translator(_end(direction))
        network.export(filepath, format=format, **kwargs)

    # ---------------------------------------------------------------- building

    def _checked_shapes(self) -> dict[str, image_pairs.Shape | None]:
        shapes: dict[str, image_pairs.Shape | None] = {}
        made: dict[str, image_pairs.Shape | None] = {}
        for side, other in (("a", "b"), ("b", "a")):
            name = self.makers[other]
            taken, made[other] = image_pairs.shapes_of(
                self.players.networks[name]
            )
            image_pairs.require_inputs(
                name, taken, [f"an image of side {side}"]
            )
            shapes[side] = taken[0] if taken else None
        for side, name in self.judges.items():
            seen, _ = image_pairs.shapes_of(self.players.networks[name])
            image_pairs.require_inputs(name, seen, [f"an image of side {side}"])
            maker = self.makers[side]
            image_pairs.require_same(
                side, {"the other generator": shapes[side], maker: made[side]}
            )
            if seen:
                image_pairs.require_same(
                    side, {maker: made[side], name: seen[0]}
                )
        if self._keeps_identity and not image_pairs.agree(*shapes.values()):
            raise ValueError(
                "`identity_weight` compares what a generator makes of images "
                "that are of its side already, so both sides must have equal "
                f"channels and sizes. Received: identity_weight="
                f"{self.identity_weight} for images of shapes "
                f"{list(shapes.values())}. Set identity_weight=0."
            )
        return shapes

    def _prepare_networks(self) -> None:
        super()._prepare_networks()
        ranges = {
            self.makers[side]: bounds
            for side, bounds in self._ranges.items()
            if bounds is not None
        }
        if len(set(ranges.values())) > 1:
            raise ValueError(
                "Each generator translates what the other one makes, so both "
                f"must make images in one range. Received: {ranges}"
            )

    # ------------------------------------------------------------------- pools

    def _new_pool(self, side: str) -> ImagePool | None:
        if not self.pool_size:
            return None
        pool = ImagePool(self.pool_size, name=f"pool_{side}")
        shape = self._shapes[side]
        known = [each for each in shape or () if each is not None]
        if shape is not None and len(known) == len(shape):
            pool.build(tuple(known))
        return pool

    def _remember(self, data: Any, looked: Looked) -> None:
        """Makes room in the pools, whose size the networks may leave open."""
        super()._remember(data, looked)
        for side in self.sets if self.pool_size else ():
            pool = getattr(self, f"pool_{side}")
            if looked.first_batch is None and not pool.built:
                raise ValueError(
                    "The generators take images of any size, and `pool_size` "
                    "needs one that is known before training, but these data "
                    "cannot be looked at. Received: data of type "
                    f"{type(data).__name__}. Set pool_size=0, or give `fit` "
                    "arrays or a data set."
                )
            if looked.first_batch is not None:
                self._make_room(side, pool, looked.first_batch.batch[side])

    def _make_room(self, side: str, pool: ImagePool, images: Array) -> None:
        shape = images.shape[1:]
        if not pool.built:
            with backend.strategy_scope(self):
                pool.build(shape)
        elif tuple(pool.images.shape[1:]) != shape:
            raise ValueError(
                f"The pool of side {side} holds images of shape "
                f"{tuple(pool.images.shape[1:])}, and all that are trained on "
                f"must have it. Received: images of shape {shape}. Crop or "
                "resize them, or set pool_size=0."
            )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks included."""
        return {**super().get_config(), "pool_size": self.pool_size}


def _end(direction: str) -> str:
    """Returns the side that a direction leads to."""
    end: str = choice("direction", direction, ("ab", "ba"))[1]
    return end
