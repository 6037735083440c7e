"""A training run on disk: its folder, checkpoints, metrics and curves."""

from keras_gan.run_folder.best_model import BestModel as BestModel
from keras_gan.run_folder.best_model import best_row as best_row
from keras_gan.run_folder.checkpoint_file import Checkpoint as Checkpoint
from keras_gan.run_folder.checkpoints import Checkpoints as Checkpoints
from keras_gan.run_folder.checkpoints import epochs_done as epochs_done
from keras_gan.run_folder.checkpoints import prune as prune
from keras_gan.run_folder.checkpoints import (
    remove_checkpoints as remove_checkpoints,
)
from keras_gan.run_folder.checkpoints import restore as restore
from keras_gan.run_folder.checkpoints import (
    sound_checkpoints as sound_checkpoints,
)
from keras_gan.run_folder.damaged_file import (
    DamagedFileError as DamagedFileError,
)
from keras_gan.run_folder.folder import RunFolder as RunFolder
from keras_gan.run_folder.interruption import Interruption as Interruption
from keras_gan.run_folder.lock import FolderInUseError as FolderInUseError
from keras_gan.run_folder.lock import locked as locked
from keras_gan.run_folder.losses_picture import draw_losses as draw_losses
from keras_gan.run_folder.metrics_file import MetricsFile as MetricsFile
from keras_gan.run_folder.metrics_file import Row as Row
from keras_gan.run_folder.metrics_file import read_metrics as read_metrics
from keras_gan.run_folder.metrics_file import same_rows as same_rows
from keras_gan.run_folder.model_file import check_model as check_model
from keras_gan.run_folder.model_file import record_of as record_of
from keras_gan.run_folder.model_file import same_model as same_model
from keras_gan.run_folder.model_file import save_model as save_model
from keras_gan.run_folder.model_file import updates_of as updates_of
from keras_gan.run_folder.optional_output import (
    OptionalCallback as OptionalCallback,
)
from keras_gan.run_folder.optional_output import (
    warning_on_failure as warning_on_failure,
)
from keras_gan.run_folder.save_points import SavePoints as SavePoints

__all__ = [
    "BestModel",
    "Checkpoint",
    "Checkpoints",
    "DamagedFileError",
    "FolderInUseError",
    "Interruption",
    "MetricsFile",
    "OptionalCallback",
    "Row",
    "RunFolder",
    "SavePoints",
    "best_row",
    "check_model",
    "draw_losses",
    "epochs_done",
    "locked",
    "prune",
    "read_metrics",
    "record_of",
    "remove_checkpoints",
    "restore",
    "same_model",
    "same_rows",
    "save_model",
    "sound_checkpoints",
    "updates_of",
    "warning_on_failure",
]
