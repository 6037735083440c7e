"""`keras-gan train`: one recipe, one run folder."""

import argparse
from typing import Any

from keras_gan.cli.errors import user_input

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "train",
        help="train a recipe; without one, the default",
        description=(
            "Trains a recipe into a new folder under runs/: pictures, curves, "
            "TensorBoard events and the model. Ctrl-C ends it cleanly, and "
            "--resume goes on exactly, also after a kill."
        ),
    )
    add = parser.add_argument
    add("recipe", nargs="?", metavar="RECIPE", help="see `keras-gan recipes`")
    add(
        "--data",
        metavar="NAME|PATH",
        help="fashion_mnist, mnist, digits, fashion_mnist_sample, "
        "a folder of images, an .npz or .npy",
    )
    add("--epochs", type=_positive, metavar="N", help="times through the data")
    add("--batch-size", type=_positive, metavar="B", help="images in a batch")
    add("--seed", type=_natural, metavar="S", help="of all that is random [0]")
    add("--out", metavar="DIR", help="the run's folder [runs/RECIPE-DATE]")
    add(
        "--resume",
        action="store_true",
        help="go on with the run in --out, or else with the newest",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change the recipe, for example networks.filters=16; again for "
        "each change",
    )
    add(
        "--dry-run",
        action="store_true",
        help="show what would run, and write nothing",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Trains, or shows what would be trained."""
    import keras

    from keras_gan.cli import describing, planning, training
    from keras_gan.recipes import assemble

    with user_input():
        plan = planning.plan(arguments)
        keras.utils.set_random_seed(plan.seed)
        gan = assemble(
            plan.recipe,
            plan.source.image_shape,
            num_classes=plan.num_classes,
            seed=plan.seed,
            num_images=len(plan.source.images),
        )
    describing.show(plan, gan, in_full=arguments.dry_run)
    if arguments.dry_run:
        return 0
    return training.train(plan, gan)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def _natural(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(
            f"must be from 0 to 4294967295, not {text}"
        )
    return number
