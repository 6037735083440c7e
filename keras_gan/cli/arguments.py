"""The parser of arguments, and the types that several commands share."""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from keras_gan.cli.errors import UsageError

__all__ = [
    "LARGEST",
    "LARGEST_SEED",
    "BadArgumentsError",
    "Parser",
    "add_truncation",
    "add_walk_arguments",
    "name_or_path",
    "path",
    "run_path",
    "whole_number_in",
]

LARGEST = 1_000_000
"""The largest count: more images, for example, do not fit in memory."""
LARGEST_SEED = 2**32 - 1


_CHOICE = re.compile(
    r"invalid choice: '(?P<given>[^']*)' \(choose from (?P<choices>.*)\)"
)
"""What argparse says of a value that is none of those there are."""


class BadArgumentsError(UsageError):
    """The error of arguments that can't be parsed.

    Args:
        message: What is wrong.
        usage: The lines that say how the command is used.
        prog: The command.
    """

    def __init__(self, message: str, usage: str, prog: str) -> None:
        super().__init__(message)
        self.usage = usage
        self.prog = prog


class Parser(argparse.ArgumentParser):
    """Raises errors, where argparse would end the process or say nothing.

    A command or an option that is not known is answered by the one that is most
    like it.
    """

    def __init__(self, **settings: Any) -> None:
        self._options: list[str] = []
        super().__init__(**settings)

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Adds an argument, and remembers its names."""
        action = super().add_argument(*names, **settings)
        self._options.extend(action.option_strings)
        return action

    def parse_known_args(
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parses arguments, and refuses an option that is not known."""
        found, rest = super().parse_known_args(args, namespace)
        unknown = [each for each in rest if each.startswith("-")]
        if unknown:
            name = unknown[0].partition("=")[0]
            self.error(
                f"there is no option {name}{_meant(name, self._options)}"
            )
        return found, rest

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse ignores a full disk, and a reader that has gone.
        (file or sys.stdout).write(message)

    def error(self, message: str) -> NoReturn:
        """Raises `BadArgumentsError`."""
        unknown = _CHOICE.search(message)
        if unknown:
            given, choices = unknown["given"], unknown["choices"]
            names = re.findall(r"[\w-]+", choices)
            message = message.replace(
                unknown[0], f"{unknown[0]}{_meant(given, names)}"
            )
        raise BadArgumentsError(message, self.format_usage(), self.prog)


def _meant(given: str, names: list[str]) -> str:
    # NumPy is behind it, which takes longer than all that is right.
    from keras_gan._checks import meant

    question = meant(given, names).strip()
    return f". {question}" if question else ""


def _checked_text(given: str) -> str:
    if not given.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    if "\0" in given:
        raise argparse.ArgumentTypeError(
            f"must not hold the character NUL. Received: {given!r}"
        )
    return given


def name_or_path(given: str) -> str:
    """Returns a name unchanged, and a path with `~` expanded.

    Raises:
        argparse.ArgumentTypeError: As `path` does.
    """
    return str(path(given)) if given.startswith("~") else _checked_text(given)


def path(given: str) -> Path:
    """Returns a path with `~` expanded.

    Raises:
        argparse.ArgumentTypeError: If it is empty, holds a NUL, or names the
            home folder of a user who does not exist.
    """
    try:
        return Path(_checked_text(given)).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(
            f"{given}: there is no home folder of that name"
        ) from error


def run_path(given: str) -> Path:
    """Returns the path of a run's folder.

    Raises:
        argparse.ArgumentTypeError: As `path` does, and if it is not UTF-8,
            because TensorFlow writes only to paths in UTF-8.
    """
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError(
            f"must be a name in UTF-8. Received: {given}"
        ) from error
    return path(given)


def whole_number_in(least: int, most: int) -> Callable[[str], int]:
    """Returns a function that reads a whole number in a range.

    Args:
        least: The smallest number that is allowed.
        most: The largest.
    """

    def read(given: str) -> int:
        try:
            number = int(given)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                f"must be a whole number from {least} to {most}. "
                f"Received: {given}"
            )
        return number

    return read


def add_truncation(parser: Parser) -> None:
    """Adds how far the styles of a StyleGAN are from their mean."""
    parser.add_argument(
        "--truncation",
        type=float,
        metavar="T",
        help="of a StyleGAN: 0.7 for more typical pictures, less varied [1]",
    )


def add_walk_arguments(parser: Parser, *, seed: int | None = None) -> None:
    """Adds what all commands take that walk through latents.

    Args:
        parser: The command's parser.
        seed: What `--seed` is by default; None draws one.
    """
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras|PRESET", type=path)
    add(
        "--labels",
        metavar="CLASSES|all",
        help="one class, or one for each image, where conditional: numbers or "
        "names [0]",
    )
    add(
        "--seed",
        type=whole_number_in(0, LARGEST_SEED),
        default=seed,
        metavar="S",
        help="equal seeds, equal images"
        + ("" if seed is None else f" [{seed}]"),
    )
