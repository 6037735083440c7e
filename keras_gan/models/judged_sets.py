"""Discriminators that judge sets of images, and what they minimise."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan._method_names import without_class
from keras_gan._typing import Tensor
from keras_gan.models.bound_network import BoundNetwork
from keras_gan.models.player import Player
from keras_gan.models.shared_passes import SharedPasses, repeats_itself
from keras_gan.models.two_players import TwoPlayers
from keras_gan.regularizers import Penalty

Images = Mapping[str, Tensor]
"""Images by the name of the set that they are of, or shall be like."""


class Judged(NamedTuple):
    """What the discriminators look at in one turn.

    Attributes:
        fake: Generated images, by the set that they shall be like.
        shared: The passes that penalties may use, where once is exact.
    """

    fake: Images
    shared: SharedPasses | None = None


class _Turns:
    """What is judged in each turn that runs now.

    Replicas run their turns in turns, so one place for all would not do: a
    turn is told by the outputs that it was given.
    """

    def __init__(self) -> None:
        self._judged: dict[int, Judged] = {}

    @contextlib.contextmanager
    def running(self, outputs: Any, judged: Judged) -> Iterator[None]:
        self._judged[id(outputs)] = judged
        try:
            yield
        finally:
            del self._judged[id(outputs)]

    def judged(self, outputs: Any) -> Judged | None:
        return self._judged.get(id(outputs))


@without_class
class Judging(TwoPlayers):
    """A game in which each discriminator judges the images of one set.

    Args:
        *args: As in `TwoPlayers`.
        **kwargs: As in `TwoPlayers`.
    """

    sets: tuple[str, str]
    """What the two sets of images in a batch are called. `call` translates
    the first into the second."""
    judges: Mapping[str, str]
    """The name of the discriminator, by the set that it judges."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._turns = _Turns()
        super().__init__(*args, **kwargs)

    @property
    def discriminators(self) -> list[keras.Model]:
        """The networks that judge images."""
        return list(self.players["discriminator"].networks.values())

    def fakes(self, outputs: Any) -> Images:
        """Returns the images to be judged of what `make` returned, by set."""
        return outputs["fake"]  # type: ignore[no-any-return]

    def shown(self, fake: Images, training: bool) -> Images:
        """Returns what the discriminators are shown in place of new images.

        Args:
            fake: Generated images by the set that they shall be like.
            training: Whether this is a training step.

        Returns:
            As many. Here they are the new images themselves.
        """
        del training
        return fake

    def call_discriminator(
        self, like: str, images: Tensor, batch: Images, training: bool
    ) -> Tensor:
        """Calls a discriminator.

        Args:
            like: The set that it judges.
            images: Images of this set, real or generated.
            batch: As from `unpack`.
            training: Whether it runs in training mode.

        Returns:
            Its outputs, shape `(n, 1)`, or patches `(n, height, width, 1)`.
        """
        network = self.players.networks[self.judges[like]]
        return network(images, training=training)

    def judge(
        self,
        like: str,
        images: Tensor,
        batch: Images,
        training: bool = True,
        shared: SharedPasses | None = None,
    ) -> Tensor:
        """Scores images as the compiled loss takes them.

        Args:
            like: The set that they are or shall be of.
            images: Real or generated images.
            batch: As from `unpack`.
            training: Whether the discriminator runs in training mode.
            shared: Passes that a penalty will use, too.
        """

        def score(images: Tensor) -> tuple[Tensor, Tensor]:
            outputs = self.call_discriminator(like, images, batch, training)
            scores = self.scores(self.judges[like], outputs)
            return self._of_images(like, scores), scores

        return (
            score(images)[1]
            if shared is None
            else shared.outputs(images, score)
        )

    def _of_images(self, like: str, scores: Tensor) -> Tensor:
        """Returns a logit for each image: the mean of its patches.

        As the loss takes the mean over patches, a penalty sees what the loss
        sees, however many patches there are.
        """
        logits = self._as_logits(self.judges[like], scores)
        return ops.mean(logits, axis=tuple(range(1, len(logits.shape))))

    def discriminator_loss(
        self, batch: Images, outputs: Any, training: bool = True
    ) -> tuple[Tensor, dict[str, list[Tensor]]]:
        """Sums what the discriminators minimise.

        Args:
            batch: As from `unpack`.
            outputs: As from `make`.
            training: Whether this is a training step.

        Returns:
            The loss, and the scores of real and of generated images by set.
        """
        judged = self._turns.judged(outputs)
        judged = judged or Judged(self.shown(self.fakes(outputs), training))
        total, found = 0.0, {}
        for like in self.judges:
            found[like] = [
                self.judge(like, images, batch, training, judged.shared)
                for images in (batch[like], judged.fake[like])
            ]
            total = total + self.adversarial_loss.discriminator(*found[like])
        return total, found

    def adversarial(
        self, like: str, batch: Images, outputs: Any, training: bool = True
    ) -> Tensor:
        """Returns a generator's loss by the verdict of its discriminator.

        Args:
            like: The set that its images shall be like.
            batch: As from `unpack`.
            outputs: As from `make`.
            training: Whether this is a training step.
        """
        fake = self.judge(like, self.fakes(outputs)[like], batch, training)
        real = None
        if self.adversarial_loss.needs_real:
            real = self.judge(like, batch[like], batch, training)
        return self.adversarial_loss.generator(fake, real)

    # -------------------------------------------------------------- penalties

    def penalty(
        self,
        player: str,
        regularizer: Penalty,
        batch: Images,
        outputs: Any,
        training: bool = True,
    ) -> Tensor:
        """Takes one of the discriminators' penalties, the sum of all of them.

        It is taken at the images that they judge, by the mean score of an
        image's patches. All that they see beside is held fixed.
        """
        judged = self._turns.judged(outputs) or Judged(self.fakes(outputs))
        terms = [
            regularizer(
                self._critic(like, batch, training, judged.shared),
                batch[like],
                judged.fake[like],
                self.seeds(training),
            )
            for like in self.judges
        ]
        return sum(terms[1:], terms[0])

    def _critic(
        self,
        like: str,
        batch: Images,
        training: bool,
        shared: SharedPasses | None,
    ) -> BoundNetwork:
        """Returns a discriminator as a function of the judged images alone."""

        def logits(images: Tensor) -> Tensor:
            scores = self.judge(like, images, batch, training)
            return self._of_images(like, scores)

        network = self.players.networks[self.judges[like]]
        return BoundNetwork(logits, [network], shared=shared)

    @contextlib.contextmanager
    def _passes_shared(
        self,
        player: Player,
        batch: Images,
        outputs: Any,
        due: Sequence[Penalty],
        training: bool,
    ) -> Iterator[None]:
        if player.name != "discriminator":
            yield
            return
        fake = self.shown(self.fakes(outputs), training)
        judged = Judged(fake, self._shared(batch, fake, due, training))
        with self._turns.running(outputs, judged):
            yield

    def _shared(
        self,
        batch: Images,
        fake: Images,
        due: Sequence[Penalty],
        training: bool,
    ) -> SharedPasses | None:
        """Prepares the passes that serve a loss and its penalties at once."""
        if not due or (training and not repeats_itself(self.discriminators)):
            return None
        images = {
            "real": [batch[like] for like in self.judges],
            "fake": [fake[like] for like in self.judges],
        }
        critics = BoundNetwork(lambda images: images, self.discriminators)
        return SharedPasses.wanted_by(due, images, critics)
