"""`keras-gan generate`: makes images with a trained GAN."""

import argparse
from pathlib import Path
from typing import Any

from keras_gan._atomic_write import replacing
from keras_gan.cli.arguments import (
    LARGEST,
    LARGEST_SEED,
    add_truncation,
    path,
    whole_number_in,
)
from keras_gan.cli.console import console, quoted
from keras_gan.cli.errors import UsageError, as_usage_errors
from keras_gan.cli.output_files import check_new, unused

__all__ = ["add_parser", "run"]

_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
_IMAGES_PER_CLASS = 8
_POINTS = 2500


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "generate",
        help="make images with a trained GAN",
        description=(
            "Makes images with a trained GAN: a grid as a picture, or an .npz "
            "with `images` (uint8; n, H, W, C) and, where the GAN is "
            "conditional, `labels`. Of a GAN of vectors, the points are drawn, "
            "or the .npz holds `vectors` (float32; n, d). Vectors of 784 "
            "numbers and other squares are drawn as pictures. To walk from "
            "one image to the next: `keras-gan interpolate`."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras|PRESET", type=path)
    add(
        "-n",
        "--num-images",
        type=whole_number_in(1, LARGEST),
        metavar="N",
        help=f"how many images [64; {_IMAGES_PER_CLASS} of each class; "
        f"{_POINTS} points]",
    )
    add(
        "--labels",
        metavar="CLASSES|all",
        help="where conditional: 0,1 or Coat,Bag where the data have names",
    )
    add(
        "--seed",
        type=whole_number_in(0, LARGEST_SEED),
        metavar="S",
        help="equal seeds, equal images",
    )
    add_truncation(parser)
    add(
        "--out",
        type=path,
        metavar="PATH",
        help="grid.png, samples.npz, or a folder for a PNG of each image "
        "[samples.png in the run's folder, or the next free samples-2.png]",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Generates images, and writes one file, or one of each."""
    out = arguments.out
    singly = out is not None and (out.is_dir() or not out.suffix)
    if (
        out is not None
        and not singly
        and out.suffix.lower()
        not in (
            *_PICTURE_ENDINGS,
            ".npz",
        )
    ):
        raise UsageError(
            f"--out must end in .npz or {', '.join(_PICTURE_ENDINGS)}, or be "
            f"a folder. Received: {out}"
        )
    if out is not None and not singly:
        check_new("--out", out)
    from keras_gan import images
    from keras_gan.cli.loading import load
    from keras_gan.models.fixed_samples import as_pictures

    with as_usage_errors():
        trained = load(arguments.model)
        if trained.translates:
            raise UsageError(
                f"{arguments.model} translates images, and generates none of "
                "latents. Use `keras-gan translate "
                f"{quoted(arguments.model)} PICTURES --out DIR`."
            )
        count = arguments.num_images
        points = trained.makes_points
        if points and count is None:
            count = _POINTS
        labels, columns = _chosen_labels(arguments.labels, count, trained.gan)
        count = count or 64 if labels is None else len(labels)
        made = trained.generate(
            count, labels, arguments.seed, arguments.truncation
        )
        made, labels = _sorted_by_class(made, labels)
        target = out or unused(arguments.model, "samples.png")
        if target.suffix.lower() == ".npz":
            name = "vectors" if trained.gan.makes_vectors else "images"
            _write_arrays(target, name, made, labels)
        elif points:
            _draw_points(target, made, trained)
        else:
            if trained.gan.makes_vectors:
                made = as_pictures(trained.gan, made)
            if singly:
                _write_singly(target, made, labels)
            else:
                images.save(images.grid(made, columns), target)
    what = "points" if points else "images"
    console().print(f"{len(made)} {what}: {target}")
    return 0


def _chosen_labels(
    given: str | None, count: int | None, gan: Any
) -> tuple[list[int] | None, int | None]:
    """Returns the labels, classes in turn, and how many images make a row."""
    from keras_gan.cli.labels import named_classes

    if given is None and getattr(gan, "num_classes", None) is None:
        return None, None
    chosen = list(dict.fromkeys(named_classes(given or "all", gan)))
    count = count or _IMAGES_PER_CLASS * len(chosen)
    labels = [chosen[index % len(chosen)] for index in range(count)]
    even = count % len(chosen) == 0
    return labels, count // len(chosen) if even else None


def _sorted_by_class(
    pixels: Any, labels: list[int] | None
) -> tuple[Any, list[int] | None]:
    """Sorts images by class.

    They are made with classes in turn, as `evaluate` does, so that the same
    seed gives the same images.
    """
    if labels is None:
        return pixels, None
    classes = list(dict.fromkeys(labels))
    order = sorted(
        range(len(labels)), key=lambda index: classes.index(labels[index])
    )
    return pixels[order], [labels[index] for index in order]


def _write_singly(folder: Path, made: Any, labels: list[int] | None) -> None:
    """Writes each image into a file, with its class in its name."""
    from keras_gan import images

    digits = max(4, len(str(len(made))))
    names = [f"{index + 1:0{digits}d}.png" for index in range(len(made))]
    if labels is not None:
        names = [
            f"class-{label}-{name}"
            for label, name in zip(labels, names, strict=True)
        ]
    check_new("--out", *(folder / name for name in names))
    for name, image in zip(names, images.to_pil(made), strict=True):
        images.save(image, folder / name)


def _write_arrays(
    path: Path, name: str, made: Any, labels: list[int] | None
) -> None:
    import numpy as np

    arrays = {name: made}
    if labels is not None:
        arrays["labels"] = np.asarray(labels, "int64")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        np.savez_compressed(temporary, **arrays)


def _draw_points(path: Path, made: Any, trained: Any) -> None:
    from keras_gan import images
    from keras_gan.models.fixed_points import drawn

    if not path.suffix:
        raise UsageError(
            "Points are drawn into one picture: give --out a name that ends "
            f"in .png or .npz. Received: {path}"
        )
    if not trained.gan.makes_pictures:
        raise UsageError(
            "Vectors of one number are no points of the plane: give --out a "
            f"name that ends in .npz. Received: {path}"
        )
    images.save(drawn(made, trained.real_vectors()), path)
