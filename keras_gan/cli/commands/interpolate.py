"""`keras-gan interpolate`: walks from one image of a GAN to the next."""

import argparse
from pathlib import Path
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
        "interpolate",
        help="walk from one image to the next, as a strip or film",
        description=(
            "Makes images of a trained GAN and all that lies between them: a "
            "strip with a row from each image to the next (.png), or a film "
            "that ends where it began (.gif, .mp4). MP4 needs ffmpeg."
        ),
    )
    add_walk_arguments(parser)
    add = parser.add_argument
    add(
        "--out",
        type=path,
        metavar="FILE",
        help="walk.png, walk.gif or walk.mp4 [walk.gif in the run's folder, "
        "or the next free walk-2.gif, ...]",
    )
    add(
        "-n",
        "--num-images",
        type=whole_number_in(2, _MOST),
        metavar="N",
        help="how many images to walk between [5; as many as --latents or "
        "--labels]",
    )
    add(
        "--steps",
        type=whole_number_in(2, _MOST),
        metavar="N",
        help="images from one to the next [10; of a film 24]",
    )
    add(
        "--latents",
        type=path,
        metavar="FILE.npz",
        help="walk between what `keras-gan invert` wrote [random latents]",
    )
    add(
        "--method",
        choices=("linear", "spherical"),
        help="straight, or along the sphere [spherical; linear in styles]",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Interpolates, and writes one file."""
    from keras_gan.cli.latent_options import chosen_labels, load_pictures_gan
    from keras_gan.latents.walk import check_target

    with as_usage_errors():
        target = arguments.out or unused(arguments.model, "walk.gif")
        film = check_target("--out", target).suffix.lower() in (".gif", ".mp4")
        check_new("--out", target)
        points = _points(arguments.latents)
        gan = load_pictures_gan(arguments.model, "this command walks through")
        labels = chosen_labels(arguments.labels, gan)
        if labels is not None:
            points["labels"] = labels
        count = arguments.num_images
        if count is None and labels is not None and len(labels) > 1:
            count = len(labels)
        walk = gan.interpolate(
            count,
            **points,
            steps=arguments.steps or (24 if film else 10),
            method=arguments.method,
            closed=film,
            seed=arguments.seed,
        )
        walk.save(target)
    images = walk.images.shape[0] * walk.images.shape[1]
    console().print(f"{counted(images, 'image', 'images')}: {target}")
    return 0


def _points(file: Path | None) -> dict[str, Any]:
    """Returns what an .npz of `keras-gan invert` holds, as arguments."""
    import numpy as np

    if file is None:
        return {}
    try:
        with np.load(file) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    # A file that is no .npz raises errors of zipfile, pickle or numpy.
    except Exception as error:
        raise UsageError(
            f"--latents must be an .npz that `keras-gan invert` wrote. "
            f"Received: {file}, which can't be read ({type(error).__name__})"
        ) from error
    if "styles" in found:
        return {"styles": found["styles"]}
    if "latents" not in found:
        raise UsageError(
            "--latents must be an .npz with `latents`, as `keras-gan invert` "
            f"writes. Received: {file} with {', '.join(found) or 'nothing'}"
        )
    return {k: found[k] for k in ("latents", "labels") if k in found}
