"""Running a command, and printing its errors."""

import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from keras_gan._version import __version__
from keras_gan.cli.arguments import BadArgumentsError, Parser
from keras_gan.cli.backend_loading import load_backend
from keras_gan.cli.commands import (
    compare,
    evaluate,
    explore,
    export,
    generate,
    interpolate,
    invert,
    recipes,
    report,
    train,
    translate,
)
from keras_gan.cli.console import print_error
from keras_gan.cli.errors import UsageError, in_one_line
from keras_gan.cli.interrupting import interruptible
from keras_gan.cli.streams import discard_output, ready_streams

__all__ = ["main", "run"]

DONE, BAD_USAGE, INTERRUPTED, READER_GONE = 0, 2, 130, 141


def run(argv: Sequence[str]) -> None:
    """Runs a command of `keras-gan` from Python, and raises its errors.

    It prints what the command prints. It works in any thread, but only in the
    main thread can Ctrl-C or SIGTERM stop it.

    Args:
        argv: The arguments. The first one is the command's name.

    Raises:
        UsageError: If the arguments or the input are wrong.
        OSError: If a file can't be read or written.
        KeyboardInterrupt: If a signal ended it. A run that was training is
            saved up to its last complete epoch.

    Example:
        >>> keras_gan.cli.run(["train", "quick", "--out", "runs/first"])
        >>> keras_gan.cli.run(["generate", "runs/first", "-n", "64"])
    """
    with ready_streams():
        try:
            code = _run_command(argv)
        except SystemExit:  # After `--help` or `--version`.
            return
        if code == INTERRUPTED:
            raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command, prints its errors, and returns an exit code.

    This is what `keras-gan` starts. From Python call `run` instead, which
    raises errors: an exit code is easily overlooked.

    Args:
        argv: The arguments. Default: those of the process.

    Returns:
        The exit code: 0 when the command is done, 2 for bad usage or input
        (one line on stderr), 130 when it was interrupted, 141 when the program
        that reads its output has gone.

    Raises:
        SystemExit: If the arguments can't be parsed, with code 2, and after
            `--help` and `--version`, with 0. No arguments are `--help`.
    """
    with ready_streams():
        try:
            return _run_and_report(argv)
        except BrokenPipeError:
            return READER_GONE


def _run_and_report(argv: Sequence[str] | None) -> int:
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            given = sys.argv[1:] if argv is None else argv
            try:
                # The command alone asks what there is.
                return _run_command(given or ["--help"])
            finally:
                _flush()
    except BadArgumentsError as error:
        for line in error.usage.splitlines():
            print_error(line)
        print_error(f"{error.prog}: error: {error}")
        raise SystemExit(BAD_USAGE) from error
    except UsageError as error:
        return _fail(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(_error_message(error))
    except KeyboardInterrupt:
        print_error("Interrupted.")
        return INTERRUPTED


def _flush() -> None:
    """Flushes stdout, so that an error is raised here and can be reported."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()
        raise


def _run_command(argv: Sequence[str] | None) -> int:
    arguments = _make_parser().parse_args(argv)
    with interruptible(signal.SIGTERM):
        if arguments.loads_backend:
            load_backend()
        return int(arguments.run(arguments))


def _make_parser() -> Parser:
    parser = Parser(
        prog="keras-gan",
        description="Train generative adversarial networks, and use them.",
        epilog="The backend is KERAS_BACKEND: tensorflow, jax or torch.",
    )
    parser.add_argument(
        "--version", action="version", version=f"keras-gan {__version__}"
    )
    # A command that needs no networks says so, and answers at once.
    parser.set_defaults(loads_backend=True)
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND"
    )
    for command in (
        *(train, generate, translate, interpolate, invert, explore),
        *(evaluate, compare, report, export, recipes),
    ):
        command.add_parser(commands)
    return parser


def _fail(message: str) -> int:
    print_error(f"keras-gan: error: {message}")
    return BAD_USAGE


def _error_message(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    place = error.filename2 or error.filename
    return f"{place}: {error.strerror}" if place else error.strerror


def _show_warning(
    message: Warning | str, category: type[Warning], *rest: Any, **more: Any
) -> None:
    if issubclass(category, UserWarning):
        print_error(f"keras-gan: warning: {in_one_line(message)}")
