"""`keras-gan invert`: finds the latents of given pictures."""

import argparse
from pathlib import Path
from typing import Any

from keras_gan.cli.arguments import (
    LARGEST,
    LARGEST_SEED,
    path,
    whole_number_in,
)
from keras_gan.cli.console import console, counted
from keras_gan.cli.errors import UsageError, as_usage_errors
from keras_gan.cli.output_files import check_new, unused

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "invert",
        help="find the latents of given pictures",
        description=(
            "Finds the latents of which a trained GAN makes pictures like "
            "given ones. Writes a picture, which shows what was given above "
            "what was found, and an .npz of the same name with `latents`, "
            "`distances`, `images` (uint8) and, where there are any, `labels` "
            "and `styles`. `keras-gan interpolate RUN --latents` walks between "
            "what was found."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras|PRESET", type=path)
    add(
        "files",
        metavar="IMAGE|FOLDER|IMAGES.npz",
        type=path,
        nargs="+",
        help="the pictures: scaled, and cropped at the centre",
    )
    add(
        "--out",
        type=path,
        metavar="FILE",
        help="the picture [inversion.png in the run's folder, or the next "
        "free inversion-2.png, ...]",
    )
    add(
        "--steps",
        type=whole_number_in(1, LARGEST),
        default=300,
        metavar="N",
        help="updates of each picture; more come closer [300]",
    )
    add(
        "--starts",
        type=whole_number_in(1, 512),
        default=4,
        metavar="N",
        help="starts of each picture [4]",
    )
    add(
        "--labels",
        metavar="CLASSES",
        help="their class, or one for each, where conditional: numbers or "
        "names [found]",
    )
    add(
        "--features",
        metavar="NAME",
        choices=("fashion_mnist", "mnist", "imagenet"),
        help="compare features, too: of the classifier of fashion_mnist or "
        "mnist, or of imagenet [pixels alone]",
    )
    add(
        "--seed",
        type=whole_number_in(0, LARGEST_SEED),
        default=0,
        metavar="S",
        help="of the random images that the search starts from [0]",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Inverts pictures, and writes two files."""
    out = arguments.out
    if out is not None and out.suffix.lower() != ".png":
        raise UsageError(f"--out must end in .png. Received: {out}")
    if out is not None:
        check_new("--out", out, out.with_suffix(".npz"))
    from keras_gan.cli.given_pictures import read_pictures
    from keras_gan.cli.latent_options import chosen_labels, load_pictures_gan

    with as_usage_errors():
        gan = load_pictures_gan(arguments.model, "this command looks for")
        labels = chosen_labels(arguments.labels, gan)
        shape = gan.image_shape if len(gan.image_shape) == 3 else None
        pictures = read_pictures(
            arguments.files, shape or (*gan.image_shape, 1)
        ).reshape(-1, *gan.image_shape)
        found = gan.invert(
            pictures,
            labels=_for_each(labels, len(pictures)),
            extractor=_extractor(arguments.features),
            steps=arguments.steps,
            starts=arguments.starts,
            seed=arguments.seed,
        )
        target = out or unused(
            arguments.model, "inversion.png", "inversion.npz"
        )
        found.save(target)
        arrays = target.with_suffix(".npz")
        _write_arrays(arrays, found)
    median = sorted(found.distances)[len(found.distances) // 2]
    console().print(
        f"{counted(len(pictures), 'picture', 'pictures')}, median distance "
        f"{median:.3f}: {target}, {arrays}"
    )
    return 0


def _for_each(labels: list[int] | None, count: int) -> list[int] | None:
    if labels is None or len(labels) == count:
        return labels
    if len(labels) == 1:
        return labels * count
    raise UsageError(
        f"--labels must be one class, or one for each of the {count} pictures. "
        f"Received: {len(labels)} classes"
    )


def _extractor(name: str | None) -> Any:
    from keras_gan import features

    if name is None:
        return None
    return (
        features.imagenet() if name == "imagenet" else features.classifier(name)
    )


def _write_arrays(target: Path, found: Any) -> None:
    import numpy as np

    from keras_gan._atomic_write import replacing
    from keras_gan.latents.pixels import drawable

    arrays = {
        "latents": found.latents,
        "distances": found.distances,
        "images": drawable(found.images, 1, found.bounds),
        "labels": found.labels,
        "styles": found.styles,
    }
    there = {name: each for name, each in arrays.items() if each is not None}
    with replacing(target) as temporary:
        np.savez_compressed(temporary, **there)
