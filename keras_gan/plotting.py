"""Drawing what was trained: curves of a history, and the networks."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from keras_gan._charts import grouped, in_words
from keras_gan._checks import file_path, instance_of, received
from keras_gan._curves import charts
from keras_gan.models import AdversarialModel

__all__ = ["plot_history", "plot_model"]

_RATES = "Learning rates"


def plot_history(history: Any) -> Image.Image:
    """Draws the curves of a training: losses, scores, penalties, metrics.

    What belongs together is in one chart. Learning rates are drawn where they
    change.

    Args:
        history: What `fit` returned; or its `history`, a dictionary from logs
            to lists with a number for each epoch.

    Returns:
        A Pillow image. A notebook shows it where it is the last line of a
        cell; `.save("curves.png")` writes it.

    Raises:
        TypeError: If it is something else.
        ValueError: If it holds no numbers.

    Example:
        >>> history = gan.fit(images, epochs=10)
        >>> keras_gan.plot_history(history)
    """
    logs = _numbers(getattr(history, "history", history))
    count = max(map(len, logs.values()))
    # A resumed training begins at a later epoch than the first.
    epochs = getattr(history, "epoch", None) or range(count)
    across = [each + 1 for each in epochs]
    curves = {
        title: {
            in_words(name): list(zip(across, logs[name], strict=False))
            for name in names
        }
        for title, names in grouped(logs).items()
        if title != _RATES or any(len(set(logs[name])) > 1 for name in names)
    }
    return charts(curves)


def _numbers(logs: Any) -> dict[str, list[float]]:
    """Returns the logs that hold numbers.

    Raises:
        TypeError: If it is no dictionary.
        ValueError: If there are none.
    """
    what = "what `fit` returned, or its `history`"
    instance_of("history", logs, Mapping, what)
    try:
        found = {
            str(name): np.asarray(values, "float64").reshape(-1).tolist()
            for name, values in logs.items()
        }
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`history` must be {what}: a number for each epoch, by the name "
            f"of the log. {received('history', logs)}"
        ) from error
    found = {name: values for name, values in found.items() if values}
    if not found:
        raise ValueError(
            f"`history` must be {what}, of one epoch at least. "
            f"{received('history', logs)}"
        )
    return found


def plot_model(
    model: AdversarialModel, to_file: str | Path = "model.png", **settings: Any
) -> Any:
    """Draws all networks of a model in one picture.

    `keras.utils.plot_model` draws a GAN as one box, because no graph of layers
    leads from one network to the other. This function has its arguments, and
    draws each network by it, in a frame with its name.

    It needs pydot (`pip install pydot`) and Graphviz
    (https://graphviz.org/download), as Keras' function does.

    Args:
        model: A GAN, or another model of this package.
        to_file: The picture; its ending says which format, such as `.png`,
            `.svg` or `.pdf`.
        **settings: As in `keras.utils.plot_model`, such as `show_shapes=True`,
            `show_layer_names=True` or `dpi=100`.

    Returns:
        The picture for a notebook, or `None` outside of one, as from Keras'
        function.

    Raises:
        ImportError: If pydot or Graphviz is missing.
        TypeError: If it is no model of this package.
        ValueError: If the path is none.

    Example:
        >>> keras_gan.plot_model(gan, "gan.png", show_shapes=True)
    """
    instance_of(
        "model",
        model,
        AdversarialModel,
        "a model of keras_gan, such as a GAN; keras.utils.plot_model draws "
        "single networks",
    )
    path = file_path("to_file", to_file)
    pydot = _pydot()
    dpi = settings.pop("dpi", 200)
    whole = pydot.Dot(
        rankdir=settings.get("rankdir", "TB"),
        splines=settings.get("splines", "ortho"),
        dpi=dpi,
    )
    whole.set_node_defaults(shape="record")
    for name, network in reversed(model.players.networks.items()):
        part = keras.utils.model_to_dot(network, subgraph=True, **settings)
        # Two networks may have one name, and frames of one name are one.
        part.set_name(f"cluster_{name}")
        part.set("label", name)
        whole.add_subgraph(part)
    _write(whole, path)
    return _shown(path)


def _pydot() -> Any:
    try:
        return importlib.import_module("pydot")
    except ImportError as error:
        raise ImportError(
            "`plot_model` needs pydot, which is not installed: "
            "pip install pydot."
        ) from error


def _write(picture: Any, path: Path) -> None:
    try:
        picture.write(str(path), format=path.suffix.removeprefix(".") or "png")
    except FileNotFoundError as error:
        raise ImportError(
            "`plot_model` needs Graphviz, whose program `dot` was not found: "
            "https://graphviz.org/download. "
            f"({error})"
        ) from error


def _shown(path: Path) -> Any:
    try:
        display = importlib.import_module("IPython.display")
    except ImportError:
        return None
    kinds = {".svg": "SVG", ".png": "Image", ".jpg": "Image", "": "Image"}
    kind = kinds.get(path.suffix)
    return None if kind is None else getattr(display, kind)(filename=str(path))
