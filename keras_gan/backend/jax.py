"""The port on JAX: stateful code run as pure functions of its variables."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils

from keras_gan._typing import Tensor
from keras_gan.backend.held_rows import Array, RowsInBatches
from keras_gan.backend.port import Recording
from keras_gan.backend.workers import Workers


def record(
    function: Callable[[], Any],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
) -> Recording:
    held = _without(state, wrt)
    run = _pure(lambda: function(), [*wrt, *held])

    def forward(values: list[Tensor]) -> tuple[Any, list[Tensor]]:
        output, new = run([*values, *_values(held)])
        return output, new[len(values) :]

    output, pullback, new = jax.vjp(forward, _values(wrt), has_aux=True)
    _assign(held, new)
    return Recording(output, pullback)


def value_and_grad(
    objective: Callable[..., tuple[Tensor, Any]],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
    recording: Recording | None = None,
) -> tuple[Any, list[Tensor | None]]:
    held = _without(state, wrt)
    run = _pure(lambda *given: objective(*given), [*wrt, *held])

    def loss(values: list[Tensor], given: list[Any]) -> tuple[Tensor, Any]:
        (value, aux), new = run([*values, *_values(held)], *given)
        return value, (aux, new[len(values) :])

    given = [] if recording is None else [recording.output]
    # Integers, such as drawn labels, have a gradient of JAX's type for none.
    differentiate = jax.grad(loss, argnums=(0, 1), has_aux=True, allow_int=True)
    (gradients, by_output), (aux, new) = differentiate(_values(wrt), given)
    _assign(held, new)
    if recording is not None:
        (through,) = recording.way_back(by_output[0])
        gradients = [a + b for a, b in zip(gradients, through, strict=True)]
    return aux, gradients


def _without(
    state: Sequence[keras.Variable], wrt: Sequence[keras.Variable]
) -> list[keras.Variable]:
    wanted = {id(v) for v in wrt}
    return [v for v in state if id(v) not in wanted]


def outputs_and_gradient(
    function: Callable[[Tensor], tuple[Tensor, Any]],
    x: Tensor,
    state: Sequence[keras.Variable] = (),
) -> tuple[Any, Tensor]:
    variables = list(state)

    def score(x: Tensor) -> tuple[Tensor, tuple[Any, list[Tensor]]]:
        if not variables:
            # A scope of its own would hide the values of the one around it.
            scores, outputs = function(x)
            return scores.sum(), (outputs, [])
        (scores, outputs), new = _pure(function, variables)(
            _values(variables), x
        )
        return scores.sum(), (outputs, new)

    differentiate = jax.grad(score, has_aux=True)
    gradient, (outputs, new) = differentiate(jax.numpy.asarray(x))
    _assign(variables, new)
    return outputs, gradient


def compiled(
    function: Callable[[], Any], state: Sequence[keras.Variable]
) -> Callable[[], Any]:
    run = jax.jit(_pure(function, state))

    def call() -> Any:
        output, new = run(_values(state))
        _assign(state, new)
        return output

    return call


def constant(function: Callable[[], Any]) -> Any:
    return jax.lax.stop_gradient(function())


def apply_gradients(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[Tensor | None],
    variables: Sequence[keras.Variable],
) -> None:
    # `LossScaleOptimizer.apply` would leak tracers; its stateless form won't.
    new, new_state = optimizer.stateless_apply(
        _values(optimizer.variables), list(gradients), _values(variables)
    )
    _assign(variables, new)
    _assign(optimizer.variables, new_state)


def update_if(
    predicate: Tensor,
    function: Callable[..., None],
    args: tuple[Any, ...],
    state: Sequence[keras.Variable] = (),
) -> None:
    if not isinstance(predicate, jax.core.Tracer):
        if bool(predicate):
            function(*args)
        return
    run = _pure(lambda: function(*args), state)
    values = _values(state)
    _assign(
        state,
        jax.lax.cond(
            predicate, lambda now: run(now)[1], lambda now: now, values
        ),
    )


def _pure(
    function: Callable[..., Any], variables: Sequence[keras.Variable]
) -> Callable[..., tuple[Any, list[Tensor]]]:
    """Makes `function` one of its variables' values: (output, new values)."""

    def run(values: Sequence[Tensor], *args: Any) -> tuple[Any, list[Tensor]]:
        # A scope does not see its parent's values: map all of the state.
        mapping = list(zip(variables, values, strict=True))
        with keras.StatelessScope(mapping) as scope:
            output = function(*args)
        return output, [scope.get_current_value(v) for v in variables]

    return run


def _values(variables: Sequence[keras.Variable]) -> list[Tensor]:
    return [v.value for v in variables]


def _assign(
    variables: Sequence[keras.Variable], values: Sequence[Tensor]
) -> None:
    for variable, value in zip(variables, values, strict=True):
        if value is not variable.value:
            variable.assign(value)


def replica() -> tuple[int, int]:
    return 0, 1


def all_sum(x: Tensor) -> Tensor:
    return x


def worker(model: keras.Model) -> tuple[int, int]:
    del model  # Distribution is a global setting here.
    if keras.distribution.distribution() is None:
        return 0, 1
    return jax.process_index(), jax.process_count()


@contextlib.contextmanager
def alone(model: keras.Model) -> Iterator[None]:
    _, count = worker(model)
    if count == 1:
        yield
        return
    variables = [*model.variables, *model.metrics_variables]
    if model.optimizer is not None:
        variables += model.optimizer.variables
    with _on_one_device(variables):
        yield


@contextlib.contextmanager
def _on_one_device(variables: Sequence[keras.Variable]) -> Iterator[None]:
    """Has variables hold this process' own copies, and puts them back.

    A variable's values lie on the devices of all processes, and what is
    computed with them is computed by all. Keras has no public way to take them
    from there: assigning distributes a value again.
    """
    distribution = keras.distribution.distribution()
    several = list({id(v): v for v in variables}.values())
    held = [(v, v._value, v._layout) for v in several]
    keras.distribution.set_distribution(None)
    try:
        for variable, value, _ in held:
            variable._layout = None
            # A copy: Keras gives its memory away when it predicts.
            variable._value = value.addressable_data(0).copy()
        yield
    finally:
        for variable, value, layout in held:
            variable._value, variable._layout = value, layout
        keras.distribution.set_distribution(distribution)


def workers_sum(
    model: keras.Model, numbers: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    del model
    found: np.ndarray[Any, Any]
    found = multihost_utils.process_allgather(numbers).sum(axis=0)
    return found


def predict_on_batch(network: keras.Model, inputs: Any) -> Any:
    distribution = keras.distribution.distribution()
    if distribution is None:
        return network.predict_on_batch(inputs)
    size = len(keras.tree.flatten(inputs)[0])
    divides = size % distribution.device_mesh.devices.size == 0
    if jax.process_count() == 1 and divides:
        return network.predict_on_batch(inputs)
    with _on_one_device(network.variables):
        return network.predict_on_batch(inputs)


@contextlib.contextmanager
def distributed(engine: str) -> Iterator[Workers]:
    if engine not in ("data-parallel", "multiworker"):
        raise ValueError(
            "The jax backend distributes by data-parallel or multiworker. "
            f"Received: {engine}"
        )
    several = engine == "multiworker"
    if several:
        _join_processes()
    before = keras.distribution.distribution()
    # Each of several processes is fed its own part of each batch.
    parallel = keras.distribution.DataParallel(auto_shard_dataset=not several)
    keras.distribution.set_distribution(parallel)
    try:
        yield _workers() if several else Workers()
    finally:
        keras.distribution.set_distribution(before)


def _join_processes() -> None:
    # Else JAX aborts a process that has lost another one, after minutes and
    # with a dump, in place of an error that says what to do.
    jax.config.update("jax_enable_recoverability", True)
    try:
        keras.distribution.initialize()
    except (ValueError, RuntimeError) as error:
        raise ValueError(
            "With the jax backend, multiworker joins the processes that the "
            "environment variables KERAS_DISTRIBUTION_JOB_ADDRESSES (host:port "
            "of the first one), KERAS_DISTRIBUTION_NUM_PROCESSES and "
            "KERAS_DISTRIBUTION_PROCESS_ID name. Received: "
            f"{' '.join(str(error).split())[:200]}"
        ) from error


def _workers() -> Workers:
    rank, count = jax.process_index(), jax.process_count()
    return Workers(
        rank,
        count,
        part=(rank, count),
        # gloo's are the latter.
        connection_errors=(jax.errors.JaxRuntimeError, ValueError),
    )


def strategy_scope(
    model: keras.Model,
) -> contextlib.AbstractContextManager[Any]:
    del model  # Distribution is a global setting here.
    return contextlib.nullcontext()


def resolve_jit_compile(requested: bool | str) -> bool | str:
    # Keras compiles with JAX wherever it can.
    return requested


def eagerly(function: Callable[[], Tensor]) -> Tensor:
    # A `cond` on new closures, as in Keras' schedules, would be compiled, and
    # kept, at each call.
    with jax.disable_jit():
        return function()


def predict_any_size(
    network: keras.Model, shape: tuple[int | None, ...]
) -> None:
    del network, shape


def convolves_groups_apart() -> bool:
    # XLA computes the gradient of groups in a plain loop on the CPU.
    return bool(jax.default_backend() == "cpu")


def merges_steps(model: keras.Model) -> bool:
    del model  # Keras calls each step from Python here anyway.
    return False


def holds_rows(model: keras.Model) -> bool:
    del model  # Distribution is a global setting here.
    return keras.distribution.distribution() is None


def refuse_unsupported(
    jit_compile: bool | str, steps_per_execution: int, penalised: bool
) -> None:
    del jit_compile, steps_per_execution, penalised


def refuse_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    del optimizer


def random_state() -> dict[str, np.ndarray[Any, Any]]:
    return {}


def set_random_state(state: dict[str, np.ndarray[Any, Any]]) -> None:
    del state


def layer_generator_states(layer: keras.layers.Layer) -> list[Any]:
    del layer
    return []


Adam = keras.optimizers.Adam


class HeldRows(RowsInBatches):
    """Arrays on the device, of which a step takes some rows."""

    @staticmethod
    def placed(array: Array) -> Tensor:
        """Brings an array onto the device."""
        return jax.numpy.asarray(array)

    @staticmethod
    def chosen(array: Tensor, rows: Tensor) -> Tensor:
        """Returns some rows of an array on the device."""
        # All of them exist, and `clip` spares what looks for others.
        return jax.numpy.take(array, rows, axis=0, mode="clip")


class Stepper:
    """The steps of Keras' trainer, in terms of `update` and `score`."""

    def train_step(
        self, state: tuple[list[Tensor], ...], data: Any
    ) -> tuple[dict[str, Tensor], tuple[list[Tensor], ...]]:
        """Trains on one batch; returns the logs and the new state."""
        optimizer = self.optimizer  # type: ignore[attr-defined]
        groups = (
            *self._network_variables(),
            optimizer.variables,
            self._metric_variables(),
        )
        return _run_stateless(self.update, data, state, groups)  # type: ignore[attr-defined]

    def test_step(
        self, state: tuple[list[Tensor], ...], data: Any
    ) -> tuple[dict[str, Tensor], tuple[list[Tensor], ...]]:
        """Scores one batch; returns the logs and the new state."""
        groups = (*self._network_variables(), self._metric_variables())
        return _run_stateless(self.score, data, state, groups)  # type: ignore[attr-defined]

    def _network_variables(
        self,
    ) -> tuple[list[keras.Variable], list[keras.Variable]]:
        return self.trainable_variables, self.non_trainable_variables  # type: ignore[attr-defined]

    def _metric_variables(self) -> list[keras.Variable]:
        found: list[keras.Variable] = self.metrics_variables  # type: ignore[attr-defined]
        return found


def _run_stateless(
    step: Callable[[Any], dict[str, Tensor]],
    data: Any,
    state: tuple[list[Tensor], ...],
    groups: tuple[list[keras.Variable], ...],
) -> tuple[dict[str, Tensor], tuple[list[Tensor], ...]]:
    variables = [v for group in groups for v in group]
    values = [value for group in state for value in group]
    logs, new = _pure(step, variables)(values, data)
    remaining = iter(new)
    return logs, tuple([next(remaining) for _ in group] for group in groups)
