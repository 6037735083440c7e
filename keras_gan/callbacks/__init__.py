"""Watching a GAN train, and coming to its rescue."""

from keras_gan.callbacks.evaluation import Evaluation
from keras_gan.callbacks.gradient_clipping import GradientClipping
from keras_gan.callbacks.image_snapshot import ImageSnapshot
from keras_gan.callbacks.live_display import LiveDisplay
from keras_gan.callbacks.rollback import Rollback
from keras_gan.callbacks.tensorboard import TensorBoard
from keras_gan.callbacks.terminate_on_nan import TerminateOnNaN
from keras_gan.callbacks.weight_clipping import WeightClipping

__all__ = [
    "Evaluation",
    "GradientClipping",
    "ImageSnapshot",
    "LiveDisplay",
    "Rollback",
    "TensorBoard",
    "TerminateOnNaN",
    "WeightClipping",
]
