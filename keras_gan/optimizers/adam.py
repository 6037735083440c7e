"""Adam whose betas may change while it trains."""

from typing import Any, Self

import keras
from keras import ops

from keras_gan import backend, schedules
from keras_gan._checks import flag, number_in
from keras_gan._typing import Tensor
from keras_gan.schedules import Number

__all__ = ["Adam"]

_BETAS = ("beta_1", "beta_2")


@keras.saving.register_keras_serializable("keras_gan")
class Adam(backend.Adam):
    """Keras' Adam, whose `beta_1` and `beta_2` may change while it trains.

    With numbers it is `keras.optimizers.Adam` to the bit. With schedules, at
    update t from 0 on, with the betas of this step:

    `m = beta_1(t) m + (1 - beta_1(t)) g`,
    `v = beta_2(t) v + (1 - beta_2(t)) g^2`,
    `w = w - learning_rate * m' / (sqrt(v') + epsilon)`, where
    `m' = m / (1 - product of all beta_1 so far)`, and `v'` likewise. `epsilon`
    is added where Keras adds it, before the correction of `v`.

    Keras corrects by `1 - beta ** (t + 1)`, which is the same for a constant
    beta, and wrong for one that changes.

    Args:
        learning_rate: A number, a schedule, or a function of nothing.
        beta_1: Decay of the mean of gradients, in `[0, 1)`: a number or a
            schedule, see `keras_gan.schedules`.
        beta_2: Decay of the mean of squared gradients, likewise.
        epsilon: Keeps the denominator from 0.
        amsgrad: Whether to divide by the largest `v` so far.
        **kwargs: As in `keras.optimizers.Adam`.

    Raises:
        ValueError: If a number is out of range, a schedule's at step 0.

    Example:
        >>> beta_2 = keras_gan.schedules.Cosine(0.9, 0.99, 10_000)
        >>> d_opt = keras_gan.optimizers.Adam(2e-4, beta_1=0.0, beta_2=beta_2)

    Reference: Kingma & Ba, 2015, arXiv 1412.6980, Algorithm 1; a rising beta_2
    for GANs: Huang et al., 2024, arXiv 2501.05441.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: Number = 0.9,
        beta_2: Number = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **kwargs: Any,
    ) -> None:
        if not callable(learning_rate) or schedules.is_schedule(learning_rate):
            learning_rate = schedules.number_or_schedule(
                "learning_rate", learning_rate, "[0, inf)"
            )
        super().__init__(
            learning_rate=learning_rate,
            beta_1=schedules.number_or_schedule("beta_1", beta_1, "[0, 1)"),
            beta_2=schedules.number_or_schedule("beta_2", beta_2, "[0, 1)"),
            epsilon=number_in("epsilon", epsilon, "[0, inf)"),
            amsgrad=flag("amsgrad", amsgrad),
            **kwargs,
        )
        self._scheduled = [
            name
            for name in _BETAS
            if schedules.is_schedule(getattr(self, name))
        ]
        self._present: dict[str, keras.Variable] = {}
        self._products: dict[str, keras.Variable] = {}
        if self._scheduled:
            # Keras' own is for numbers, and TensorFlow's kernel as well.
            self.update_step = self._update_by_schedules

    def build(self, variables: Any) -> None:
        """Creates the moments, and for each schedule beta and its product."""
        if self.built:
            return
        super().build(variables)
        for name in self._scheduled:
            self._present[name] = self._scalar(name, "zeros")
            self._products[name] = self._scalar(f"{name}_product", "ones")

    def _scalar(self, name: str, initializer: str) -> keras.Variable:
        return self.add_variable(
            shape=(),
            dtype="float32",
            initializer=initializer,
            aggregation="only_first_replica",
            name=name,
        )

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Updates variables by their gradients; see Keras' optimizers."""
        if not self._scheduled:
            super().apply(grads, trainable_variables)
            return
        if not self.built:
            self.build(list(trainable_variables))
        before = ops.copy(self.iterations)
        for name, present in self._present.items():
            present.assign(schedules.at(getattr(self, name), before))
        super().apply(grads, trainable_variables)
        # While gradients are only added up, no update is made.
        moved = ops.not_equal(ops.convert_to_tensor(self.iterations), before)
        for name, product in self._products.items():
            beta = ops.convert_to_tensor(self._present[name])
            product.assign(product * ops.where(moved, beta, 1.0))

    def _update_by_schedules(
        self,
        gradient: Tensor,
        variable: keras.Variable,
        learning_rate: Tensor,
    ) -> None:
        """`keras.optimizers.Adam.update_step`, with the betas of this step."""

        def cast(x: Any) -> Tensor:
            return ops.cast(x, variable.dtype)

        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        (rest_1, power_1), (rest_2, power_2) = map(self._of_now, _BETAS)
        rate = ops.cast(learning_rate, "float32")
        rate = rate * ops.sqrt(1.0 - power_2) / (1.0 - power_1)
        gradient = cast(gradient)
        self.assign_add(m, (gradient - m) * cast(rest_1))
        self.assign_add(v, (ops.square(gradient) - v) * cast(rest_2))
        if self.amsgrad:
            largest = self._velocity_hats[index]
            self.assign(largest, ops.maximum(largest, v))
            v = largest
        step = m * cast(rate) / (ops.sqrt(v) + self.epsilon)
        self.assign_sub(variable, step)

    def _of_now(self, name: str) -> tuple[Tensor, Tensor]:
        """Returns 1 - beta, and the product of all betas, this one included."""
        if name in self._scheduled:
            beta = ops.convert_to_tensor(self._present[name])
            return 1.0 - beta, beta * self._products[name]
        beta = getattr(self, name)
        count = ops.cast(self.iterations + 1, "float32")
        return 1.0 - beta, ops.power(ops.cast(beta, "float32"), count)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        betas = {name: schedules.saved(getattr(self, name)) for name in _BETAS}
        return {**super().get_config(), **betas}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes what `get_config` described."""
        betas = {
            name: schedules.restored(config[name])
            for name in _BETAS
            if name in config
        }
        made: Self = super().from_config({**config, **betas}, custom_objects)
        return made
