"""The command line, `keras-gan`, also from Python.

`run` is for programs: it raises errors. `main` is what `keras-gan` starts: it
prints errors and returns an exit code.
"""

from keras_gan.cli.errors import UsageError as UsageError
from keras_gan.cli.main import main as main
from keras_gan.cli.main import run as run

__all__ = ["UsageError", "main", "run"]
