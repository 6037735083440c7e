"""`keras-gan export`: the generator, for use without Keras."""

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from keras_gan.cli.arguments import path
from keras_gan.cli.console import console
from keras_gan.cli.errors import UsageError, user_input

__all__ = ["add_parser", "run"]

FORMATS = ("tf_saved_model", "onnx", "openvino", "litert", "torch")


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "export",
        help="write the generator for use elsewhere",
        description=(
            "Exports the generator, averaged if it is, so that it runs "
            "without Keras: latents in, images out."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras", type=path)
    add("--format", choices=FORMATS, default=FORMATS[0])
    add("--out", type=path, required=True, metavar="PATH")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exports to a path that is not there yet."""
    target = arguments.out
    if target.exists():
        raise UsageError(f"{target} exists. Choose another --out.")
    from keras_gan.cli.loading import load

    with user_input():
        trained = load(arguments.model)
        target.parent.mkdir(parents=True, exist_ok=True)
        # The endings stay last: some formats insist on theirs.
        temporary = target.with_name(f".{os.getpid()}-{target.name}")
        try:
            trained.gan.export(
                str(temporary), format=arguments.format, verbose=False
            )
            temporary.replace(target)
        finally:
            _remove(temporary)
    console().print(f"{arguments.format}: {target}")
    return 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
