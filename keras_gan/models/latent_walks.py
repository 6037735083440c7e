"""What lies between latents or styles, and along a direction from them?"""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan._checks import (
    LARGEST_INT32,
    flag,
    number_in,
    received,
    seed_or_none,
    whole_number,
)
from keras_gan.latents import StyleMixing, Walk
from keras_gan.latents.mixing import taken_styles
from keras_gan.latents.paths import through
from keras_gan.models import saved_state
from keras_gan.models.fixed_samples import black_and_white
from keras_gan.models.latent_spaces import (
    LatentSpace,
    Space,
    StyleSpace,
    space_of,
)

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

__all__ = ["interpolated", "mixed", "traversed"]

Array = np.ndarray[Any, Any]

_BATCH = 128
_MOST_STEPS = 2**16


def interpolated(
    gan: "GAN",
    n: int | None,
    latents: Any,
    styles: Any,
    labels: Any,
    *,
    steps: int,
    method: str | None,
    closed: bool,
    space: str | None,
    seed: int | None,
) -> Walk:
    """Walks from each point to the next; see `GAN.interpolate`."""
    steps = whole_number("steps", steps, 2, _MOST_STEPS)
    closed = flag("closed", closed)
    where, points, labels = _points(
        gan, n, latents, styles, labels, space, seed, default=5
    )
    if method is None:
        method = "linear" if isinstance(where, StyleSpace) else "spherical"
    paths = through(points, steps, method, closed)
    if labels is not None:
        labels = labels[: len(paths)]
    return _walk(gan, where, paths, labels)


def traversed(
    gan: "GAN",
    direction: Any,
    n: int | None,
    latents: Any,
    styles: Any,
    labels: Any,
    *,
    reach: float,
    steps: int,
    space: str | None,
    seed: int | None,
) -> Walk:
    """Moves points along a direction; see `GAN.traverse`."""
    steps = whole_number("steps", steps, 2, _MOST_STEPS)
    reach = number_in("reach", reach, "(0, inf)")
    where, points, labels = _points(
        gan, n, latents, styles, labels, space, seed, default=4
    )
    step = where.moved(direction)
    amounts = np.linspace(-reach, reach, steps, dtype="float32")
    # Of several styles, each gets the same step.
    moves = np.multiply.outer(amounts, step).reshape(
        steps, *(1 for _ in points.shape[2:]), -1
    )
    return _walk(gan, where, points[:, None] + moves, labels, in_turn=False)


def mixed(
    gan: "GAN",
    rows: int,
    columns: int,
    levels: Any,
    *,
    labels: Any,
    styles: Any,
    seed: int | None,
) -> StyleMixing:
    """Mixes the styles of rows and columns; see `GAN.mix_styles`."""
    space = StyleSpace(gan)
    rows = whole_number("rows", rows, 1, _MOST_STEPS)
    columns = whole_number("columns", columns, 1, _MOST_STEPS)
    first, behind = taken_styles(levels, space.num_styles)
    _, points, _ = _points(
        gan, rows + columns, None, styles, labels, space.name, seed, default=1
    )
    left, top = points[:rows], points[rows:]
    both = np.repeat(left[:, None], columns, axis=1)
    both[:, :, first:behind] = top[None, :, first:behind]
    with saved_state.seeds_kept(gan):
        made = space.images(
            np.concatenate([points, both.reshape(-1, *space.shape)]),
            None,
            _BATCH,
        )
    return StyleMixing(
        images=made[len(points) :].reshape(rows, columns, *gan.image_shape),
        row_images=made[:rows],
        column_images=made[rows : len(points)],
        taken=(first, behind),
        bounds=black_and_white(gan, made),
    )


def _walk(
    gan: "GAN", space: Space, paths: Array, labels: Any, in_turn: bool = True
) -> Walk:
    """Makes the images of paths, with the same label all along a row."""
    rows, steps = paths.shape[:2]
    told = None if labels is None else np.repeat(labels, steps, axis=0)
    with saved_state.seeds_kept(gan):
        made = space.images(
            paths.reshape(rows * steps, *space.shape), told, _BATCH
        )
    return Walk(
        points=paths.astype("float32"),
        images=made.reshape(rows, steps, *gan.image_shape),
        bounds=black_and_white(gan, made),
        in_turn=in_turn,
    )


def _points(
    gan: "GAN",
    n: int | None,
    latents: Any,
    styles: Any,
    labels: Any,
    space: str | None,
    seed: int | None,
    *,
    default: int,
) -> tuple[Space, Array, Any]:
    """Returns the points to start from, with a label for each.

    Args:
        gan: The GAN.
        n: How many.
        latents: The user's own, or `None`.
        styles: The user's own, or `None`.
        labels: One for all, one for each, or `None`.
        space: The name of the space to walk in.
        seed: Of fresh latents.
        default: How many, where nothing says so.

    Raises:
        ValueError: If they don't fit the model, or each other.
    """
    if latents is not None and styles is not None:
        raise ValueError(
            "Give `latents` or `styles`, not both. Received: latents and styles"
        )
    if styles is not None and space == LatentSpace.name:
        raise ValueError(
            "`styles` are no latents. Leave `space` out. Received: "
            "space='latents' with styles"
        )
    if n is not None:
        n = whole_number("n", n, 1, LARGEST_INT32 // gan.latent_dim)
    where = space_of(gan, "styles" if styles is not None else space)
    if styles is not None:
        points = where.checked(styles)
        _require_as_many(n, "styles", points)
        return where, points, None
    if latents is None:
        latents = gan.latents(n or default, seed_or_none("seed", seed))
    else:
        latents = LatentSpace(gan).checked(latents)
        _require_as_many(n, "latents", latents)
    labels = _label_of_each(gan, labels, len(latents))
    return where, where.of_latents(latents, labels), labels


def _require_as_many(n: int | None, name: str, points: Array) -> None:
    if n not in (None, len(points)) or not len(points):
        raise ValueError(
            f"`{name}` must hold at least one row, and `n` as many where both "
            f"are given. Received: n={n}, len({name})={len(points)}"
        )


def _label_of_each(gan: "GAN", labels: Any, n: int) -> Any:
    """Returns a label for each of n points; by default the same for all.

    Raises:
        ValueError: If there are neither one nor n, or the GAN takes none.
    """
    check = getattr(gan, "check_labels", None)
    if check is None:
        if labels is not None:
            gan._sampling_inputs(gan.latents(1, 0), labels)  # Says why not.
        return None
    if labels is None:
        labels = gan._default_labels(1)
    elif np.ndim(labels) == 0:
        labels = [labels]
    found = check(labels)
    if len(found) not in (1, n):
        raise ValueError(
            "`labels` must be one label, or one for each point. "
            f"{received('len(labels)', len(found))} for {n} points"
        )
    return np.repeat(found, n, axis=0) if len(found) == 1 else found
