"""`keras-gan export`: writes the generator for use without Keras."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_gan._atomic_write import replacing, write_json
from keras_gan.cli.arguments import path
from keras_gan.cli.console import console
from keras_gan.cli.errors import UsageError, as_usage_errors
from keras_gan.cli.output_files import check_new

if TYPE_CHECKING:
    from keras_gan.cli.loading import Trained

__all__ = ["add_parser", "run"]

_ENDINGS = {"litert": ".tflite", "openvino": ".xml"}
FORMATS = ("tf_saved_model", "onnx", "openvino", "litert", "torch")
_ALIASES = {"tflite": "litert"}


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "export",
        help="write the generator for use elsewhere",
        description=(
            "Exports the generator, averaged if it is, so that it runs "
            "without Keras: latents in, images out; of a model that "
            "translates, images in, images out. Of a CycleGAN's two, "
            "--direction says which one. A JSON file beside it says of which "
            "size, value range, classes and recipe."
        ),
    )
    add = parser.add_argument
    add("model", metavar="RUN|MODEL.keras|PRESET", type=path)
    add(
        "--format",
        choices=(*FORMATS, *_ALIASES),
        default=FORMATS[0],
        help="tflite is the former name of litert [tf_saved_model]",
    )
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
    form = _ALIASES.get(arguments.format, arguments.format)
    ending = _ENDINGS.get(form)
    if ending is not None and target.suffix != ending:
        raise UsageError(
            f"--out must end in {ending} for --format {arguments.format}. "
            f"Received: {target}"
        )
    beside = target.with_name(f"{target.name}.json")
    check_new("--out", target, beside)
    from keras_gan.cli import exporting
    from keras_gan.cli.loading import load

    with as_usage_errors():
        exporting.require_packages(form)
        trained = load(arguments.model)
        direction = _direction(trained, arguments.direction)
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            _export(trained.gan, temporary, form, direction)
        write_json(beside, exporting.facts(trained, form, target))
    written = "" if direction is None else f", direction {direction}"
    console().print(f"{form}{written}: {target}")
    console().print(f"facts: {beside}")
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

    from keras_gan.cli.exporting import named_network
    from keras_gan.models import GAN

    # One that translates has two networks to choose from, and chooses itself.
    model = named_network(gan, form) if isinstance(gan, GAN) else gan
    chosen = {} if direction is None else {"direction": direction}
    try:
        model.export(str(path), format=form, verbose=False, **chosen)
    except OSError:
        raise
    # Each format has its own library, with its own kinds of errors.
    except Exception as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise UsageError(
            f"The generator can't be written as {form} on the "
            f"{keras.backend.backend()} backend: {said[0]} Try a --format out "
            f"of {', '.join(each for each in FORMATS if each != form)}, or "
            "another backend, as in `KERAS_BACKEND=torch keras-gan export ...`."
        ) from error
