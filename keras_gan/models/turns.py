"""The training step: each player in turn changes its own variables."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.models.player import Player
from keras_gan.regularizers import Penalty

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel

Array = np.ndarray[Any, Any]
Logs = dict[str, Tensor]
Result = Tensor | tuple[Tensor, Logs]


class Turns:
    """One step of a game, on one batch.

    Args:
        model: The compiled model that is trained.
        batch: What its `unpack` returned.
    """

    def __init__(self, model: "AdversarialModel", batch: Any) -> None:
        self._model = model
        self._batch = batch

    def take(self) -> None:
        """Lets each player whose turn it is make its update."""
        model, batch = self._model, self._batch
        maker = model.players.maker
        if self.one_pass:
            made = self._made(batch)
            for player in model.players.judges:
                self._turn(player, batch, made.output)
            self._step(maker, batch, None, maker.regularizers, made)
        else:
            outputs = backend.constant(lambda: model.make(batch, True))
            for player in model.players.judges:
                self._turn(player, batch, outputs)
            self._turn(maker, batch, None)
        model.optimizer.iterations.assign_add(1)

    @property
    def one_pass(self) -> bool:
        """Whether what is made serves all players.

        The last player's weights stay as they are until its own turn.
        """
        maker = self._model.players.maker
        return maker.every == 1 and not _intervals(maker)

    def _turn(self, player: Player, batch: Any, outputs: Any) -> None:
        """Makes a player's step if it is its turn."""
        always = tuple(r for r in player.regularizers if r.interval == 1)

        def step(batch: Any, outputs: Any) -> None:
            due = _intervals(player)
            self._with_penalties(player, batch, outputs, always, due)

        if player.every == 1:
            step(batch, outputs)
        else:
            count = self._model.optimizer.iterations
            due = ops.equal(ops.mod(count, player.every), player.every - 1)
            self._where(due, step, (batch, outputs))
            if player is not self._model.players.maker:
                unknown = self._model._trackers.unknown(_loss_name(player))

                def estimate(batch: Any, outputs: Any) -> None:
                    self._estimate(player, batch, outputs)

                self._where(unknown, estimate, (batch, outputs))

    def _estimate(self, player: Player, batch: Any, outputs: Any) -> None:
        """Finds what a player's logs show until its first update.

        As `evaluate` would, so that nothing that training draws changes.
        """
        model = self._model
        noise = model.evaluation_seed_generator.state
        before = ops.copy(noise)
        logs = _scored(model, player, batch, outputs)
        noise.assign(before)
        averages, _ = _over_replicas(logs, model.batch_size(batch))
        for name, value in averages.items():
            model._trackers.estimate(name, value)

    def _with_penalties(
        self,
        player: Player,
        batch: Any,
        outputs: Any,
        due: tuple[Penalty, ...],
        intervals: tuple[int, ...],
    ) -> None:
        """Makes a step with the penalties that are due.

        Lazy ones split it into two graphs, with and without them, so that a
        penalty that is not due costs nothing.
        """
        if not intervals:
            self._step(player, batch, outputs, due)
            return
        interval, *rest = intervals
        more = tuple(r for r in player.regularizers if r.interval == interval)

        def with_them(batch: Any, outputs: Any) -> None:
            now = due + more
            self._with_penalties(player, batch, outputs, now, tuple(rest))

        def without(batch: Any, outputs: Any) -> None:
            self._with_penalties(player, batch, outputs, due, tuple(rest))

        count = self._model.optimizer.iterations
        if player.every > 1:
            count = ops.floor_divide(count, player.every)
        now = ops.equal(ops.mod(count, interval), 0)
        self._where(now, with_them, (batch, outputs))
        self._where(ops.logical_not(now), without, (batch, outputs))

    def _step(
        self,
        player: Player,
        batch: Any,
        outputs: Any,
        due: tuple[Penalty, ...],
        made: Any = None,
    ) -> None:
        """Makes one player's update; its variables and no others change."""
        model = self._model
        if player is model.players.maker:
            made = made or self._made(batch)
        else:
            before_update(player)

        def objective(*given: Any) -> tuple[Tensor, Logs]:
            now = given[0] if given else outputs
            loss, logs = penalized(model, player, batch, now, due, True)
            loss = loss + _weight_penalty(player.trained)
            logs = {_loss_name(player): loss, **logs}
            logs = {k: ops.stop_gradient(v) for k, v in logs.items()}
            return player.optimizer.scale_loss(share * loss), logs

        size = model.batch_size(batch)
        share = backend.batch_share(size)
        waits = player.averaged and _may_wait(player.optimizer)
        before = ops.copy(player.optimizer.iterations) if waits else None
        logs: Logs
        logs, gradients = backend.value_and_grad(
            objective, player.trained, model.state, made
        )
        if model.watches_gradients:
            name = f"{player.prefix}_gradient_norm"
            logs[name] = _norm(gradients) / player.optimizer.scale_loss(1.0)
        backend.apply_gradients(player.optimizer, gradients, player.trained)
        count_updates(player)
        track(model, logs, size, training=True)
        model._after_turn(player, logs)
        images = _images(player, size) if player.average.counts_images else ()
        if waits:
            moved = ops.not_equal(player.optimizer.iterations, before)
            self._where(moved, lambda *args: _follow(player, *args), images)
        else:
            _follow(player, *images)

    def _made(self, batch: Any) -> Any:
        """Runs `make`, for an update of the player that it belongs to."""
        model = self._model
        maker = model.players.maker
        before_update(maker)
        return backend.record(
            lambda: model.make(batch, True), maker.trained, model.state
        )

    def _where(
        self, due: Tensor, function: Callable[..., None], args: tuple[Any, ...]
    ) -> None:
        model = self._model
        state = [*model.state, *model.metrics_variables]
        backend.update_if(due, function, args, state)


def penalized(
    model: "AdversarialModel",
    player: Player,
    batch: Any,
    outputs: Any,
    due: Sequence[Penalty],
    training: bool,
) -> tuple[Tensor, Logs]:
    """Returns a player's loss with its penalties, and the logs."""
    with model._passes_shared(player, batch, outputs, due, training):
        result = model.player_loss(player.name, batch, outputs, training)
        loss, logs = _loss_and_logs(model, player, result)
        for regularizer in due:
            now = regularizer.at(player.updates)
            penalty = model.penalty(player.name, now, batch, outputs, training)
            penalty = _scalar(penalty, f"`penalty` for {regularizer.name}")
            share = regularizer.interval if training else 1
            loss = loss + share * penalty
            logs[regularizer.name] = penalty
    return loss, logs


def score(model: "AdversarialModel", batch: Any) -> Any:
    """Computes every player's loss in inference mode; returns the outputs."""
    outputs = model.make(batch, training=False)
    logs: Logs = {}
    for player in model.players.values():
        logs |= _scored(model, player, batch, outputs)
    track(model, logs, model.batch_size(batch), training=False)
    return outputs


def _scored(
    model: "AdversarialModel", player: Player, batch: Any, outputs: Any
) -> Logs:
    """Returns a player's loss and logs in inference mode."""
    # A penalty may remember something of each step of training.
    remembered = [(v, ops.copy(v)) for v in model.penalty_state]
    loss, logs = penalized(
        model, player, batch, outputs, player.regularizers, False
    )
    for variable, value in remembered:
        variable.assign(value)
    return {_loss_name(player): loss + _weight_penalty(player.trained), **logs}


def gradients(
    model: "AdversarialModel", batch: Any
) -> Iterator[tuple[str, str, Array]]:
    """Yields player, path and gradient of each variable, changing the state."""
    constants = backend.constant(lambda: model.make(batch, True))

    def loss(player: Player) -> tuple[Tensor, tuple[()]]:
        maker = player is model.players.maker
        made = model.make(batch, True) if maker else constants
        due = player.regularizers
        return penalized(model, player, batch, made, due, True)[0], ()

    for player in model.players.values():
        _, found = backend.value_and_grad(
            lambda player=player: loss(player), player.trained, model.state
        )
        for variable, gradient in zip(player.trained, found, strict=True):
            if gradient is not None:
                array = ops.convert_to_numpy(gradient)
                yield player.name, variable.path, array


def track(
    model: "AdversarialModel", logs: Logs, batch_size: Tensor, training: bool
) -> None:
    """Takes a step's values, averaged over replicas, into the logs."""
    averages, size = _over_replicas(logs, batch_size)
    model._trackers.update(averages, size, training)


def _over_replicas(logs: Logs, batch_size: Tensor) -> tuple[Logs, Tensor]:
    """Returns the means of all replicas' values, and of how many samples."""
    means = [ops.mean(value) for value in logs.values()]
    _, count = backend.replica()
    if count > 1:
        # A replica may get none of a small last batch.
        some = ops.greater(batch_size, 0)
        means = [ops.where(some, mean, 0.0) for mean in means]
    averages = backend.average(means, batch_size)
    size = backend.all_sum(ops.cast(batch_size, "float32"))
    return dict(zip(logs, averages, strict=True)), size


def _loss_name(player: Player) -> str:
    return f"{player.prefix}_loss"


def _loss_and_logs(
    model: "AdversarialModel", player: Player, result: Any
) -> tuple[Tensor, Logs]:
    """Returns a player's loss, a scalar, and its logs, if it has some.

    Raises:
        ValueError: If the loss is none, or a log has a name that is taken.
    """
    who = f"{type(model).__name__}.player_loss for the {player.name}"
    logs: Logs = {}
    if isinstance(result, tuple):
        if len(result) != 2 or not isinstance(result[1], dict):
            raise ValueError(
                f"{who} must return a loss, or (loss, logs) with a dictionary "
                f"of logs. Received: a tuple of {len(result)}"
            )
        result, logs = result
    taken = {*model.loss_names, *model.penalty_names, *model.norm_names}
    if taken & set(logs):
        raise ValueError(
            f"{who} returned logs that the model makes itself: "
            f"{sorted(taken & set(logs))}. Choose other names."
        )
    tensors = {name: _tensor(each, who) for name, each in logs.items()}
    return _scalar(result, who), tensors


def _scalar(value: Any, who: str) -> Tensor:
    value = _tensor(value, who)
    if len(value.shape) > 0:
        raise ValueError(
            f"{who} must return a scalar. Received: shape "
            f"{tuple(value.shape)}. Average it by keras.ops.mean."
        )
    return ops.cast(value, "float32")


def _tensor(value: Any, who: str) -> Tensor:
    if value is None or isinstance(value, (str, dict, list)):
        raise ValueError(
            f"{who} must return tensors. Received: {type(value).__name__}"
        )
    return ops.convert_to_tensor(value)


def before_update(player: Player) -> None:
    """Lets layers do what is due once for each update of their network."""
    for network in player.networks.values():
        for layer in backend.flat_layers(network):
            before = getattr(layer, "before_update", None)
            if before is not None:
                before()


def _intervals(player: Player) -> tuple[int, ...]:
    """The intervals of its lazy penalties, the shortest first."""
    return tuple(sorted({r.interval for r in player.regularizers} - {1}))


def count_updates(player: Player) -> None:
    """Takes over how many updates the optimizer has made."""
    if player.updates is not None:
        # A copy, as JAX donates no buffer that two variables share.
        count = ops.cast(player.optimizer.iterations, player.updates.dtype)
        player.updates.assign(ops.copy(count))


def _images(player: Player, batch_size: Tensor) -> tuple[Tensor]:
    """Returns how many real images lie between two updates of a player."""
    inner = getattr(player.optimizer, "inner_optimizer", player.optimizer)
    batches = player.every * (inner.gradient_accumulation_steps or 1)
    return (backend.all_sum(ops.cast(batch_size, "float32")) * batches,)


def _follow(player: Player, images: Tensor | None = None) -> None:
    """Moves the averages, after an update of a player."""
    for name, averaged in player.averaged.items():
        player.average.update(
            averaged,
            player.networks[name],
            player.optimizer.iterations,
            images,
        )


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
