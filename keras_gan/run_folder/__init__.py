"""A training run on disk: its folder, its checkpoints, its curves."""

from keras_gan.run_folder.best import BestModel as BestModel
from keras_gan.run_folder.best import save_model as save_model
from keras_gan.run_folder.checkpoints import Checkpoints as Checkpoints
from keras_gan.run_folder.checkpoints import epochs_done as epochs_done
from keras_gan.run_folder.checkpoints import restore as restore
from keras_gan.run_folder.curves import draw_losses as draw_losses
from keras_gan.run_folder.folder import RunFolder as RunFolder
from keras_gan.run_folder.history import MetricsFile as MetricsFile
from keras_gan.run_folder.history import read_metrics as read_metrics
from keras_gan.run_folder.interruption import Interruption as Interruption

__all__ = [
    "BestModel",
    "Checkpoints",
    "Interruption",
    "MetricsFile",
    "RunFolder",
    "draw_losses",
    "epochs_done",
    "read_metrics",
    "restore",
    "save_model",
]
