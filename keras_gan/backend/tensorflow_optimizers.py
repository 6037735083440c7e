"""What is different about an optimizer's step on TensorFlow?"""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_gan._typing import Tensor


@contextlib.contextmanager
def adam_in_one_kernel(
    optimizer: keras.optimizers.Optimizer,
) -> Iterator[None]:
    """Has Adam update a variable by TensorFlow's kernel for it.

    Keras makes a dozen passes over it. On one core, a step of a dense GAN with
    32 images took 1.08 times the CPU time that way (1.05 to 1.15, the middle
    half of 101 rounds of `tests/benchmarks/savings.py`). With 128 images, or
    in convolutional networks, there is hardly a difference.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if type(inner).update_step is not keras.optimizers.Adam.update_step:
        yield
        return
    # Replicas are threads that meet inside `apply`, as for clipping.
    ours = vars(inner).setdefault(
        "update_step", functools.partial(_adam_step, inner)
    )
    try:
        yield
    finally:
        if getattr(ours, "func", None) is _adam_step:
            vars(inner).pop("update_step", None)


def _adam_step(
    adam: keras.optimizers.Adam,
    gradient: Tensor,
    variable: tf.Variable,
    learning_rate: Tensor,
) -> None:
    """`keras.optimizers.Adam.update_step`, the same numbers in one kernel.

    Keras has no public name for the moments;
    `tests/test_backend.py::testadam_in_one_kernel_is_keras_adam` sees to it
    that they are the ones.
    """
    dense = isinstance(gradient, tf.Tensor)
    if adam.amsgrad or not dense or not hasattr(variable, "handle"):
        type(adam).update_step(adam, gradient, variable, learning_rate)
        return
    index = adam._get_variable_index(variable)
    m, v = adam._momentums[index].value, adam._velocities[index].value

    def cast(x: Any) -> Tensor:
        return tf.cast(x, variable.dtype)

    step = cast(adam.iterations + 1)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=m.handle,
        v=v.handle,
        beta1_power=tf.pow(cast(adam.beta_1), step),
        beta2_power=tf.pow(cast(adam.beta_2), step),
        lr=cast(learning_rate),
        beta1=cast(adam.beta_1),
        beta2=cast(adam.beta_2),
        epsilon=cast(adam.epsilon),
        grad=cast(gradient),
    )


@contextlib.contextmanager
def clipping_shared(
    optimizer: keras.optimizers.Optimizer, count: int
) -> Iterator[None]:
    """Divides the clipping thresholds, as the gradients are, by the replicas.

    Replicas are threads that meet inside `apply`: the first one in changes the
    thresholds, the last one out restores them.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    shared = inner.__dict__.setdefault("_keras_gan_clipping", {})
    if not shared:
        for name in ("clipnorm", "global_clipnorm", "clipvalue"):
            shared[name] = getattr(inner, name)
            if shared[name] is not None:
                setattr(inner, name, shared[name] / count)
        shared["inside"] = 0
    shared["inside"] += 1
    try:
        yield
    finally:
        shared["inside"] -= 1
        if not shared["inside"]:
            del shared["inside"]
            for name, value in shared.items():
                setattr(inner, name, value)
            shared.clear()
