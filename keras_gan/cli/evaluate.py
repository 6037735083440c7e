"""`keras-gan evaluate`: how good the pictures are, in numbers."""

import argparse
import json
from pathlib import Path
from typing import Any

from keras_gan.cli.errors import UsageError, user_input

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "evaluate",
        help="measure generated images against real ones",
        description=(
            "Measures the images of a GAN, or of an .npz that `generate` "
            "made, against real ones. Numbers compare only with the same "
            "extractor, and with as many images."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras|SAMPLES.npz", type=Path)
    add(
        "--data",
        metavar="NAME|PATH",
        help="the real images [what the run was trained on]",
    )
    add(
        "--metrics",
        metavar="fid,kid,...",
        help="which, separated by commas [fid, kid, precision, recall, "
        "density, coverage]",
    )
    add(
        "--real-split",
        choices=("train", "test"),
        help="which real images [test where there are any]",
    )
    add(
        "--num-samples",
        type=int,
        default=10_000,
        metavar="N",
        help="at most so many real and generated images [10000]",
    )
    add(
        "--extractor",
        default="auto",
        metavar="NAME|FILE",
        help="whose features are compared: fashion_mnist, mnist (their "
        "classifiers), imagenet, or a file with the weights of Inception-v3 "
        "[the data's own classifier, else imagenet]",
    )
    add("--seed", type=int, default=0, metavar="S", help="of the images [0]")
    add("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints a table or JSON."""
    if arguments.num_samples < 2:
        raise UsageError(
            f"--num-samples must be at least 2. Received: "
            f"{arguments.num_samples}"
        )
    from keras_gan import metrics

    with user_input():
        names = _metric_names(arguments.metrics)
        config, fake, labels = _fake(arguments)
        real = _real(arguments, config)
        scores = metrics.evaluate(
            real.images[:],
            fake,
            extractor=_extractor(arguments.extractor, real.name),
            metrics=names,
            labels=labels,
            real_split=real.split,
        )
    scores = {"data": real.name, **scores}
    if arguments.json:
        print(json.dumps(scores))
    else:
        _print(scores)
    return 0


def _metric_names(given: str | None) -> list[str]:
    from keras_gan.metrics import DEFAULT_METRICS

    if given is None:
        return list(DEFAULT_METRICS)
    return [name.strip() for name in given.split(",") if name.strip()]


def _fake(arguments: Any) -> tuple[dict[str, Any] | None, Any, Any]:
    """Returns the run's configuration, if any, the images and the labels."""
    if arguments.model.suffix == ".npz":
        from keras_gan.datasets.arrays import read_arrays

        if not arguments.model.is_file():
            raise UsageError(f"There is no file {arguments.model}.")
        images, labels = read_arrays(arguments.model, "train")
        count = arguments.num_samples
        return None, images[:count], None if labels is None else labels[:count]
    from keras_gan.cli.loading import load

    trained = load(arguments.model)
    labels = None
    if trained.num_classes is not None:
        import numpy as np

        labels = np.arange(arguments.num_samples) % trained.num_classes
    images = trained.generate(arguments.num_samples, labels, arguments.seed)
    return trained.config, images, labels


def _real(arguments: Any, config: dict[str, Any] | None) -> Any:
    recipe = config["recipe"] if config else {}
    name = arguments.data or recipe.get("data")
    if name is None:
        raise UsageError(
            f"{arguments.model} does not say what it was trained on. Name the "
            "real images with --data."
        )
    # The test images of another data set must still be of the same kind.
    kind = {key: recipe.get(key) for key in ("image_size", "channels", "label")}
    return _split(name, arguments.real_split, kind, arguments.num_samples)


def _split(
    name: str, split: str | None, kind: dict[str, Any], limit: int
) -> Any:
    from keras_gan import datasets

    if split is not None:
        return datasets.source(name, split, limit=limit, **kind)
    try:
        return datasets.source(name, "test", limit=limit, **kind)
    except ValueError:
        return datasets.source(name, "train", limit=limit, **kind)


def _extractor(name: str, data: str) -> Any:
    from keras_gan import features
    from keras_gan.recipes.assembling import CLASSIFIERS

    if name == "auto":
        name = CLASSIFIERS.get(data, "imagenet")
    if name == "imagenet":
        return features.imagenet()
    if name in CLASSIFIERS.values():
        return features.classifier(name)
    return features.inception(name)


def _print(scores: dict[str, Any]) -> None:
    from keras_gan.cli.console import console

    out = console()
    for name, value in scores.items():
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        out.print(f"[bold]{name:<20}[/]{text}")
