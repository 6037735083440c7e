"""`keras-gan explore`: shows along which directions a GAN's images change."""

import argparse
from typing import Any

from keras_gan.cli.arguments import add_walk_arguments, path, whole_number_in
from keras_gan.cli.console import console, counted
from keras_gan.cli.errors import UsageError, as_usage_errors
from keras_gan.cli.output_files import check_new, unused

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
    from keras_gan.cli.latent_options import chosen_labels, load_pictures_gan
    from keras_gan.latents.mixing import LEVELS

    out = arguments.out or unused(arguments.model, "explored")
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out must be a folder. Received: {out}, a file")
    strips = [
        out / f"direction-{number + 1:02d}.png"
        for number in range(arguments.directions)
    ]
    mixtures = {level: out / f"mixing-{level}.png" for level in LEVELS}
    check_new("--out", *strips, *mixtures.values())
    with as_usage_errors():
        gan = load_pictures_gan(arguments.model, "this command explores")
        labels = chosen_labels(arguments.labels, gan)
        count = arguments.num_images
        if count is None:
            count = len(labels) if labels and len(labels) > 1 else 4
        directions = gan.directions(arguments.directions)
        written = []
        for vector, target in zip(directions.vectors, strips, strict=False):
            walk = gan.traverse(
                vector,
                count,
                labels=labels,
                reach=arguments.reach,
                seed=arguments.seed,
            )
            written.append(walk.save(target))
        if directions.space == "styles":
            one = labels[:1] if labels else None
            for level, target in mixtures.items():
                grid = gan.mix_styles(
                    levels=level, labels=one, seed=arguments.seed
                )
                written.append(grid.save(target))
    console().print(f"{counted(len(written), 'picture', 'pictures')}: {out}")
    return 0
