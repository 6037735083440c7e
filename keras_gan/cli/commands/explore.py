"""`keras-gan explore`: shows along which directions a GAN's images change."""

import argparse
from typing import Any

from keras_gan.cli.arguments import add_walk_arguments, path, whole_number_in
from keras_gan.cli.console import console, counted
from keras_gan.cli.errors import UsageError, as_usage_errors

__all__ = ["add_parser", "run"]

_MOST = 1000


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "explore",
        help="show the directions along which images change most",
        description=(
            "Draws a strip for each of the directions in which a trained "
            "GAN's images change most: the same images in the middle, moved "
            "back to the left and on to the right. They are read off its first "
            "weights (SeFa). Of a generator with styles, grids of mixed styles "
            "are drawn, too."
        ),
    )
    add_walk_arguments(parser, seed=0)
    add = parser.add_argument
    add(
        "--out",
        type=path,
        metavar="DIR",
        help="where to [the folder `explored` in the run's folder, or "
        "the next free explored-2, ...]",
    )
    add(
        "--directions",
        type=whole_number_in(1, _MOST),
        default=5,
        metavar="N",
        help="how many directions [5]",
    )
    add(
        "-n",
        "--num-images",
        type=whole_number_in(1, _MOST),
        metavar="N",
        help="how many images are moved [4; as many as --labels]",
    )
    add(
        "--reach",
        type=float,
        default=3.0,
        metavar="X",
        help="how far, in standard deviations of the latents [3]",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draws strips, and writes them to a folder."""
    from keras_gan.cli.latent_options import (
        chosen_labels,
        load_pictures_gan,
        unused,
    )

    out = arguments.out or unused(arguments.model, "explored")
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out must be a folder. Received: {out}, a file")
    with as_usage_errors():
        gan = load_pictures_gan(arguments.model, "this command explores")
        labels = chosen_labels(arguments.labels, gan)
        count = arguments.num_images
        if count is None:
            count = len(labels) if labels and len(labels) > 1 else 4
        directions = gan.directions(arguments.directions)
        written = []
        for number, vector in enumerate(directions.vectors, 1):
            walk = gan.traverse(
                vector,
                count,
                labels=labels,
                reach=arguments.reach,
                seed=arguments.seed,
            )
            written.append(walk.save(out / f"direction-{number:02d}.png"))
        if directions.space == "styles":
            written += _write_mixtures(gan, labels, arguments.seed, out)
    console().print(f"{counted(len(written), 'picture', 'pictures')}: {out}")
    return 0


def _write_mixtures(gan: Any, labels: Any, seed: int, out: Any) -> list[Any]:
    """Writes a grid for each level: whose styles are the columns' there."""
    from keras_gan.latents.mixing import LEVELS

    one = labels[:1] if labels else None
    return [
        gan.mix_styles(levels=level, labels=one, seed=seed).save(
            out / f"mixing-{level}.png"
        )
        for level in LEVELS
    ]
