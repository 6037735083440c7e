"""The port on torch: gradients of one player only, and its global generator."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import torch

from keras_gan._typing import Tensor
from keras_gan.backend.held_rows import Array, RowsInBatches
from keras_gan.backend.port import Recording
from keras_gan.backend.workers import Workers


def record(
    function: Callable[[], Any],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
) -> Recording:
    del state  # Variables know the way to what was made of them.
    _require_gradients(wrt)
    attached = function()
    return Recording(_detached(attached), attached)


def value_and_grad(
    objective: Callable[..., tuple[Tensor, Any]],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
    recording: Recording | None = None,
) -> tuple[Any, list[Tensor | None]]:
    del state  # Variables change in place.
    _require_gradients(wrt)
    given = [] if recording is None else [recording.way_back]
    loss, aux = objective(*given)
    # Not `backward()`: it would leave gradients in the other player, too.
    gradients = torch.autograd.grad(
        loss, [v.value for v in wrt], allow_unused=True
    )
    return aux, _averaged(gradients)


def _detached(structure: Any) -> Any:
    return keras.tree.map_structure(
        lambda x: None if x is None else x.detach(), structure
    )


def _require_gradients(variables: Sequence[keras.Variable]) -> None:
    """Has torch note what is made of variables.

    Keras stops that for one that is frozen after `compile`. It is trained on as
    on the other backends, and `fit` warns of it.
    """
    for variable in variables:
        variable.value.requires_grad_(True)


def _averaged(gradients: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Averages over processes, each of which has the mean over its part."""
    _, count = replica()
    if count == 1:
        return list(gradients)
    return [None if g is None else all_sum(g) / count for g in gradients]


def outputs_and_gradient(
    function: Callable[[Tensor], tuple[Tensor, Any]],
    x: Tensor,
    state: Sequence[keras.Variable] = (),
) -> tuple[Any, Tensor]:
    del state  # Variables change in place.
    differentiable = torch.is_grad_enabled()
    # `evaluate` runs under `no_grad`. The fused attention kernels have no
    # second derivative.
    with torch.enable_grad(), _attention_kernel():
        x = torch.as_tensor(x)
        if not x.requires_grad:
            x = x.detach().requires_grad_(True)
        scores, outputs = function(x)
        (gradient,) = torch.autograd.grad(
            scores.sum(),
            x,
            create_graph=differentiable,
            allow_unused=True,
            materialize_grads=True,
        )
    return outputs if differentiable else _detached(outputs), gradient


def _attention_kernel() -> contextlib.AbstractContextManager[None]:
    kernel: contextlib.AbstractContextManager[None]
    kernel = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
    return kernel


def compiled(
    function: Callable[[], Any], state: Sequence[keras.Variable]
) -> Callable[[], Any]:
    del state  # Variables change in place.
    return function


def constant(function: Callable[[], Any]) -> Any:
    with torch.no_grad():
        return function()


def apply_gradients(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[Tensor | None],
    variables: Sequence[keras.Variable],
) -> None:
    with torch.no_grad():
        optimizer.apply(list(gradients), list(variables))


def update_if(
    predicate: Tensor,
    function: Callable[..., None],
    args: tuple[Any, ...],
    state: Sequence[keras.Variable] = (),
) -> None:
    del state
    if bool(predicate):
        function(*args)


def replica() -> tuple[int, int]:
    group = torch.distributed
    if group.is_available() and group.is_initialized():
        return group.get_rank(), group.get_world_size()
    return 0, 1


def all_sum(x: Tensor) -> Tensor:
    _, count = replica()
    if count == 1:
        return x
    return torch.distributed.nn.functional.all_reduce(x)


@contextlib.contextmanager
def distributed(engine: str) -> Iterator[Workers]:
    if engine != "multiworker":
        raise ValueError(
            f"The torch backend distributes by multiworker. Received: {engine}"
        )
    if not torch.distributed.is_torchelastic_launched():
        raise ValueError(
            "With the torch backend, multiworker runs under torchrun: "
            "`torchrun --nproc-per-node 2 --no-python keras-gan train ...`. "
            "Received: a process that torchrun did not start"
        )
    torch.distributed.init_process_group()
    try:
        rank, count = replica()
        # gloo raises no narrower one when a connection closes.
        yield Workers(
            rank, part=(rank, count), connection_errors=(RuntimeError,)
        )
    finally:
        torch.distributed.destroy_process_group()


def strategy_scope(
    model: keras.Model,
) -> contextlib.AbstractContextManager[Any]:
    del model  # Each process owns its variables.
    return contextlib.nullcontext()


def resolve_jit_compile(requested: bool | str) -> bool | str:
    # Keras resolves "auto" to eager here.
    return requested


def eagerly(function: Callable[[], Tensor]) -> Tensor:
    return function()


def predict_any_size(
    network: keras.Model, shape: tuple[int | None, ...]
) -> None:
    del network, shape


def convolves_groups_apart() -> bool:
    return False


def merges_steps(model: keras.Model) -> bool:
    del model  # Keras runs one step an execution here.
    return False


def holds_rows(model: keras.Model) -> bool:
    del model  # Each process trains by itself.
    return True


def refuse_unsupported(
    jit_compile: bool | str, steps_per_execution: int, penalised: bool
) -> None:
    if jit_compile is True and penalised:
        raise ValueError(
            "torch.compile has no second derivatives, which a gradient "
            "penalty needs. Received: jit_compile=True with a regularizer. "
            'Use jit_compile="auto" (eager on torch), or the jax or '
            "tensorflow backend."
        )
    if steps_per_execution != 1:
        raise ValueError(
            "Keras runs one step an execution on the torch backend. "
            f"Received: steps_per_execution={steps_per_execution}. Leave it "
            "at 1, or use the jax or tensorflow backend."
        )


def refuse_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    del optimizer


def random_state() -> dict[str, np.ndarray[Any, Any]]:
    state = {"torch": torch.get_rng_state().numpy()}
    if torch.cuda.is_available():
        for index, device in enumerate(torch.cuda.get_rng_state_all()):
            state[f"cuda_{index}"] = device.numpy()
    return state


def set_random_state(state: dict[str, np.ndarray[Any, Any]]) -> None:
    for name, value in state.items():
        tensor = torch.from_numpy(np.array(value, dtype="uint8"))
        if name == "torch":
            torch.set_rng_state(tensor)
        elif int(name.removeprefix("cuda_")) < torch.cuda.device_count():
            torch.cuda.set_rng_state(tensor, int(name.removeprefix("cuda_")))


def layer_generator_states(layer: keras.layers.Layer) -> list[Any]:
    del layer
    return []


class Adam(type(keras.optimizers.Adam.__new__(keras.optimizers.Adam))):  # type: ignore[misc]
    """What Keras makes of its Adam on torch: all variables in one go."""

    def _backend_update_step(
        self,
        grads: Sequence[Tensor],
        trainable_variables: Sequence[keras.Variable],
        learning_rate: Tensor,
    ) -> None:
        # Keras' update in one go takes numbers, and calls no `update_step`.
        if "update_step" not in vars(self):
            super()._backend_update_step(
                grads, trainable_variables, learning_rate
            )
            return
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            self.update_step(gradient, variable, learning_rate)


class HeldRows(RowsInBatches):
    """Arrays on the device, of which a step takes some rows."""

    @staticmethod
    def placed(array: Array) -> Tensor:
        """Brings an array onto the device."""
        return keras.ops.convert_to_tensor(array)

    @staticmethod
    def chosen(array: Tensor, rows: Tensor) -> Tensor:
        """Returns some rows of an array on the device."""
        return torch.index_select(array, 0, rows)


class Stepper:
    """The steps of Keras' trainer, in terms of `update` and `score`."""

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Trains on one batch and returns the logs."""
        return self.update(data)  # type: ignore[attr-defined, no-any-return]

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Scores one batch and returns the logs."""
        return self.score(data)  # type: ignore[attr-defined, no-any-return]
