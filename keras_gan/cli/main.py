"""Which command runs, and what a failure looks like."""

import argparse
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from keras_gan._version import __version__
from keras_gan.cli import evaluate, export, generate, recipes, train
from keras_gan.cli.errors import UsageError
from keras_gan.cli.interrupting import interruptible
from keras_gan.cli.starting import load_backend

__all__ = ["main"]

DONE, BAD_USAGE, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: The arguments. Default: the process's own.

    Returns:
        0 when it is done, 2 for bad usage or input (one line on stderr), 130
        when it was interrupted.
    """
    arguments = _parser().parse_args(argv)
    try:
        with interruptible(signal.SIGTERM), warnings.catch_warnings():
            warnings.showwarning = _show_warning
            load_backend()
            return int(arguments.run(arguments))
    except UsageError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(_described(error))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keras-gan",
        description="Train generative adversarial networks, and use them.",
        epilog="The backend is KERAS_BACKEND: tensorflow, jax or torch.",
    )
    parser.add_argument(
        "--version", action="version", version=f"keras-gan {__version__}"
    )
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND"
    )
    for command in (train, generate, evaluate, export, recipes):
        command.add_parser(commands)
    return parser


def _fail(message: str) -> int:
    print(f"keras-gan: error: {' '.join(message.split())}", file=sys.stderr)
    return BAD_USAGE


def _described(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    place = error.filename2 or error.filename
    return f"{place}: {error.strerror}" if place else error.strerror


def _show_warning(
    message: Warning | str, category: type[Warning], *rest: Any, **more: Any
) -> None:
    if issubclass(category, UserWarning):
        text = " ".join(str(message).split())
        print(f"keras-gan: warning: {text}", file=sys.stderr)
