"""The port on TensorFlow: tapes, and replicas of `tf.distribute`."""

import contextlib
import functools
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf

from keras_gan._typing import Tensor
from keras_gan.backend.port import Recording
from keras_gan.backend.tensorflow_data import RowsInVariables, UntunedStrategy
from keras_gan.backend.tensorflow_optimizers import (
    adam_in_one_kernel,
    clipping_shared,
)
from keras_gan.backend.workers import Workers


def record(
    function: Callable[[], Any],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
) -> Recording:
    del state  # Variables change in place.
    tape = tf.GradientTape(watch_accessed_variables=False)
    with tape:
        tape.watch([_own_copy(v.value) for v in wrt])
        output = function()
    return Recording(output, tape)


def value_and_grad(
    objective: Callable[..., tuple[Tensor, Any]],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
    recording: Recording | None = None,
) -> tuple[Any, list[Tensor | None]]:
    del state  # Variables change in place.
    values = [_own_copy(v.value) for v in wrt]
    tape = tf.GradientTape(watch_accessed_variables=False)
    given = []
    if recording is not None:
        tape, given = recording.way_back, [recording.output]
    with tape:
        tape.watch(values)
        loss, aux = objective(*given)
        # Replicas' gradients are summed by the optimizer, so share the loss.
        loss = loss / replica()[1]
    return aux, _summed(tape.gradient(loss, values))


def _own_copy(value: Any) -> Any:
    """Returns what a tape can watch: outside of a step, the first copy."""
    if tf.distribute.in_cross_replica_context():
        return tf.distribute.get_strategy().experimental_local_results(value)[0]
    return value


def _summed(gradients: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Sums over replicas, where they are needed whole."""
    found = [tf.convert_to_tensor(g) for g in gradients if g is not None]
    summed = iter(all_sum(found))
    return [None if g is None else next(summed) for g in gradients]


def outputs_and_gradient(
    function: Callable[[Tensor], tuple[Tensor, Any]],
    x: Tensor,
    state: Sequence[keras.Variable] = (),
) -> tuple[Any, Tensor]:
    del state  # Variables change in place.
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        scores, outputs = function(x)
        score = tf.reduce_sum(scores)
    return outputs, tape.gradient(score, x, unconnected_gradients="zero")


def compiled(
    function: Callable[[], Any], state: Sequence[keras.Variable]
) -> Callable[[], Any]:
    del state  # Variables change in place.
    # TensorFlow counts by their code how often functions are traced, and warns
    # of methods of many objects. A partial function has no code of its own.
    run: Callable[[], Any] = tf.function(
        functools.partial(function), autograph=False
    )
    return run


def constant(function: Callable[[], Any]) -> Any:
    return tf.nest.map_structure(tf.stop_gradient, function())


def apply_gradients(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[Tensor | None],
    variables: Sequence[keras.Variable],
) -> None:
    count = tf.distribute.get_strategy().num_replicas_in_sync
    if count == 1:
        with adam_in_one_kernel(optimizer):
            optimizer.apply(list(gradients), list(variables))
        return
    # Keras looks for overflow on replica 0 only, and clips on each replica by
    # itself; both are right with what is summed already, and summed again.
    pairs = [
        (g / count, v)
        for g, v in zip(gradients, variables, strict=True)
        if g is not None
    ]
    with clipping_shared(optimizer, count), adam_in_one_kernel(optimizer):
        optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])


def update_if(
    predicate: Tensor,
    function: Callable[..., None],
    args: tuple[Any, ...],
    state: Sequence[keras.Variable] = (),
) -> None:
    del state
    if not tf.distribute.has_strategy():
        tf.cond(predicate, _returning_zero(function, *args), lambda: 0)
        return
    # Of one replica, too: optimizers merge the replicas, which a strategy
    # refuses inside a branch.

    def across(
        strategy: tf.distribute.Strategy, predicate: Tensor, *args: Any
    ) -> None:
        first = strategy.experimental_local_results(predicate)[0]
        everywhere = strategy.extended.call_for_each_replica
        tf.cond(first, _returning_zero(everywhere, function, args), lambda: 0)

    context = tf.distribute.get_replica_context()
    context.merge_call(across, args=(predicate, *args))


def _returning_zero(
    function: Callable[..., Any], *args: Any
) -> Callable[[], int]:
    def run() -> int:
        function(*args)
        return 0  # Both branches must return alike.

    return run


def replica() -> tuple[Tensor, int]:
    context = _replica_context()
    if context is None:
        return 0, 1
    return context.replica_id_in_sync_group, context.num_replicas_in_sync


def all_sum(x: Any) -> Any:
    context = _replica_context()
    if context is None:
        return x
    return context.all_reduce(tf.distribute.ReduceOp.SUM, x)


def _replica_context() -> Any:
    """Returns that of one of several replicas; `None` outside of a step.

    What runs in a strategy's scope, but in no step, runs once.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return None
    return context


def worker(model: keras.Model) -> tuple[int, int]:
    strategy = model.distribute_strategy
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return 0, 1
    return _place(strategy.cluster_resolver)


def _place(resolver: Any) -> tuple[int, int]:
    """Which of a cluster's processes this is, and of how many."""
    cluster = resolver.cluster_spec().as_dict()
    chiefs, others = (len(cluster.get(k, ())) for k in ("chief", "worker"))
    before = 0 if resolver.task_type == "chief" else chiefs
    return before + (resolver.task_id or 0), max(1, chiefs + others)


def alone(model: keras.Model) -> contextlib.AbstractContextManager[None]:
    del model  # Outside of a step, each process reads its own variables.
    return contextlib.nullcontext()


_sums: WeakKeyDictionary[keras.Model, Callable[[Tensor], Any]]
_sums = WeakKeyDictionary()


def workers_sum(
    model: keras.Model, numbers: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    strategy = model.distribute_strategy
    if model not in _sums:
        devices = strategy.num_replicas_in_sync // worker(model)[1]
        _sums[model] = _sum_by(strategy, devices)
    total = _sums[model](tf.constant(numbers))
    found: np.ndarray[Any, Any]
    found = strategy.experimental_local_results(total)[0].numpy()
    return found


def _sum_by(
    strategy: tf.distribute.Strategy, devices: int
) -> Callable[[Tensor], Any]:
    """Compiles a sum over workers that have so many devices each."""

    def of_all(numbers: Tensor) -> Tensor:
        index, _ = replica()
        # The first replica speaks for its worker.
        return all_sum(numbers * tf.cast(index % devices == 0, "int32"))

    run: Callable[[Tensor], Any] = tf.function(
        lambda numbers: strategy.run(of_all, args=(numbers,)),
        input_signature=[tf.TensorSpec((None,), "int32")],
        autograph=False,
    )
    return run


_predictors: WeakKeyDictionary[keras.Model, Callable[[Any], Any]]
_predictors = WeakKeyDictionary()


def predict_on_batch(network: keras.Model, inputs: Any) -> Any:
    if network.distribute_strategy.num_replicas_in_sync == 1:
        return network.predict_on_batch(inputs)
    # Keras has each replica, and so each worker, do the whole batch.
    if network not in _predictors:
        _predictors[network] = _predictor(network)
    tensors = tf.nest.map_structure(tf.convert_to_tensor, inputs)
    return tf.nest.map_structure(
        lambda output: output.numpy(), _predictors[network](tensors)
    )


def _predictor(network: keras.Model) -> Callable[[Any], Any]:
    known = weakref.ref(network)  # Else it would keep itself.
    run: Callable[[Any], Any] = tf.function(
        lambda inputs: known()(inputs, training=False),  # type: ignore[misc]
        reduce_retracing=True,
        autograph=False,
    )
    return run


@contextlib.contextmanager
def distributed(engine: str) -> Iterator[Workers]:
    if engine == "mirrored":
        yield Workers(scope=tf.distribute.MirroredStrategy().scope)
    elif engine == "multiworker":
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        # Which of these it is depends on who notices first.
        errors = (
            tf.errors.UnavailableError,
            tf.errors.AbortedError,
            tf.errors.CancelledError,
            tf.errors.DeadlineExceededError,
            tf.errors.InternalError,
        )
        # Its part of the data is left whole: `fit` takes it out of them.
        rank, count = _place(strategy.cluster_resolver)
        yield Workers(
            rank, count, scope=strategy.scope, connection_errors=errors
        )
    else:
        raise ValueError(
            "The tensorflow backend distributes by mirrored or multiworker. "
            f"Received: {engine}"
        )


def strategy_scope(
    model: keras.Model,
) -> contextlib.AbstractContextManager[Any]:
    scope: contextlib.AbstractContextManager[Any]
    scope = model.distribute_strategy.scope()
    return scope


def resolve_jit_compile(requested: bool | str) -> bool | str:
    # XLA on accelerators, not on the CPU: there a DCGAN step took twice as long
    # as in the plain graph, and a WGAN-GP step of five critic steps did not
    # compile within minutes.
    if requested == "auto" and not tf.config.list_physical_devices("GPU"):
        return bool(tf.config.list_physical_devices("TPU")) and "auto"
    return requested


def eagerly(function: Callable[[], Tensor]) -> Tensor:
    return function()


def predict_any_size(
    network: keras.Model, shape: tuple[int | None, ...]
) -> None:
    # TensorFlow would trace the sizes of the first calls one after the other,
    # and warn of it.
    if network.predict_function is not None:
        return
    network.make_predict_function()
    traced: Any = network.predict_function
    if hasattr(traced, "get_concrete_function"):  # Not where it runs eagerly.
        traced.get_concrete_function([(tf.TensorSpec(shape, "float32"),)])


def convolves_groups_apart() -> bool:
    # TensorFlow has no gradient of grouped convolutions on the CPU, so Keras
    # compiles them with XLA, whose gradient is a plain loop there.
    return not tf.config.list_physical_devices("GPU")


def merges_steps(model: keras.Model) -> bool:
    count: int = model.distribute_strategy.num_replicas_in_sync
    return count == 1


def holds_rows(model: keras.Model) -> bool:
    with model.distribute_strategy.scope():
        return not tf.distribute.has_strategy()


def refuse_unsupported(
    jit_compile: bool | str, steps_per_execution: int, penalised: bool
) -> None:
    del jit_compile, steps_per_execution, penalised


def refuse_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    mirrored = (
        tf.distribute.MirroredStrategy,
        tf.distribute.MultiWorkerMirroredStrategy,
    )
    if not isinstance(tf.distribute.get_strategy(), mirrored):
        return
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    for name in ("gradient_accumulation_steps", "ema_overwrite_frequency"):
        # Keras merges the replicas inside the branch that these make.
        if getattr(inner, name):
            raise ValueError(
                f"Keras cannot train with `{name}` under a MirroredStrategy "
                f"or MultiWorkerMirroredStrategy. Received: {inner.name} with "
                f"{name}={getattr(inner, name)}. Leave it out, or train on "
                "one device without a strategy."
            )


def random_state() -> dict[str, np.ndarray[Any, Any]]:
    return {}


def set_random_state(state: dict[str, np.ndarray[Any, Any]]) -> None:
    del state


def layer_generator_states(layer: keras.layers.Layer) -> list[Any]:
    # The layers of keras_cv draw from these.
    generators = [
        value
        for value in vars(layer).values()
        if isinstance(value, tf.random.Generator)
    ]
    return [generator.state for generator in generators]


Adam = keras.optimizers.Adam
HeldRows = RowsInVariables


class Stepper:
    """The steps of Keras' trainer, in terms of `update` and `score`."""

    @property
    def distribute_strategy(self) -> Any:
        """What Keras trains under and has hand out its data."""
        return UntunedStrategy(super().distribute_strategy)  # type: ignore[misc]

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Trains on one batch and returns the logs."""
        return _with_worker_axis(self.update(data))  # type: ignore[attr-defined]

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Scores one batch and returns the logs."""
        return _with_worker_axis(self.score(data))  # type: ignore[attr-defined]

    def _maybe_symbolic_build(
        self, iterator: Any = None, data_batch: Any = None
    ) -> None:
        """Does nothing: a GAN is built when it is made.

        Overrides a private method of Keras, which would reduce the first batch
        over the workers to learn its shape, and fails where that batch has
        labels. `tests/test_replicas.py` trains such workers.
        """


def _with_worker_axis(logs: dict[str, Tensor]) -> dict[str, Tensor]:
    strategy = tf.distribute.get_strategy()
    if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        # Keras averages workers' logs along axis 0.
        return {name: tf.reshape(value, (1,)) for name, value in logs.items()}
    return logs
