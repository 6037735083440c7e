"""`keras-gan train`: trains a recipe into a run's folder."""

import argparse
from contextlib import (
    AbstractContextManager,
    ExitStack,
    nullcontext,
    redirect_stdout,
)
from dataclasses import replace
from io import StringIO
from typing import Any

from keras_gan.cli.arguments import (
    LARGEST,
    LARGEST_SEED,
    name_or_path,
    path,
    run_path,
    whole_number_in,
)
from keras_gan.cli.errors import UsageError, as_usage_errors

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
        type=name_or_path,
        metavar="NAME|PATH",
        help="fashion_mnist, mnist, digits, fashion_mnist_sample, "
        "stacked_mnist, grid, ring, a folder of images, an .npz or .npy; to "
        "translate: outlines, small_clothes, sneakers_to_boots, or a folder "
        "of pairs or of two sides",
    )
    add(
        "--image-size",
        type=whole_number_in(1, 4096),
        metavar="N",
        help="scale and crop images to N x N pixels [as they are]",
    )
    add(
        "--channels",
        type=int,
        choices=(1, 3),
        help="1 makes images grey, 3 gives them colour [as they are]",
    )
    add(
        "--direction",
        choices=("ab", "ba"),
        help="which side of pairs becomes which [ab: a, or left, becomes b]",
    )
    count, seed = whole_number_in(1, LARGEST), whole_number_in(0, LARGEST_SEED)
    add("--epochs", type=count, metavar="N", help="how many epochs to train")
    add("--batch-size", type=count, metavar="B", help="images in a batch")
    add("--seed", type=seed, metavar="S", help="of all that is random [0]")
    add(
        "--flip",
        action="store_true",
        help="mirror images left to right at random; for pictures that are as "
        "likely either way round",
    )
    add(
        "--num-workers",
        type=whole_number_in(0, LARGEST),
        default=0,
        metavar="N",
        help="processes that decode a folder of images ahead of the training; "
        "0 for threads of this one [0]",
    )
    add(
        "--cache",
        type=path,
        metavar="DIR",
        help="keep the decoded images of a folder in DIR, for all runs",
    )
    add(
        "--cache-limit",
        type=whole_number_in(1, LARGEST),
        default=64,
        metavar="GIB",
        help="the most that DIR may hold; the rest is removed [64]",
    )
    add(
        "--init",
        type=path,
        metavar="RUN",
        help="start from the weights of a trained run, of a .keras file or of "
        "a preset; without RECIPE, with the run's own",
    )
    add(
        "--freeze-d",
        type=whole_number_in(0, LARGEST),
        metavar="N",
        help="with --init: layers of the discriminator, from the first, that "
        "keep their weights",
    )
    add(
        "--out",
        type=run_path,
        metavar="DIR",
        help="the run's folder [runs/RECIPE-DATE]",
    )
    add(
        "--resume",
        action="store_true",
        help="go on with the run in --out, or else with the newest",
    )
    add(
        "--save-every",
        type=whole_number_in(0, LARGEST),
        default=60,
        metavar="SECONDS",
        help="least time between two checkpoints; 0 for one each epoch [60]",
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
        "--distribute",
        metavar="ENGINE",
        help="train on many devices: mirrored (TensorFlow, this machine), "
        "data-parallel (JAX, this machine) or multiworker (TensorFlow by "
        "TF_CONFIG, torch by torchrun, JAX by KERAS_DISTRIBUTION_...)",
    )
    add(
        "--dry-run",
        action="store_true",
        help="show what would run, and write nothing",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Trains a recipe, or shows what would be trained."""
    from keras_gan.cli import plan_summary, planning, run_config, training
    from keras_gan.cli.preparing import prepare
    from keras_gan.run_folder import locked

    with ExitStack() as stack:
        with as_usage_errors():
            workers = stack.enter_context(_joined_workers(arguments))
            writes = workers.rank == 0 and not arguments.dry_run
            folder = planning.folder_of(arguments)
            # Nothing may change in the folder between reading and resuming it.
            held = writes and arguments.resume and folder.path.is_dir()
            if held:
                stack.enter_context(locked(folder.path))
            plan = planning.plan(arguments, folder, workers.rank)
            naming_config = run_config.named_in_errors(plan.folder)
            with naming_config if plan.resumed else nullcontext():
                prepared = prepare(plan, workers, arguments.save_every)
            if writes and not held:
                named = arguments.out is not None
                claimed = planning.claimed(prepared.plan, named)
                prepared = replace(prepared, plan=stack.enter_context(claimed))
        if workers.rank:
            stack.enter_context(redirect_stdout(StringIO()))
        plan_summary.print_summary(prepared, in_full=arguments.dry_run)
        if arguments.dry_run:
            return 0
        return training.train(prepared, workers)


def _joined_workers(
    arguments: argparse.Namespace,
) -> AbstractContextManager[Any]:
    """Returns a context in which this process is one of the workers."""
    from keras_gan import backend

    engine = arguments.distribute
    if engine is None:
        return nullcontext(backend.Workers())
    if engine == "multiworker" and arguments.out is None:
        raise UsageError(
            "All workers share one folder, so --distribute multiworker needs "
            "--out DIR, the same for all of them."
        )
    joined: AbstractContextManager[Any] = backend.distributed(engine)
    return joined
