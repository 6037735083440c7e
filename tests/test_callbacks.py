import inspect
import json

import keras
import numpy as np
import pytest

from keras_gan import callbacks

MADE = [
    callbacks.Evaluation("fid", "fashion_mnist_sample", every=2),
    callbacks.GradientClipping(norm=np.float32(0.5), player="generator"),
    callbacks.ImageSnapshot("images", latents=np.ones((2, 6)), every=3),
    callbacks.LiveDisplay(9, labels=np.arange(9) % 3, seconds=0.5),
    callbacks.Rollback(factor=0.1, gradient_norm=None),
    callbacks.TensorBoard("logs", update_freq=5, hparams={"name": "first"}),
    callbacks.TerminateOnNaN(raise_error=True),
    callbacks.WeightClipping(0.05),
]
EACH = pytest.mark.parametrize(
    "callback", MADE, ids=lambda callback: type(callback).__name__
)


def test_all_public_ones_are_here():
    assert {type(each).__name__ for each in MADE} == set(callbacks.__all__)


@EACH
def test_it_round_trips_through_json(callback):
    save = keras.saving.serialize_keras_object
    config = json.loads(json.dumps(save(callback)))
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(callback)
    assert again.get_config() == callback.get_config()


@EACH
def test_its_configuration_is_its_constructors_arguments(callback):
    arguments = inspect.signature(type(callback)).parameters
    assert list(callback.get_config()) == list(arguments)
