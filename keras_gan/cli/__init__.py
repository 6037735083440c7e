"""The command line, `keras-gan`, also from Python.

`run` is for programs: what goes wrong is raised. `main` is what `keras-gan`
itself starts: what goes wrong is printed, and becomes the exit code.
"""

from keras_gan.cli.errors import UsageError as UsageError
from keras_gan.cli.main import main as main
from keras_gan.cli.main import run as run

__all__ = ["UsageError", "main", "run"]
