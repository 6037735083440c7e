"""`keras-gan export`: writes the generator for use without Keras."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_gan._atomic_write import replacing
from keras_gan.cli.arguments import path
from keras_gan.cli.console import console
from keras_gan.cli.errors import UsageError, as_usage_errors

if TYPE_CHECKING:
    from keras_gan.cli.loading import Trained

__all__ = ["add_parser", "run"]

_ENDINGS = {"litert": ".tflite", "openvino": ".xml"}
FORMATS = ("tf_saved_model", "onnx", "openvino", "litert", "torch")


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "export",
        help="write the generator for use elsewhere",
        description=(
            "Exports the generator, averaged if it is, so that it runs "
            "without Keras: latents in, images out; of a model that "
            "translates, images in, images out. Of a CycleGAN's two, "
            "--direction says which one."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras", type=path)
    add("--format", choices=FORMATS, default=FORMATS[0])
    add("--out", type=path, required=True, metavar="PATH")
    add(
        "--direction",
        choices=("ab", "ba"),
        help="of a CycleGAN: from side a to b, or back [ab]",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exports the generator to a path that does not exist yet."""
    target = arguments.out
    ending = _ENDINGS.get(arguments.format)
    if ending is not None and target.suffix != ending:
        raise UsageError(
            f"--out must end in {ending} for --format {arguments.format}. "
            f"Received: {target}"
        )
    if target.exists():
        raise UsageError(f"{target} exists. Choose another --out.")
    from keras_gan.cli.loading import load

    with as_usage_errors():
        trained = load(arguments.model)
        direction = _direction(trained, arguments.direction)
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            _export(trained.gan, temporary, arguments.format, direction)
    written = "" if direction is None else f", direction {direction}"
    console().print(f"{arguments.format}{written}: {target}")
    return 0


def _direction(trained: "Trained", asked: str | None) -> str | None:
    """Returns which way is written, `None` for models with one generator."""
    from keras_gan.cli.translating import made_set
    from keras_gan.models import CycleGAN

    if trained.translates:
        made = made_set(trained, asked)
        if not isinstance(trained.gan, CycleGAN):
            return None
        return f"{trained.gan.origin(made)}{made}"
    if asked is not None:
        raise UsageError(
            f"{trained.origin} makes images of latents, so it takes no "
            "--direction. Only a CycleGAN has directions. Received: "
            f"--direction {asked}"
        )
    return None


def _export(gan: Any, path: Path, form: str, direction: str | None) -> None:
    import keras

    chosen = {} if direction is None else {"direction": direction}
    try:
        gan.export(str(path), format=form, verbose=False, **chosen)
    except OSError:
        raise
    # Each format has its own library, with its own kinds of errors.
    except Exception as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise UsageError(
            f"The generator can't be written as {form} on the "
            f"{keras.backend.backend()} backend: {said[0]} Try another "
            f"--format out of {', '.join(FORMATS)}, or another KERAS_BACKEND."
        ) from error
