"""`keras-gan translate`: translates images with a trained model."""

import argparse
from typing import Any

from keras_gan.cli.arguments import LARGEST, path, whole_number_in
from keras_gan.cli.console import console, counted, quoted
from keras_gan.cli.errors import UsageError, as_usage_errors

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "translate",
        help="translate images with a trained pix2pix or cyclegan",
        description=(
            "Translates an image, all images of a folder, or those of an .npz, "
            "with a model that was trained to. Images keep their sizes and "
            "their names, and become PNG files; an .npz gets `images` (uint8; "
            "n, H, W, C). What exists is not overwritten."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras", type=path)
    add("input", metavar="IMAGE|FOLDER|IMAGES.npz", type=path)
    add(
        "--out",
        type=path,
        required=True,
        metavar="PATH",
        help="where to: a folder; of one image, also a .png; of an .npz, "
        "another .npz",
    )
    add(
        "--direction",
        choices=("ab", "ba"),
        help="of a CycleGAN: from side a to b, or back [ab]",
    )
    add(
        "--batch-size",
        type=whole_number_in(1, LARGEST),
        default=16,
        metavar="B",
        help="images at a time [16]",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Translates images, and writes as many."""
    from keras_gan.cli.loading import load
    from keras_gan.cli.translating import translator
    from keras_gan.cli.translation_jobs import job_of

    with as_usage_errors():
        job = job_of(arguments.input, arguments.out)
        trained = load(arguments.model)
        if not trained.translates:
            raise UsageError(
                f"{arguments.model} makes images of latents, and translates "
                f"none. Use `keras-gan generate {quoted(arguments.model)}`."
            )
        translate = translator(
            trained, arguments.direction, arguments.batch_size, job.sizes
        )
        count = job.run(translate, translate.channels, arguments.batch_size)
    console().print(f"{counted(count, 'image', 'images')}: {arguments.out}")
    return 0
