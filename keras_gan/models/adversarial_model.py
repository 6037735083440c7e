"""The core of every GAN: players that take turns on each batch."""

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np
from keras import ops
from PIL import Image

from keras_gan import backend, losses
from keras_gan._checks import (
    LARGEST_SEED,
    received,
    seed_or_none,
    text,
    whole_number,
)
from keras_gan._typing import Tensor
from keras_gan.models import (
    data_forms,
    describing,
    held_data,
    merged_steps,
    network_checks,
    ordering,
    pixel_bytes,
    player_optimizers,
    saved_state,
    several_workers,
    turns,
)
from keras_gan.models.bound_network import BoundNetwork
from keras_gan.models.first_batch import (
    FirstBatch,
    Looked,
    as_tensors,
    look_at,
)
from keras_gan.models.fixed_samples import FixedRows, ScoredSamples
from keras_gan.models.log_trackers import Trackers
from keras_gan.models.output_values import Values, output_values
from keras_gan.models.player import Player, Players
from keras_gan.models.scores import are_probabilities, to_scores
from keras_gan.models.turns import Logs
from keras_gan.models.validation_data import with_validation
from keras_gan.optimizers import PlayersOptimizer
from keras_gan.optimizers.players_optimizer import serialize
from keras_gan.regularizers import Penalty

Array = np.ndarray[Any, Any]

_RESERVED = {
    "built",
    "compile_settings",
    "evaluation_seed_generator",
    "loss",
    "optimizer",
    "penalty_state",
    "players",
    "seed",
    "seed_generator",
    "steps_traced",
    "update_counts",
}
"""Attributes that a model gets later."""

_MOST_SHOWN = 2**16
"""Samples in one picture."""


@keras.saving.register_keras_serializable("keras_gan")
class AdversarialModel(backend.Stepper, keras.Model):
    """Networks that are trained against each other, a player at a time.

    At each step the players take turns in their order. In its turn a player
    minimises its own loss, and its optimizer changes its own networks'
    variables only. `GAN` and its family stand on this class. For another game,
    subclass it and say three things:

    | method | says | called |
    |---|---|---|
    | `unpack(data)` | what is in a batch; draws nothing | once a step |
    | `make(batch, ...)` | what is made of it | once a step |
    | `player_loss(player, batch, outputs, ...)` | what it minimises | by turn |

    And, where it has them:

    | method | says | default |
    |---|---|---|
    | `pictures(batch)` | what is looked at, by column | none |
    | `penalty(player, regularizer, ...)` | where it is taken | refused |
    | `log_names` | the names of all logs | losses, penalties |
    | `check_batch(batch)` | which data cannot be trained on | finite numbers |
    | `default_optimizer()` | where none is given | Adam(2e-4, beta_1=0.5) |
    | `get_config()` | the constructor's arguments | networks, seed, name |

    The batch and what `make` returns are tensors, nested in dicts or tuples
    as you like. `make` belongs to the last player: its networks run there,
    and its loss is differentiated through what they made. For the players
    before it the same tensors are constants, so nothing has to be stopped or
    frozen. Where the last player does not play at every step, or has a lazy
    penalty, it runs `make` once more in its own turn.

    Draw random numbers only from `self.seeds(training)`, through
    `keras_gan.backend.draw`, and write tensors with `keras.ops`: then the model
    runs on every backend, on several devices, and is resumed exactly.

    Args:
        players: The players, in the order of their turns. Their networks
            become attributes of the model.
        seed: Seed of all that is drawn. Default: a random one.
        name: Name of the model.

    Raises:
        TypeError: If `players` holds something else.
        ValueError: If two players share a layer, a name or a first letter.

    Example:
        >>> class Pix2Pix(keras_gan.AdversarialModel):
        ...     def unpack(self, data):
        ...         source, target = data
        ...         return {"source": source, "target": target}
        ...
        ...     def make(self, batch, training=True):
        ...         made = self.generator(batch["source"], training=training)
        ...         return {"fake": made}
    """

    default_loss = "non_saturating"
    first_batch: FirstBatch | None = None
    """Real data of the first batch trained on last, for callbacks to show."""
    held: held_data.HeldData | None = None
    """What `fit` held on the device last; full only while it runs."""
    epochs_ordered = 0
    """How many epochs `fit` has put into an order, over all its calls."""

    def __init__(
        self,
        players: Sequence[Player],
        *,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=None if name is None else text("name", name))
        listed = isinstance(players, (list, tuple)) and len(players) > 0
        if not listed or not all(isinstance(p, Player) for p in players):
            raise TypeError(
                "`players` must be a list of keras_gan.Player instances, at "
                f"least one. {received('players', players)}"
            )
        self._take(players)
        # Saved files hold the state in this order: the last player's first.
        for player in reversed(list(self.players.values())):
            for each, network in player.networks.items():
                setattr(self, each, network)
        network_checks.refuse_shared_layers(list(self.players.values()))
        self.seed = seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(seed)
        # Validation must not change what training draws.
        self.evaluation_seed_generator = keras.random.SeedGenerator(seed or 0)
        self._watching_gradients = False
        self._prepare_networks()
        for player in self.players.values():
            self._keep_averages(player)
        # What penalties remember; Keras saves the variables of this list.
        self.penalty_state = [
            variable
            for player in self.players.values()
            for each in player.regularizers
            for variable in each.variables
        ]
        self.update_counts = [
            variable
            for player in self.players.values()
            for variable in player.count_updates()
        ]
        for player in self.players.values():
            player.plays = True
        # All networks are built. Keras' own `build` would lock the model, and
        # a subclass could not add a network of its own.
        self.built = True

    def _take(self, players: Sequence[Player]) -> None:
        """Takes the players, and refuses those that cannot play here."""
        taken = [player.name for player in players if player.plays]
        if taken:
            raise ValueError(
                "Each model needs players of its own. Received: "
                f"{taken}, which another model has. Make new ones."
            )
        self.players = Players(players)
        for name in self.players.networks:
            if hasattr(self, name) or name in _RESERVED:
                raise ValueError(
                    "A network becomes an attribute of the model, which has "
                    f"another one of this name. {received('networks', name)}"
                )
        names = self.penalty_names
        if len(set(names)) < len(names):
            raise ValueError(
                "Each kind of regularizer can be given to one player only, "
                f"because the logs name it. Received: {names}"
            )

    def _prepare_networks(self) -> None:
        """Looks at all networks; a subclass builds them first."""
        networks = self.players.networks
        unbuilt = [name for name, each in networks.items() if not each.built]
        if unbuilt:
            raise ValueError(
                "The networks of an AdversarialModel must be built before. "
                f"Received: {unbuilt} without weights. Begin each with a "
                "keras.Input, or call it once on a batch."
            )
        network_checks.announce_updates(networks.values())
        network_checks.warn_of_networks(networks.values())

    def _keep_averages(self, player: Player) -> None:
        """Makes the averaged networks of a player, if it wants them."""
        if player.average.decay is None:
            return
        for name, network in player.networks.items():
            build = functools.partial(self._build_like, network)
            twin = player.average.twin(network, build)
            network_checks.announce_updates([twin])
            player.averaged[name] = twin
            setattr(self, f"ema_{name}", twin)

    def _build_like(self, network: keras.Model, copy: keras.Model) -> None:
        """Builds the copy of a network."""
        if not copy.built:
            copy.build_from_config(network.get_build_config())

    def add_network(
        self, name: str, network: keras.layers.Layer, player: str
    ) -> None:
        """Gives a player one network more, in a subclass' constructor.

        It is trained by the player's optimizer and saved with the model. No
        average is kept of it.

        Args:
            name: The attribute of the model that it becomes.
            network: The network, built.
            player: The player's name.

        Raises:
            ValueError: If the model is compiled already, or the name is taken.
        """
        if self.compiled or hasattr(self, name):
            raise ValueError(
                "`add_network` comes before `compile`, with a new name. "
                f"{received('name', name)}"
            )
        if player not in self.players:
            raise ValueError(
                f"`player` must be one of {list(self.players)}. "
                f"{received('player', player)}"
            )
        if not getattr(network, "built", True):
            raise ValueError(
                "`network` must be built: begin it with a keras.Input, or call "
                f"it once on a batch. {received('network', network)}"
            )
        self.players[player].add(name, network)
        setattr(self, name, network)
        network_checks.refuse_shared_layers(list(self.players.values()))
        network_checks.announce_updates([network])
        network_checks.warn_of_networks([network])

    # ------------------------------------------------- what a variant overrides

    def unpack(self, data: Any) -> Any:
        """Splits what a data set yields into what the players need.

        Args:
            data: A batch, as the data set yields it: `x` alone, a dict or a
                tensor, or the tuple `(x, y)`.

        Returns:
            Tensors, nested in a dict or tuple, whose first axis is the batch.
            Default: the data as they are.
        """
        return data

    def make(self, batch: Any, training: bool = True) -> Any:
        """Makes what the players judge, by the last player's networks.

        Args:
            batch: As from `unpack`.
            training: Whether this is a training step.

        Returns:
            Tensors, nested in a dict or tuple, the same at each call.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must override `make(batch, training)`, "
            "which returns what the last player makes."
        )

    def player_loss(
        self, player: str, batch: Any, outputs: Any, training: bool = True
    ) -> Tensor | tuple[Tensor, Logs]:
        """States what a player minimises, without its penalties.

        Args:
            player: The player's name.
            batch: As from `unpack`.
            outputs: As from `make`.
            training: Whether this is a training step.

        Returns:
            The scalar loss, float32; or the loss and what to log by the names
            in `log_names`. Tensors are logged by their mean.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must override `player_loss(player, batch, "
            "outputs, training)`, which returns the player's loss."
        )

    def penalty(
        self,
        player: str,
        regularizer: Penalty,
        batch: Any,
        outputs: Any,
        training: bool = True,
    ) -> Tensor:
        """Takes one of a player's penalties.

        Args:
            player: The player's name.
            regularizer: One of its `regularizers`.
            batch: As from `unpack`.
            outputs: As from `make`.
            training: Whether this is a training step.

        Returns:
            The weighted penalty, such as `regularizer(critic, real, fake,
            self.seeds(training))`.
        """
        raise NotImplementedError(
            f"The player {player!r} has a regularizer, so "
            f"{type(self).__name__} must override `penalty(player, "
            "regularizer, batch, outputs, training)` and call it there: "
            "regularizer(critic, real, fake, self.seeds(training))."
        )

    def pictures(self, batch: Any) -> Mapping[str, Tensor]:
        """Returns what to look at in snapshots, in inference mode.

        Args:
            batch: The first rows of the first batch, as from `unpack`.

        Returns:
            Images by column, each of shape `(n, height, width, channels)` in
            `pixel_range`: a row of pictures for each sample. Default: none.
        """
        return {}

    def check_batch(self, batch: Any) -> None:
        """Looks at the first batch before training starts.

        Args:
            batch: As from `unpack`, as arrays of numpy.

        Raises:
            ValueError: If it cannot be trained on.
        """
        network_checks.refuse_bad_numbers(batch)

    @property
    def log_names(self) -> list[str]:
        """The keys of the logs; an objective with another one adds it."""
        return [
            *self.loss_names,
            *self.penalty_names,
            *self.norm_names,
        ]

    @property
    def pixel_range(self) -> tuple[float, float] | None:
        """The values of black and white in `pictures`. Default: -1 and 1."""
        return (-1.0, 1.0)

    def default_optimizer(self) -> keras.optimizers.Optimizer:
        """Returns a new optimizer for a player that was given none."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5)

    # ---------------------------------------------------- what a variant calls

    def seeds(self, training: bool) -> keras.random.SeedGenerator:
        """Returns the generator to draw from: training has its own."""
        if training:
            return self.seed_generator
        return self.evaluation_seed_generator

    def scores(self, network: str, outputs: Tensor) -> Tensor:
        """Returns a discriminator's outputs as the compiled loss takes them.

        Args:
            network: The name of the network.
            outputs: What it returned.

        Returns:
            Float32 scores: logits for the losses of `keras_gan.losses`, also
            where the network ends in a sigmoid; the outputs as they are for
            Keras losses and callables.
        """
        if network not in self._values_of:
            raise ValueError(
                "`network` must be the name of a network that a player before "
                f"the last one has: {list(self._values_of)}. "
                f"{received('network', network)}"
            )
        return to_scores(
            outputs,
            self._values_of.get(network),
            self.gives_probabilities(network)
            and self.adversarial_loss.takes_logits,
        )

    def gives_probabilities(self, network: str) -> bool:
        """Returns whether a discriminator's outputs are probabilities."""
        return self._gives_probabilities.get(network, False)

    def bound(
        self, function: Callable[[Tensor], Tensor], *networks: str
    ) -> BoundNetwork:
        """Returns a function of one tensor in the form that penalties take.

        Args:
            function: Maps a tensor, such as images, to scores; all else that
                it needs is bound.
            *networks: The names of the networks that it runs.
        """
        layers = [self.players.networks[name] for name in networks]
        return BoundNetwork(function, layers)

    def batch_size(self, batch: Any) -> Tensor:
        """Returns how many samples a batch has."""
        return ops.shape(keras.tree.flatten(batch)[0])[0]

    # -------------------------------------------------------------- compiling

    def compile(
        self,
        optimizers: Mapping[str, Any] | None = None,
        loss: Any = None,
        *,
        metrics: Any = None,
        steps_per_execution: int | str = "auto",
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        auto_scale_loss: bool = True,
    ) -> None:
        """Configures training.

        Args:
            optimizers: An optimizer, an instance or a name, for each player's
                name. Default, also for players left out: `default_optimizer`.
            loss: A name or instance from `keras_gan.losses`, a Keras loss, or
                a pair `(d_loss(real_scores, fake_scores),
                g_loss(fake_scores))`: `self.adversarial_loss`. Default:
                `default_loss`.
            metrics: Keras metrics with `update_state(real, fake)`; updated by
                `evaluate` and validation.
            steps_per_execution: Batches in each compiled call (TensorFlow and
                JAX). `"auto"` lets `fit` take several where steps are so
                short that calling them shows, and no callback wants each
                batch. A callback with batch methods does, unless it says
                otherwise by an attribute `wants_each_batch = False`.
            jit_compile: `"auto"` compiles with XLA on accelerators and JAX;
                on TensorFlow and CPU the plain graph is faster.
            run_eagerly: Whether to run step by step, to debug.
            auto_scale_loss: Whether the optimizers scale their loss where a
                network computes in float16.

        Raises:
            TypeError: If an argument is none of these.
            ValueError: If a loss, optimizer or player is unknown, two players
                share an optimizer, one was built for other weights, a player
                has nothing to train, a network belongs to no player, or the
                backend cannot do what is asked.
        """
        if optimizers is not None and not isinstance(optimizers, Mapping):
            raise TypeError(
                "`optimizers` must be a dictionary with an optimizer for each "
                f"player: {list(self.players)}. "
                f"{received('optimizers', optimizers)}"
            )
        measures = type(self)._measure is not AdversarialModel._measure
        if metrics and not measures:
            raise ValueError(
                f"{type(self).__name__} does not say which samples its metrics "
                "compare, so `compile` takes no metrics. "
                f"{received('metrics', metrics)}"
            )
        together = merged_steps.checked(steps_per_execution)
        penalised = any(p.regularizers for p in self.players.values())
        backend.refuse_unsupported(jit_compile, together, penalised)
        network_checks.refuse_untrained(self)
        self._choose_loss(self.default_loss if loss is None else loss)
        with backend.strategy_scope(self):
            self._trackers = Trackers(self.log_names, metrics)
            made = player_optimizers.for_players(
                self.players,
                optimizers or {},
                self.default_optimizer,
                auto_scale_loss,
            )
            optimizer = self._joined(made)
            optimizer.built = True
            for player in self.players.values():
                turns.count_updates(player)
        super().compile(
            optimizer=optimizer,
            loss=None,
            steps_per_execution=together,
            jit_compile=backend.resolve_jit_compile(jit_compile),
            run_eagerly=run_eagerly,
            auto_scale_loss=False,
        )
        self.compile_settings = {
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
            "auto_scale_loss": auto_scale_loss,
        }
        self._forms_seen: set[Any] = set()
        self.steps_traced = 1
        self._after_compile()

    def _after_compile(self) -> None:
        """Does what follows from new optimizers."""

    def _choose_loss(self, loss: Any) -> None:
        self.adversarial_loss = losses.get(loss)
        self._values_of: dict[str, Values | None] = {}
        self._gives_probabilities: dict[str, bool] = {}
        for player in self.players.judges:
            for name in player.networks:
                values = self._score_values(name)
                self._values_of[name] = values
                self._gives_probabilities[name] = are_probabilities(
                    self.adversarial_loss, values
                )

    def _score_values(self, name: str) -> Values | None:
        """Returns which scores a network can give, if known."""
        network = self.players.networks[name]
        run = network_checks.random_call(network)
        return output_values(network, run)

    def _joined(self, optimizers: dict[str, Any]) -> PlayersOptimizer:
        """Returns all optimizers as the one that Keras knows."""
        return PlayersOptimizer(optimizers)

    def _ensure_compiled(self) -> None:
        if not self.compiled:
            self.compile()

    # --------------------------------------------------------------- training

    @property
    def state(self) -> list[keras.Variable]:
        """All variables that a step may read or change, but the metrics'."""
        return [*self.variables, *self.optimizer.variables]

    def update(self, data: Any) -> Logs:
        """Trains on one batch, in place, and returns the logs."""
        data = held_data.taken(self, data)
        batch = self.unpack(data_forms.as_unpacked(data))
        turns.Turns(self, batch).take()
        return self._trackers.logs(self.watches_gradients)

    def score(self, data: Any) -> Logs:
        """Evaluates one batch, changing metrics only, and returns the logs."""
        batch = self.unpack(data_forms.as_unpacked(data))
        outputs = turns.score(self, batch)
        if self._trackers.compiled:
            self._measure(batch, outputs)
        return self._trackers.logs(self.watches_gradients, compiled=True)

    def _measure(self, batch: Any, outputs: Any) -> None:
        """Shows real and made samples to the metrics given to `compile`."""

    def _after_turn(self, player: Player, logs: Logs) -> None:
        """Does what follows from the logs of a player's update."""

    def _passes_shared(
        self,
        player: Player,
        batch: Any,
        outputs: Any,
        due: Sequence[Penalty],
        training: bool,
    ) -> contextlib.AbstractContextManager[Any]:
        """Lets penalties use the forward passes of the loss, inside it."""
        return contextlib.nullcontext()

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        **kwargs: Any,
    ) -> Any:
        """Trains as `keras.Model.fit` does, compiled by default if needed.

        NumPy arrays are shuffled in an order that the model's seed and the
        number of the epoch decide, so that a resumed run sees what it would
        have seen. Epochs are counted over all calls of `fit`: `fit(x,
        epochs=1)` in a loop sees a new order each time.

        The logs of an epoch are means over its real images: the value of a
        batch counts as often as the batch has images.

        Args:
            x: Real images, `(images, labels)`, a list of images or a dict with
                `"image"` and `"label"`, as arrays; or batches of them: tf.data,
                a `keras.utils.PyDataset`, a torch DataLoader or a generator,
                whose batches without images are passed over. Other columns of
                a dict are left out, text on every backend. A
                model with an `unpack` of its own takes what that takes.
            y: Labels, where `x` is an array.
            batch_size: Images in a batch, where `x` is an array. Default: 32.
            epochs: How often to go through the data.
            **kwargs: As in `keras.Model.fit`, without `sample_weight` and
                `class_weight`.

        Raises:
            ValueError: If the first batch cannot be trained on: wrong shape or
                type, NaN, missing or impossible labels, no data; that of the
                validation data too. Of arrays and `ImageBatches` all labels
                are looked at, and all images for NaN. If `batch_size` is no
                whole number above 0. If there are weights of samples.
        """
        self._ensure_compiled()
        network_checks.warn_of_other_weights(list(self.players.values()))
        data_forms.refuse_weights(kwargs)
        kwargs = {"batch_size": batch_size, "epochs": epochs, **kwargs}
        looked = look_at(self, x, y, batch_size)
        self._remember(x, looked)
        looked, kwargs = with_validation(self, looked, kwargs)
        x, y, kwargs = ordering.in_epoch_order(
            looked.x, looked.y, self.seed, kwargs
        )
        together = merged_steps.choose(self, x, kwargs)
        kwargs["callbacks"] = ordering.with_epochs(
            self,
            x,
            several_workers.callbacks_of(self, kwargs.get("callbacks")),
        )
        with (
            held_data.sent(self, x, kwargs) as sent,
            merged_steps.together(self, together),
        ):
            history = super().fit(sent, y, **kwargs)
        self._warn_of_no_update()
        return history

    def _data_forms(self) -> data_forms.Forms:
        """Returns the forms in which data may come."""
        return data_forms.Forms((), told=True, own=True)

    def _has_own_unpack(self) -> bool:
        """Whether the batches hold what only `unpack` knows."""
        return True

    def _remember(self, data: Any, looked: Looked) -> None:
        """Keeps what callbacks and pictures need of the real images."""
        if looked.first_batch is not None:
            self.first_batch = looked.first_batch

    def _warn_of_no_update(self) -> None:
        done = int(ops.convert_to_numpy(self.optimizer.iterations))
        for player in self.players.values():
            if 0 < done < player.every:
                warnings.warn(
                    f"The {player.name} has not been updated: {done} steps of "
                    f"training are fewer than {self._every_by_name(player)}. "
                    "Train on more batches or epochs.",
                    stacklevel=4,
                )

    def _every_by_name(self, player: Player) -> str:
        return f"every={player.every}"

    def evaluate(self, x: Any = None, y: Any = None, **kwargs: Any) -> Any:
        """Computes the losses on real data, in inference mode.

        The noise is the same at each call, and training is not changed.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            **kwargs: As in `keras.Model.evaluate`.
        """
        self._ensure_compiled()
        data_forms.refuse_weights(kwargs)
        if not kwargs.get("_use_cached_eval_dataset"):
            looked = look_at(self, x, y, kwargs.get("batch_size"))
            x, y = pixel_bytes.as_bytes(looked.x), looked.y
        self._restart_evaluation_noise()
        state = backend.random_state()
        try:
            return super().evaluate(x, y, **kwargs)
        finally:
            backend.set_random_state(state)

    def train_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Trains on one batch of real data; see `fit`."""
        self._ensure_compiled()
        data_forms.refuse_weights(kwargs)
        x, y = self._looked_at_batch(x, y, training=True)
        return super().train_on_batch(x, y, **kwargs)

    def test_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Computes the losses on one batch of real data; see `evaluate`."""
        self._ensure_compiled()
        data_forms.refuse_weights(kwargs)
        x, y = self._looked_at_batch(x, y, training=False)
        self._restart_evaluation_noise()
        return super().test_on_batch(x, y, **kwargs)

    def _looked_at_batch(self, x: Any, y: Any, training: bool) -> Any:
        """Looks at a batch of a form that has not come before."""
        form = data_forms.form_of((x, y))
        if (form, training) in self._forms_seen:
            return x, y
        looked = look_at(self, x, y, None)
        if training:
            network_checks.warn_of_other_weights(list(self.players.values()))
            self._remember(x, looked)
        if form is not None:
            self._forms_seen.add((form, training))
        return looked.x, looked.y

    def _restart_evaluation_noise(self) -> None:
        state = self.evaluation_seed_generator.state
        seed = self.seed or 0
        state.assign(ops.convert_to_tensor([seed, 0], dtype=state.dtype))

    # --------------------------------------------------------------- watching

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The trackers of the logs and the metrics given to `compile`."""
        trackers = getattr(self, "_trackers", None)
        return [] if trackers is None else trackers.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        hidden = () if self._watching_gradients else self.norm_names
        return [each.name for each in self.metrics if each.name not in hidden]

    @property
    def watches_gradients(self) -> bool:
        """Whether the logs hold each player's gradient norm."""
        return self._watching_gradients

    def watch_gradients(self, on: bool = True) -> None:
        """Puts each player's global gradient norm into the logs, or not.

        They are called `d_gradient_norm` and `g_gradient_norm` and are taken
        before any clipping. Takes effect with the next `fit`, or, from
        a callback's `on_train_begin`, with this one.
        """
        if on != self._watching_gradients:
            self._watching_gradients = on
            self.train_function = None

    def gradients(self, batch: Any = None) -> Iterator[tuple[str, str, Array]]:
        """Yields player, path and gradient of each trained variable.

        They are taken in training mode, and everything that changed is put
        back.

        Args:
            batch: As from `unpack`. Default: the first batch. Before any `fit`
                there is none, and nothing is yielded.
        """
        if batch is None and self.first_batch is not None:
            batch = as_tensors(self.first_batch.batch)
        if batch is not None:
            with saved_state.unchanged(self):
                yield from turns.gradients(self, batch)

    @property
    def makes_pictures(self) -> bool:
        """Whether there is something to look at: `pictures` is overridden."""
        return type(self).pictures is not AdversarialModel.pictures

    def fixed_samples(
        self,
        num_images: int = 16,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int = 0,
        across: bool = False,
    ) -> Any:
        """Returns what snapshots show: the same samples, drawn anew each time.

        Args:
            num_images: How many samples.
            latents: Latents of the user's own, where the model takes them.
            labels: Classes, where the model takes them.
            seed: Seed of latents that are drawn.
            across: Whether classes get columns rather than rows.

        Returns:
            An object with `grid()`, a picture of what the model makes now.
        """
        del seed, across
        for name, value in (("latents", latents), ("labels", labels)):
            if value is not None:
                raise ValueError(
                    f"{type(self).__name__} shows what it makes of the first "
                    f"batch, so it takes no {name}. {received(name, value)}"
                )
        return FixedRows(self, num_images)

    def show(
        self,
        n: int = 16,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int | None = None,
    ) -> Image.Image:
        """Draws what the model makes now, in one picture.

        Args:
            n: How many samples, rounded up to full rows of classes. Of points,
                2,500 at least.
            latents: Latents of the user's own, where the model takes them.
            labels: Classes, where the model takes them. Default: all.
            seed: Seed of latents that are drawn. Default: a random one.

        Returns:
            A Pillow image. A notebook shows it where it is the last line of a
            cell; `.save("samples.png")` writes it.

        Raises:
            ValueError: If the samples are no pictures, or latents or labels
                don't fit.

        Example:
            >>> gan.show(16)
        """
        n = whole_number("n", n, 1, _MOST_SHOWN)
        seed = seed_or_none("seed", seed)
        if seed is None:
            seed = int(np.random.default_rng().integers(LARGEST_SEED))
        samples = self.fixed_samples(
            n, latents=latents, labels=labels, seed=seed
        )
        picture: Image.Image = samples.grid()
        return picture

    def __repr__(self) -> str:
        # A constructor that fails shows what it was given, and itself.
        ready = getattr(self, "built", False) and hasattr(self, "players")
        return describing.in_a_line(self) if ready else super().__repr__()

    def _repr_html_(self) -> str:
        """Returns what a notebook shows of the model."""
        return describing.as_html(self)

    def scored_samples(self, seed: int = 0) -> ScoredSamples | None:
        """Returns some real and made images with their scores, if it has any.

        Args:
            seed: Seed of the latents.
        """
        del seed
        return None

    @property
    def loss_names(self) -> list[str]:
        """The names of the logs of the players' losses."""
        return [f"{player.prefix}_loss" for player in self.players.values()]

    @property
    def penalty_names(self) -> list[str]:
        """The names of the logs of the penalties."""
        return [
            each.name
            for player in self.players.values()
            for each in player.regularizers
        ]

    @property
    def norm_names(self) -> list[str]:
        """The names of the logs of the gradient norms."""
        return [f"{p.prefix}_gradient_norm" for p in self.players.values()]

    # ----------------------------------------------------------------- saving

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, as far as they are known.

        These are `name`, `seed` and every network by its name.
        """
        save = keras.saving.serialize_keras_object
        networks = self.players.networks.items()
        return {
            "name": self.name,
            **{name: save(network) for name, network in networks},
            "seed": self.seed,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes the model that `get_config` described."""
        restored = {
            key: keras.saving.deserialize_keras_object(
                value, custom_objects=custom_objects
            )
            for key, value in config.items()
        }
        return cls(**restored)

    def get_compile_config(self) -> dict[str, Any]:
        """Returns what `compile` was called with."""
        if not self.compiled:
            return {}
        save = keras.saving.serialize_keras_object
        return {
            "optimizers": {
                player.name: serialize(player.optimizer)
                for player in self.players.values()
            },
            "loss": save(self.adversarial_loss),
            "metrics": [save(metric) for metric in self._trackers.compiled],
            **self.compile_settings,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles as `get_compile_config` described."""
        config = dict(config)
        restore = keras.saving.deserialize_keras_object
        config["optimizers"] = {
            name: restore(each) for name, each in config["optimizers"].items()
        }
        config["loss"] = restore(config["loss"])
        config["metrics"] = [restore(each) for each in config["metrics"]]
        self.compile(**config)

    def save(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Saves the model to a `.keras` file, as `keras.Model.save` does.

        Where several workers train, one of them may call it alone.

        Args:
            filepath: The file, ending in `.keras`.
            *args: As in `keras.Model.save`.
            **kwargs: As in `keras.Model.save`.

        Raises:
            ValueError: If the ending is that of the older HDF5 format, which
                holds one optimizer and no random state.
        """
        saved_state.refuse_older_format(filepath)
        with backend.alone(self):
            super().save(filepath, *args, **kwargs)

    def save_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Saves weights with every optimizer's state, seeds and counters.

        Where several workers train, one of them may call it alone.

        Args:
            filepath: The file, ending in `.weights.h5`.
            *args: As in `keras.Model.save_weights`.
            **kwargs: As in `keras.Model.save_weights`.
        """
        with backend.alone(self):
            super().save_weights(filepath, *args, **kwargs)

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Loads weights with every optimizer's state, seeds and counters.

        A model that was not compiled is compiled with the defaults first, so
        that the optimizers' state has a place to go to.

        Raises:
            ValueError: If the file's optimizers are not the model's.
        """
        self._ensure_compiled()
        super().load_weights(filepath, *args, **kwargs)

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Saves, beside the weights, the state of all random generators.

        And how many epochs have been put in order.
        """
        super().save_own_variables(store)
        saved_state.save_random(self, store)
        saved_state.save_players(self.players, store)
        store["epochs_ordered"] = np.array(self.epochs_ordered)

    def load_own_variables(self, store: Any) -> None:
        """Restores what `save_own_variables` saved.

        Raises:
            ValueError: If the random state is missing or another model's.
        """
        keys = list(store.keys())
        own = {key: store[key] for key in keys if key.isdigit()}
        super().load_own_variables(own)
        # Files of the first version lack the count.
        count = store["epochs_ordered"] if "epochs_ordered" in keys else 0
        self.epochs_ordered = int(np.array(count))
        saved_state.load_random(self, store)
        saved_state.compare_players(self.players, store)
