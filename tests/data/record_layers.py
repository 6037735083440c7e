"""Writes `layers.npz`: what each layer gives and its derivatives, in float64.

By TensorFlow, where alone `keras.ops` keep float64. Its derivatives are held
against central differences first: `python tests/data/record_layers.py`.
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras
import numpy as np
from keras import ops

keras.config.set_floatx("float64")

from tests.layer_cases import CASES, Scene

STEP = 1e-5
# TensorFlow's resize, and our deviation over a batch, always are.
IN_FLOAT32 = ("bilinear", "minibatch-std")


def along(scene, function, variable, direction):
    """The slope of a function along a direction of a variable."""
    start = ops.convert_to_numpy(variable).copy()
    state = scene.layer.get_weights()
    values = []
    for sign in (1, -1):
        scene.layer.set_weights(state)
        variable.assign(start + sign * STEP * direction)
        values.append(float(function()))
    scene.layer.set_weights(state)
    variable.assign(start)
    return (values[0] - values[1]) / (2 * STEP)


def check(name, scene, values):
    for prefix, function in (("", scene.score), ("penalty ", scene.penalty)):
        for index, variable in enumerate(scene.trained):
            gradient = values.get(f"{prefix}by weight {index}")
            if gradient is None:
                continue
            direction = scene.random.normal(size=gradient.shape)
            slope = along(scene, function, variable, direction)
            found = float(np.sum(gradient * direction))
            error = abs(slope - found) / max(1e-3, abs(slope), abs(found))
            assert error < 1e-5, (name, prefix, index, slope, found)


def main():
    arrays = {}
    for name in CASES:
        scene = Scene(name)
        values = scene.values()
        assert all(v.dtype == np.float64 for v in values.values()), name
        if name not in IN_FLOAT32:
            check(name, scene, values)
        for key, value in values.items():
            arrays[f"{name}: {key}"] = value.astype("float32")
    np.savez_compressed(Path(__file__).with_name("layers.npz"), **arrays)


if __name__ == "__main__":
    main()
