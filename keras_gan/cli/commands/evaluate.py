"""`keras-gan evaluate`: measures generated images."""

import argparse
import json
from math import isfinite
from pathlib import Path
from typing import Any

from keras_gan._checks import meant
from keras_gan.cli.arguments import (
    LARGEST,
    LARGEST_SEED,
    add_truncation,
    name_or_path,
    path,
    whole_number_in,
)
from keras_gan.cli.console import console, labelled, print_error
from keras_gan.cli.errors import UsageError, as_usage_errors

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "evaluate",
        help="measure generated images against real ones",
        description=(
            "Measures the images or points of a GAN, or of an .npz that "
            "`generate` or another program made, against real ones; of a model "
            "that translates, what it makes of images that it was not trained "
            "on. Numbers compare only with the same extractor, real images, k "
            "and as many images."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras|PRESET|SAMPLES.npz", type=path)
    add(
        "--data",
        type=name_or_path,
        metavar="NAME|PATH|RUN",
        help="the real images: a data set, a folder or .npz, or those of a "
        "run [what the run was trained on]",
    )
    add(
        "--metrics",
        metavar="fid,kid,...",
        help="which, separated by commas [fid, kid, precision, recall, "
        "density, coverage; of translations psnr, ssim, kid]; also "
        "nearest_neighbor, sliced_wasserstein, checkerboard, "
        "ms_ssim_diversity; of pairs, psnr, ssim; by a "
        "classifier or known modes, modes, kl, inception_score, "
        "class_entropy, label_accuracy; of points of known Gaussians, "
        "high_quality",
    )
    add(
        "--real-split",
        choices=("train", "val", "test"),
        help="which real images; those a run was trained on are `train` "
        "[test where there are any, else val]",
    )
    add(
        "--num-samples",
        type=whole_number_in(2, LARGEST),
        default=10_000,
        metavar="N",
        help="at most so many generated images [10000]",
    )
    add(
        "--num-real",
        type=whole_number_in(2, LARGEST),
        metavar="N",
        help="at most so many real images [as --num-samples]",
    )
    add(
        "--extractor",
        type=name_or_path,
        default="auto",
        metavar="NAME|FILE",
        help="whose features are compared: fashion_mnist, mnist, "
        "stacked_mnist (their classifiers), ring, grid (their Gaussians), "
        "imagenet, or a file with the weights of Inception-v3 [what knows the "
        "data, else imagenet; points are compared as they are; none where no "
        "metric looks at features]",
    )
    add(
        "--k",
        type=whole_number_in(1, LARGEST),
        default=5,
        metavar="K",
        help="neighbours, for precision, recall, density and coverage [5]",
    )
    add(
        "--seed",
        type=whole_number_in(0, LARGEST_SEED),
        default=0,
        metavar="S",
        help="of the images [0]",
    )
    add_truncation(parser)
    add("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures generated images, and prints a table or JSON."""
    from keras_gan.cli.translation_scores import scores_of, translation_in

    if arguments.num_real is None:
        arguments.num_real = arguments.num_samples
    with as_usage_errors():
        names = _metric_names(arguments.metrics)
        _check_extractor(arguments.extractor)
        recipe = translation_in(arguments.model)
        if recipe is not None or arguments.model.suffix == ".npz":
            _refuse_truncation(arguments)
        scores = (
            _scores(arguments, names)
            if recipe is None
            else scores_of(recipe, arguments, names, _chosen_extractor)
        )
    if arguments.json:
        print(json.dumps(_finite(scores)))
    else:
        _print_table(scores)
    for each in scores.get("cautions", ()):
        print_error(f"keras-gan: note: {each}.")
    return 0


def _scores(arguments: Any, names: list[str] | None) -> dict[str, Any]:
    """Measures generated images."""
    from keras_gan import metrics
    from keras_gan.metrics.cautions import cautions

    names = names or list(metrics.DEFAULT_METRICS)
    _refuse_pairs(names, arguments.model)
    config, fake, labels = _generated_images(arguments)
    real = _real_images(arguments, config)
    evaluator = metrics.Evaluator(
        real.images[:],
        extractor=_chosen_extractor(
            arguments.extractor, real.name, real.image_shape, names
        ),
        metrics=names,
        k=arguments.k,
        real_split=real.split,
    )
    scores = evaluator(fake, labels=labels)
    said = cautions(evaluator, fake, scores)
    return {"data": real.name, **scores, "cautions": said}


def _check_extractor(name: str) -> None:
    from keras_gan.features.of_data import NAMED

    known = ("auto", *NAMED)
    if name not in known and not Path(name).is_file():
        raise UsageError(
            f"--extractor must be one of {', '.join(known)}, or a file with "
            "weights of Inception-v3, such as pytorch-fid's "
            f"pt_inception-2015-12-05-6726825d.pth. Received: {name}"
        )


def _refuse_truncation(arguments: Any) -> None:
    if arguments.truncation is not None:
        raise UsageError(
            "--truncation is for a StyleGAN that makes the images. "
            f"Received: --truncation {arguments.truncation:g} for "
            f"{arguments.model}"
        )


def _metric_names(given: str | None) -> list[str] | None:
    """Returns the metrics to compute, or raises an error if one is unknown."""
    from keras_gan.metrics import METRICS

    if given is None:
        return None
    names = [name.strip() for name in given.split(",") if name.strip()]
    unknown = next((name for name in names if name not in METRICS), None)
    if not names or unknown is not None:
        raise UsageError(
            f"--metrics must be names out of {', '.join(METRICS)}, separated "
            f"by commas. {meant(unknown, METRICS)}Received: {given}"
        )
    return names


def _refuse_pairs(names: list[str], model: Path) -> None:
    """Raises an error if generated images shall be like a real one each."""
    from keras_gan.metrics import METRICS

    paired = [name for name in names if METRICS[name].needs == "pairs"]
    if paired and model.suffix != ".npz":
        raise UsageError(
            "Images that belong together are measured by "
            f"{' and '.join(paired)}, and what a GAN generates belongs to no "
            "real image. Give an .npz whose images are in the order of those "
            "of --data. "
            f"Received: {model}"
        )


def _finite(scores: dict[str, Any]) -> dict[str, Any]:
    """Returns the scores with null for infinity and NaN, which JSON lacks."""
    return {
        name: None
        if isinstance(value, float) and not isfinite(value)
        else value
        for name, value in scores.items()
    }


def _generated_images(arguments: Any) -> tuple[dict[str, Any] | None, Any, Any]:
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
    if trained.translates:
        raise UsageError(
            f"{arguments.model} translates images, and does not say which "
            "these were. Keep it in its run's folder, whose config.json does."
        )
    labels = None
    if trained.num_classes is not None:
        import numpy as np

        labels = np.arange(arguments.num_samples) % trained.num_classes
    images = trained.generate(
        arguments.num_samples, labels, arguments.seed, arguments.truncation
    )
    return trained.config, images, labels


def _real_images(arguments: Any, config: dict[str, Any] | None) -> Any:
    """Returns the real images: of this run, of another one, or by name."""
    from keras_gan import presets
    from keras_gan.cli import run_config
    from keras_gan.run_folder import RunFolder

    if arguments.real_split == "val":
        raise UsageError(
            "Only folders for translation may have the split val; all else "
            "has train and test. Received: --real-split val"
        )
    named = arguments.data
    if named is not None and RunFolder(Path(named)).started:
        config, named = run_config.read(RunFolder(Path(named)))[0], None
    recipe = config["recipe"] if config else {}
    name = named or recipe.get("data")
    preset = presets.named_by(arguments.model)
    if name is None and preset is not None:
        name = presets.card(preset)["data"]
    if name is None:
        raise UsageError(
            f"{arguments.model} does not say what it was trained on. Name the "
            "real images, or the folder of its run, with --data."
        )
    # The images of another data set must still be of the same kind.
    kind = {key: recipe.get(key) for key in ("image_size", "channels", "label")}
    limits = dict.fromkeys(("train", "test"), arguments.num_real)
    if named is None:
        limits["train"] = recipe.get("limit")
    source = _source_of_split(name, arguments.real_split, kind, limits)
    return source.select(limit=arguments.num_real)


def _source_of_split(
    name: str,
    split: str | None,
    kind: dict[str, Any],
    limits: dict[str, int | None],
) -> Any:
    from keras_gan import datasets

    if split != "train":
        try:
            return datasets.source(name, "test", limit=limits["test"], **kind)
        except ValueError:
            if split == "test":
                raise
    return datasets.source(name, "train", limit=limits["train"], **kind)


def _chosen_extractor(
    name: str, data: str, shape: tuple[int, ...], metric_names: list[str]
) -> Any:
    """Returns the extractor of a name, or that which fits the data.

    Args:
        name: As given by the user.
        data: The name of the data set.
        shape: That of one image or vector.
        metric_names: What is to be measured.

    Returns:
        The extractor; None where the user named none, and no metric looks at
        features.
    """
    from keras_gan import features
    from keras_gan.features.of_data import (
        NAMED,
        extractor_for,
        named_extractor,
    )
    from keras_gan.metrics import METRICS
    from keras_gan.metrics.evaluation import needing_extractor

    if name == "auto":
        needed = needing_extractor(
            {each: METRICS[each] for each in metric_names}
        )
        return extractor_for(data, shape) if needed else None
    return named_extractor(name) if name in NAMED else features.inception(name)


def _print_table(scores: dict[str, Any]) -> None:
    out = console()
    for name, value in scores.items():
        if name == "cautions":
            continue
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        out.print(labelled(name, text, 20))
