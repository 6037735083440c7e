"""How is a GAN compiled, and how does it come back compiled?"""

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras

from keras_gan import backend, losses
from keras_gan.augment import AdaptiveAugment
from keras_gan.models import executions
from keras_gan.models.output_values import Values
from keras_gan.models.scores import are_probabilities
from keras_gan.models.trackers import Trackers
from keras_gan.optimizers import GANOptimizer, serialize


class Compiling:
    """`compile`, and what saving keeps of it."""

    default_loss: str
    generator: keras.Model
    discriminator: keras.Model
    augment: keras.layers.Layer | None

    adversarial_loss: losses.AdversarialLoss
    _score_values: Callable[[], Values | None]
    _trackers: Trackers

    def compile(
        self,
        d_opt: Any = None,
        g_opt: Any = None,
        loss: Any = None,
        *,
        metrics: Any = None,
        steps_per_execution: int | str = "auto",
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        auto_scale_loss: bool = True,
        **unknown: Any,
    ) -> None:
        """Configures the two players' training.

        Args:
            d_opt: The discriminator's optimizer, an instance or a name.
                Default: Adam at 2e-4, beta_1 0.5 (1e-4, 0.0 and 0.9 for the
                WGAN-GP models).
            g_opt: The generator's optimizer, another instance or a name.
            loss: A name or instance from `keras_gan.losses`, a Keras loss, or
                a pair `(d_loss(real_scores, fake_scores),
                g_loss(fake_scores))`. Default: `"non_saturating"`
                (`"wasserstein"` for the WGAN-GP models).
            metrics: Keras metrics with `update_state(real, fake)` on images;
                updated by `evaluate` and validation.
            steps_per_execution: Batches in each compiled call (TensorFlow and
                JAX). `"auto"` lets `fit` take several where steps are so
                short that calling them shows, and no callback wants each
                batch. A callback with batch methods does, unless it says
                otherwise by an attribute `wants_each_batch = False`.
            jit_compile: `"auto"` compiles with XLA on accelerators and JAX;
                on TensorFlow and CPU the plain graph is faster.
            run_eagerly: Whether to run step by step, to debug.
            auto_scale_loss: Whether both optimizers scale their loss where a
                network computes in float16.
            **unknown: Refused.

        Raises:
            TypeError: If an argument is none of these, such as `optimizer`.
            ValueError: If a loss or optimizer is unknown, both players share
                an optimizer, a network has nothing to train, or the backend
                cannot do what is asked.
        """
        if unknown:
            raise TypeError(
                "`compile` of a GAN takes d_opt and g_opt, an optimizer for "
                "each player, and loss; all else is as in keras.Model.compile. "
                f"Received: {sorted(unknown)}"
            )
        refuse = backend.refuse_unsupported
        together = _steps(steps_per_execution)
        refuse(jit_compile, together, bool(self.regularizers))  # type: ignore[attr-defined]
        self._choose_loss(self.default_loss if loss is None else loss)
        self._trackers.compiled = _metrics(metrics)
        with backend.strategy_scope(self):
            optimizer = self._make_optimizers(d_opt, g_opt, auto_scale_loss)
        super().compile(  # type: ignore[misc]
            optimizer=optimizer,
            loss=None,
            steps_per_execution=together,
            jit_compile=backend.resolve_jit_compile(jit_compile),
            run_eagerly=run_eagerly,
            auto_scale_loss=False,
        )
        self._compile_settings = {
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
            "auto_scale_loss": auto_scale_loss,
        }
        self._forms_seen: set[Any] = set()
        self._steps_compiled = 1

    def default_optimizer(self) -> keras.optimizers.Optimizer:
        """Returns a new optimizer for a player that was given none."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5)

    def _choose_loss(self, loss: Any) -> None:
        self.adversarial_loss = losses.get(loss)
        values = self._score_values()
        self._gives_probabilities = are_probabilities(
            self.adversarial_loss, values
        )
        self._scores_are_shares = values is not None and values.shares
        self._warn_of_steering()

    def _warn_of_steering(self) -> None:
        if self.augment is None or self.adversarial_loss.boundary is not None:
            return
        inside = backend.flat_layers(self.augment)
        if any(isinstance(layer, AdaptiveAugment) for layer in inside):
            warnings.warn(
                "AdaptiveAugment follows how many real images the "
                "discriminator is sure of, but under "
                f"{type(self.adversarial_loss).__name__} the sign of a score "
                "says nothing, and its strength will drift. Use DiffAugment, "
                "another loss such as 'non_saturating', or, with a loss of "
                "your own, tell its boundary: "
                "keras_gan.losses.CallableLosses(d_loss, g_loss, boundary=0.0)"
                " or KerasLoss(loss, boundary=0.0).",
                stacklevel=4,
            )

    def _make_optimizers(
        self, d_opt: Any, g_opt: Any, auto_scale_loss: bool
    ) -> GANOptimizer:
        pair = []
        half = auto_scale_loss and any(
            layer.compute_dtype == "float16"
            for network in (self.discriminator, self.generator)
            for layer in backend.flat_layers(network)
        )
        if d_opt is not None and d_opt is g_opt and not isinstance(d_opt, str):
            GANOptimizer(d_opt, g_opt)  # Raises, with the reason.
        for player, given in (("discriminator", d_opt), ("generator", g_opt)):
            optimizer = self._optimizer(given, player)
            variables = getattr(self, player).trainable_variables
            if not variables:
                raise ValueError(
                    f"The {player} has no trainable weights, so there is "
                    "nothing to train. Is every layer frozen?"
                )
            scaled = keras.optimizers.LossScaleOptimizer
            if half and not isinstance(optimizer, scaled):
                optimizer = scaled(optimizer, name=f"{player}_loss_scale")
            backend.refuse_optimizer(optimizer)
            optimizer.build(variables)
            pair.append((optimizer, list(variables)))
        # Not a list or dict: Keras would save the variables twice.
        self._players = _Players(d=pair[0], g=pair[1])
        optimizer = GANOptimizer(pair[0][0], pair[1][0])
        optimizer.built = True
        return optimizer

    def _optimizer(self, given: Any, player: str) -> Any:
        if given is None:
            optimizer = self.default_optimizer()
        elif isinstance(given, keras.optimizers.Optimizer):
            return given
        else:
            optimizer = keras.optimizers.get(given)
        # The learning rates' keys in the logs are made from these names.
        config = {**optimizer.get_config(), "name": player}
        return type(optimizer).from_config(config)

    def _ensure_compiled(self) -> None:
        if not self.compiled:  # type: ignore[attr-defined]
            self.compile()

    def _warn_of_other_weights(self) -> None:
        """Warns of layers that were frozen or thawed since `compile`."""
        for player in ("discriminator", "generator"):
            now = {id(v) for v in getattr(self, player).trainable_variables}
            _, trained = self._players[player[0]]
            if now != {id(v) for v in trained}:
                warnings.warn(
                    f"`trainable` of the {player} or a layer in it has been "
                    "changed since `compile`, which has no effect: the same "
                    f"{len(trained)} variables as then are trained, and not "
                    f"the {len(now)} that are trainable now. Call `compile` "
                    "again.",
                    stacklevel=4,
                )

    # ----------------------------------------------------------- saving it

    def get_compile_config(self) -> dict[str, Any]:
        """Returns what `compile` was called with."""
        if not self.compiled:  # type: ignore[attr-defined]
            return {}
        save = keras.saving.serialize_keras_object
        optimizer = self.optimizer  # type: ignore[attr-defined]
        return {
            "d_opt": serialize(optimizer.discriminator),
            "g_opt": serialize(optimizer.generator),
            "loss": save(self.adversarial_loss),
            "metrics": [save(metric) for metric in self._trackers.compiled],
            **self._compile_settings,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles as `get_compile_config` described."""
        config = dict(config)
        restore = keras.saving.deserialize_keras_object
        for key in ("d_opt", "g_opt", "loss"):
            config[key] = restore(config[key])
        config["metrics"] = [restore(each) for each in config["metrics"]]
        self.compile(**config)


def _steps(requested: int | str) -> int:
    """Checks `steps_per_execution`; left open, it is 1 outside `fit`."""
    if requested == executions.AUTO:
        return 1
    if isinstance(requested, str) or requested < 1:
        raise ValueError(
            "`steps_per_execution` must be a number of at least 1 or "
            f'"auto". Received: steps_per_execution={requested!r}'
        )
    return int(requested)


class _Players(SimpleNamespace):
    """Each player's optimizer and the variables that it updates."""

    def __getitem__(self, player: str) -> Any:
        return getattr(self, player)


def _metrics(metrics: Any) -> tuple[keras.metrics.Metric, ...]:
    given = () if metrics is None else metrics
    given = given if isinstance(given, (list, tuple)) else [given]
    for metric in given:
        if not isinstance(metric, keras.metrics.Metric):
            raise TypeError(
                "`metrics` of a GAN are keras.metrics.Metric instances with "
                "update_state(real, fake), such as keras_gan.metrics' own. "
                f"Received: {metric!r}"
            )
    return tuple(given)
