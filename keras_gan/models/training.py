"""How is a GAN trained: one player at a time, on one batch."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend, losses
from keras_gan._typing import Tensor
from keras_gan.models import wire
from keras_gan.models.averaging import Average
from keras_gan.models.critic import Critic
from keras_gan.models.trackers import Trackers
from keras_gan.regularizers import Regularizer

Logs = dict[str, Tensor]


class Alternating:
    """The training step of every GAN, in terms of the two objectives."""

    # What the class that mixes this in brings.
    generator: keras.Model
    discriminator: keras.Model
    ema_generator: keras.Model | None
    optimizer: Any
    adversarial_loss: Any
    augment: Any
    discriminator_steps: int
    metrics_variables: list[keras.Variable]
    variables: list[keras.Variable]
    train_function: Any
    sample: Callable[..., Tensor]
    unpack: Callable[[Any], tuple[Tensor, tuple[Tensor, ...]]]
    discriminator_loss: Callable[..., Any]
    generator_loss: Callable[..., Any]
    _average: Average
    _gives_probabilities: bool
    _players: Any
    _regularizers: tuple[Regularizer, ...]
    _scores: Callable[..., Tensor]
    _seeds: Callable[[bool], keras.random.SeedGenerator]
    _trackers: Trackers
    _drawn: Callable[..., Tensor]
    _watching_gradients: bool

    def update(self, data: Any) -> Logs:
        """Trains on one batch, in place, and returns the logs."""
        real, condition = self.unpack(wire.as_floats(data))
        lazy = sorted({r.interval for r in self._regularizers} - {1})
        due = tuple(r for r in self._regularizers if r.interval == 1)
        if self.discriminator_steps == 1:
            # The generator is the same for both updates, and so is its pass.
            made = self._generated(real, condition)
            self._update_discriminator(
                real, made.output, condition, due, tuple(lazy)
            )
            self._update_generator(real, condition, made)
        else:
            fake = backend.constant(
                lambda: self.sample(ops.shape(real)[0], condition)
            )
            self._update_discriminator(real, fake, condition, due, tuple(lazy))
            self._where_due(
                self.discriminator_steps,
                self.discriminator_steps - 1,
                self._update_generator,
                (real, condition),
            )
        self.optimizer.iterations.assign_add(1)
        return self._logs(self._reported())

    def score(self, data: Any) -> Logs:
        """Evaluates one batch, changing metrics only, and returns the logs."""
        real, condition = self.unpack(wire.as_floats(data))
        fake = self.sample(ops.shape(real)[0], condition, training=False)
        d_loss, logs = self._discriminator_objective(
            real, fake, condition, self._regularizers, training=False
        )
        g_loss, more = _with_logs(
            self.generator_loss(real, fake, condition, training=False)
        )
        logs = {
            "d_loss": d_loss + _weight_penalty(self._players["d"][1]),
            "g_loss": g_loss + _weight_penalty(self._players["g"][1]),
            **logs,
            **more,
        }
        self._track(logs, ops.shape(real)[0], training=False)
        self._measure(real, fake, condition)
        return self._logs([*self._reported(), *self._trackers.compiled])

    def _measure(
        self, real: Tensor, fake: Tensor, condition: tuple[Tensor, ...]
    ) -> None:
        """Shows the metrics given to `compile` what `generate` would make."""
        if not self._trackers.compiled:
            return
        if self.ema_generator is not None:
            size = ops.shape(real)[0]
            fake = self._drawn(self.ema_generator, size, condition, False)
        for metric in self._trackers.compiled:
            metric.update_state(real, fake)

    def _update_discriminator(
        self,
        real: Tensor,
        fake: Tensor,
        condition: tuple[Tensor, ...],
        due: tuple[Regularizer, ...],
        intervals: tuple[int, ...],
    ) -> None:
        """Makes the discriminator's step, with the regularisers that are due.

        Lazy ones split it into two graphs, with and without them, so that a
        penalty that is not due costs nothing.
        """
        if not intervals:
            self._step_discriminator(real, fake, condition, due)
            return
        interval, *rest = intervals
        more = tuple(r for r in self._regularizers if r.interval == interval)

        def with_them(real: Tensor, fake: Tensor, condition: Any) -> None:
            now = due + more
            self._update_discriminator(real, fake, condition, now, tuple(rest))

        def without(real: Tensor, fake: Tensor, condition: Any) -> None:
            self._update_discriminator(real, fake, condition, due, tuple(rest))

        batch = (real, fake, condition)
        self._where_due(interval, 0, with_them, batch)
        self._where_due(interval, 0, without, batch, negate=True)

    def _step_discriminator(
        self,
        real: Tensor,
        fake: Tensor,
        condition: tuple[Tensor, ...],
        due: tuple[Regularizer, ...],
    ) -> None:
        _before_update(self.discriminator)
        logs = self._minimize(
            "d",
            lambda: self._discriminator_objective(real, fake, condition, due),
            ops.shape(real)[0],
        )
        self._observe(logs)
        if self.discriminator_steps > 1 and "d_fake" in logs:
            self._trackers.estimate("g_loss", self._g_estimate(logs))

    def _observe(self, logs: Logs) -> None:
        """Shows real scores to every layer of the augmentation that steers."""
        inside = backend.flat_layers(self.augment) if self.augment else ()
        steering = [layer for layer in inside if hasattr(layer, "observe")]
        if steering and "d_real" not in logs:
            raise ValueError(
                "`discriminator_loss` must return (loss, {'d_real': scores}), "
                "with the score of each real image: "
                f"{[layer.name for layer in steering]} of `augment` are "
                f"steered by them. Received: logs of {sorted(logs)}"
            )
        for layer in steering:
            layer.observe(self._margin(logs["d_real"]))

    def _margin(self, scores: Tensor) -> Tensor:
        """Returns how far scores are on the side of real images."""
        outputs = not self.adversarial_loss.takes_logits
        if outputs and self._gives_probabilities:
            return losses.to_logits(scores)
        return scores - (self.adversarial_loss.boundary or 0.0)

    def _g_estimate(self, logs: Logs) -> Tensor:
        """What `g_loss` shows until the generator's first update."""
        return self.adversarial_loss.generator(logs["d_fake"], logs["d_real"])

    def _generated(self, real: Tensor, condition: tuple[Tensor, ...]) -> Any:
        """Makes as many images as there are real ones, for an update."""
        _before_update(self.generator)
        _, variables = self._players["g"]
        return backend.record(
            lambda: self.sample(ops.shape(real)[0], condition),
            variables,
            self._state(),
        )

    def _update_generator(
        self, real: Tensor, condition: tuple[Tensor, ...], made: Any = None
    ) -> None:
        made = made or self._generated(real, condition)

        def objective(fake: Tensor) -> tuple[Tensor, Logs]:
            return _with_logs(self.generator_loss(real, fake, condition))

        optimizer, _ = self._players["g"]
        waits = self.ema_generator is not None and _may_wait(optimizer)
        before = ops.copy(optimizer.iterations) if waits else None
        self._minimize("g", objective, ops.shape(real)[0], made)
        if waits:
            backend.update_if(
                ops.not_equal(optimizer.iterations, before),
                self._follow,
                (),
                [*self._state(), *self.metrics_variables],
            )
        else:
            self._follow()

    def _follow(self) -> None:
        """Moves the average, after an update of the generator."""
        optimizer, _ = self._players["g"]
        self._average.update(
            self.ema_generator, self.generator, optimizer.iterations
        )

    def _discriminator_objective(
        self,
        real: Tensor,
        fake: Tensor,
        condition: tuple[Tensor, ...],
        due: Sequence[Regularizer],
        training: bool = True,
    ) -> tuple[Tensor, Logs]:
        loss, logs = _with_logs(
            self.discriminator_loss(real, fake, condition, training)
        )
        critic = Critic(
            lambda images: self._scores(images, condition, training, True),
            [self.discriminator, *filter(None, [self.augment])],
        )
        for regularizer in due:
            penalty = regularizer(critic, real, fake, self._seeds(training))
            share = regularizer.interval if training else 1
            loss = loss + share * penalty
            logs[regularizer.name] = penalty
        return loss, logs

    def _minimize(
        self,
        player: str,
        objective: Callable[..., tuple[Tensor, Logs]],
        batch_size: Tensor,
        made: Any = None,
    ) -> Logs:
        """Makes one player's step; its variables and no others change."""
        optimizer, variables = self._players[player]
        share = backend.batch_share(batch_size)

        def scaled(*fake: Tensor) -> tuple[Tensor, Logs]:
            loss, logs = objective(*fake)
            loss = loss + _weight_penalty(variables)
            logs = {f"{player}_loss": loss, **logs}
            logs = {k: ops.stop_gradient(v) for k, v in logs.items()}
            return optimizer.scale_loss(share * loss), logs

        logs: Logs
        logs, gradients = backend.value_and_grad(
            scaled, variables, self._state(), made
        )
        if self._watching_gradients:
            name = f"{player}_gradient_norm"
            logs[name] = _norm(gradients) / optimizer.scale_loss(1.0)
        backend.apply_gradients(optimizer, gradients, variables)
        self._track(logs, batch_size, training=True)
        return logs

    def _track(self, logs: Logs, batch_size: Tensor, training: bool) -> None:
        means = [ops.mean(value) for value in logs.values()]
        _, count = backend.replica()
        if count > 1:
            # A replica may get none of a small last batch.
            some = ops.greater(batch_size, 0)
            means = [ops.where(some, mean, 0.0) for mean in means]
        averages = backend.average(means, batch_size)
        size = backend.all_sum(ops.cast(batch_size, "float32"))
        logs = dict(zip(logs, averages, strict=True))
        self._trackers.update(logs, size, training)

    def _where_due(
        self,
        interval: int,
        phase: int,
        function: Callable[..., None],
        args: tuple[Any, ...],
        negate: bool = False,
    ) -> None:
        count = self.optimizer.iterations
        due = ops.equal(ops.mod(count, interval), phase)
        backend.update_if(
            ops.logical_not(due) if negate else due,
            function,
            args,
            [*self._state(), *self.metrics_variables],
        )

    def _state(self) -> list[keras.Variable]:
        return [*self.variables, *self.optimizer.variables]

    def watch_gradients(self, on: bool = True) -> None:
        """Puts both players' global gradient norms into the logs, or not.

        They are called `d_gradient_norm` and `g_gradient_norm` and are taken
        before any clipping. Takes effect with the next `fit`, or, from
        a callback's `on_train_begin`, with this one.
        """
        if on != self._watching_gradients:
            self._watching_gradients = on
            self.train_function = None

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The trackers of the logs and the metrics given to `compile`."""
        if not hasattr(self, "_trackers"):
            return []
        return [*self._trackers.metrics, *self._trackers.compiled]

    def _reported(self) -> list[keras.metrics.Metric]:
        return [
            metric
            for metric in self._trackers.metrics
            if self._watching_gradients
            or not metric.name.endswith("_gradient_norm")
        ]

    def _logs(self, metrics: Sequence[keras.metrics.Metric]) -> Logs:
        logs: Logs = {}
        for metric in metrics:
            result = metric.result()
            named = (
                result if isinstance(result, dict) else {metric.name: result}
            )
            logs.update(named)
        return logs


def _with_logs(result: Any) -> tuple[Tensor, Logs]:
    """Accepts objectives that return the loss alone."""
    if isinstance(result, tuple):
        return result[0], dict(result[1])
    return result, {}


def _before_update(network: keras.Model) -> None:
    """Lets layers do what is due once for each update of their network."""
    for layer in backend.flat_layers(network):
        before = getattr(layer, "before_update", None)
        if before is not None:
            before()


def _may_wait(optimizer: Any) -> bool:
    """Whether a step of the optimizer may leave the weights as they are."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return inner is not optimizer or bool(inner.gradient_accumulation_steps)


def _weight_penalty(variables: Sequence[keras.Variable]) -> Tensor:
    """Sums the weight regularisers of the player that is trained.

    `Layer.losses` will not do: it is lost in JAX's nested scopes.
    """
    terms = [
        ops.cast(v.regularizer(v), "float32")
        for v in variables
        if getattr(v, "regularizer", None) is not None
    ]
    return sum(terms, 0.0)


def _norm(gradients: Sequence[Tensor | None]) -> Tensor:
    squares = [
        ops.sum(ops.square(ops.cast(ops.convert_to_tensor(g), "float32")))
        for g in gradients
        if g is not None
    ]
    return ops.sqrt(sum(squares, ops.zeros((), "float32")))
