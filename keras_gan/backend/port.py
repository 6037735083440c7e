"""What must a backend bring? The port, which each adapter implements.

`tensorflow.py`, `jax.py` and `torch.py` define these names at the top of the
module. What a function does stands here; there stands how.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np

from keras_gan._typing import Tensor
from keras_gan.backend.workers import Workers


@dataclass(frozen=True)
class Recording:
    """What a function returned, with the way back to its variables.

    Attributes:
        output: What it returned, nested as it was; constants to everything but
            `value_and_grad`.
        way_back: By what the adapter differentiates the call.
    """

    output: Any
    way_back: Any


class Port(Protocol):
    """All that differs between TensorFlow, JAX and torch."""

    Adam: Any
    """The class behind `keras.optimizers.Adam`. It calls an `update_step` that
    an instance has of its own."""

    HeldRows: Any
    """The class of `held_rows.HeldRows`: data that stay on the device, of which
    a step takes some rows."""

    Stepper: Any
    """The mixin of models: the steps of Keras' trainer, `train_step` and
    `test_step`, in terms of the model's `update(data)` and `score(data)`."""

    def record(
        self,
        function: Callable[[], Any],
        wrt: Sequence[keras.Variable],
        state: Sequence[keras.Variable] = (),
    ) -> Recording:
        """Calls `function` so that its output can be used before its gradient.

        Args:
            function: Called without arguments; returns tensors, nested in
                dicts, tuples and lists, with `None` where there is none.
            wrt: The variables that will be differentiated by.
            state: Every variable that the function may read or change (used
                on JAX only). What it assigns to them holds afterwards.

        Returns:
            The output, and what `value_and_grad` takes.
        """

    def value_and_grad(
        self,
        objective: Callable[..., tuple[Tensor, Any]],
        wrt: Sequence[keras.Variable],
        state: Sequence[keras.Variable] = (),
        recording: Recording | None = None,
    ) -> tuple[Any, list[Tensor | None]]:
        """Differentiates a closure over Keras variables.

        Args:
            objective: Called without arguments, or with the recording's
                output; returns a scalar and anything else that shall come out.
            wrt: The variables to differentiate by.
            state: Every variable that the objective may read or change (used
                on JAX only). What it assigns to them holds afterwards.
            recording: A call that is differentiated with the objective, by the
                same variables. It can be used once.

        Returns:
            The objective's second output, and the gradients in the order of
            `wrt`, of the mean over all replicas or processes. A variable that
            the scalar does not depend on may have `None`.
        """

    def outputs_and_gradient(
        self,
        function: Callable[[Tensor], tuple[Tensor, Any]],
        x: Tensor,
        state: Sequence[keras.Variable] = (),
    ) -> tuple[Any, Tensor]:
        """Differentiates by the input, and keeps what the same pass made.

        Inside `value_and_grad` both can be differentiated again. In float16,
        scale the scores up and the gradient down.

        Args:
            function: Takes `x`; returns scores, of any shape, and tensors that
                shall come out, nested in dicts, tuples and lists, with `None`
                where there is none. Often these are the scores, too.
            x: A tensor, such as images.
            state: Every variable that the function may change (used on JAX
                only). What it assigns to them holds afterwards. Give all that
                it reads, too, or none.

        Returns:
            The function's second output, and d sum(scores) / dx.
        """

    def compiled(
        self,
        function: Callable[[], Any],
        state: Sequence[keras.Variable],
    ) -> Callable[[], Any]:
        """Compiles a function that is called many times, where that helps.

        Args:
            function: Called without arguments; returns tensors. What changes
                between two calls is in variables.
            state: Every variable that the function may read or change (used
                on JAX only). What it assigns to them holds afterwards.

        Returns:
            A function that does the same.
        """

    def constant(self, function: Callable[[], Any]) -> Any:
        """Calls `function` so that nothing can be differentiated through it."""

    def apply_gradients(
        self,
        optimizer: keras.optimizers.Optimizer,
        gradients: Sequence[Tensor | None],
        variables: Sequence[keras.Variable],
    ) -> None:
        """Updates `variables` by one step of `optimizer`."""

    def update_if(
        self,
        predicate: Tensor,
        function: Callable[..., None],
        args: tuple[Any, ...],
        state: Sequence[keras.Variable] = (),
    ) -> None:
        """Calls `function(*args)`, which changes variables, where `predicate`.

        Args:
            predicate: A boolean scalar, equal on all replicas.
            function: Takes `args`; whatever it returns is dropped. A tensor
                that it needs must come through `args`: with TensorFlow, one
                caught by closure would be replica 0's on every replica.
            args: Nested tensors.
            state: Every variable that the function may read or change (used
                on JAX only).
        """

    def replica(self) -> tuple[Tensor, int]:
        """Returns this replica's or process' index and how many there are.

        With JAX it is (0, 1): one program sees the global batch.
        """

    def all_sum(self, x: Tensor) -> Tensor:
        """Returns the sum of what all replicas hold, differentiable.

        Args:
            x: A tensor.
        """

    def worker(self, model: keras.Model) -> tuple[int, int]:
        """Returns which process this is of those that train a model.

        Args:
            model: The model.

        Returns:
            Its number, 0 for the first one, and how many there are.
        """

    def alone(self, model: keras.Model) -> AbstractContextManager[None]:
        """Has what runs inside wait for no other worker.

        On JAX what changes in the model inside is put back.

        Args:
            model: The model that is used inside.
        """

    def workers_sum(
        self, model: keras.Model, numbers: np.ndarray[Any, Any]
    ) -> np.ndarray[Any, Any]:
        """Adds up what the workers hold, outside of a step.

        Args:
            model: The model that they train. All of them call this.
            numbers: int32, of one shape on all of them.
        """

    def predict_on_batch(self, network: keras.Model, inputs: Any) -> Any:
        """Runs a network on one batch, once, and for this process alone.

        Args:
            network: The network.
            inputs: As `network.predict_on_batch` takes them.

        Returns:
            Arrays of numpy.
        """

    def distributed(self, engine: str) -> AbstractContextManager[Workers]:
        """Joins the processes or devices that train one model.

        Args:
            engine: `"mirrored"` (TensorFlow) or `"data-parallel"` (JAX): all
                devices of this machine. `"multiworker"`: the workers that the
                environment variable `TF_CONFIG` names, or the processes that
                `torchrun` started; on JAX those that Keras' variables
                `KERAS_DISTRIBUTION_...` name.

        Returns:
            A context whose value is who takes part.

        Raises:
            ValueError: On entry, if the backend has no such engine, or
                nothing says which processes there are.
        """

    def strategy_scope(self, model: keras.Model) -> AbstractContextManager[Any]:
        """Returns the scope in which the model's optimizers must be made."""

    def resolve_jit_compile(self, requested: bool | str) -> bool | str:
        """Returns the `jit_compile` for Keras, who resolves `"auto"` itself."""

    def eagerly(self, function: Callable[[], Tensor]) -> Tensor:
        """Calls `function` without compiling any of it."""

    def predict_any_size(
        self, network: keras.Model, shape: tuple[int | None, ...]
    ) -> None:
        """Prepares a network's `predict` for inputs of sizes that change.

        Args:
            network: A network with one input.
            shape: The shape of its input, with `None` for what may change.
        """

    def convolves_groups_apart(self) -> bool:
        """Whether one convolution for each group trains faster than `groups`.

        Outputs and derivatives are the same.
        """

    def merges_steps(self, model: keras.Model) -> bool:
        """Whether Keras makes several steps in one call, and so saves time."""

    def holds_rows(self, model: keras.Model) -> bool:
        """Whether one device trains the model, which can then hold the data."""

    def refuse_unsupported(
        self, jit_compile: bool | str, steps_per_execution: int, penalised: bool
    ) -> None:
        """Raises `ValueError` for settings that the backend cannot train with.

        Args:
            jit_compile: As given to `compile`.
            steps_per_execution: As given to `compile`.
            penalised: Whether the loss has second derivatives.
        """

    def refuse_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Raises `ValueError` for an optimizer that cannot train here."""

    def random_state(self) -> dict[str, np.ndarray[Any, Any]]:
        """Returns the framework's global random state: torch has one."""

    def set_random_state(self, state: dict[str, np.ndarray[Any, Any]]) -> None:
        """Restores what `random_state` returned."""

    def layer_generator_states(self, layer: keras.layers.Layer) -> list[Any]:
        """Returns the states of one layer's generators that Keras doesn't see.

        Those of layers inside it are left out.
        """
