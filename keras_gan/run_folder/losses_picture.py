"""losses.png: the losses, scores and penalties of a run."""

from pathlib import Path
from typing import Any

from keras_gan._atomic_write import replacing
from keras_gan._charts import LOSSES_PICTURE, deciding
from keras_gan.run_folder.metrics_file import Row

__all__ = ["draw_losses"]


def draw_losses(rows: list[Row], path: Path, by: str = "epoch") -> None:
    """Draws losses and scores, and penalties if there are any.

    Args:
        rows: As `read_metrics` returns them. If there are none, nothing is
            drawn.
        path: The file of the picture.
        by: The key of `rows` for the horizontal axis, such as "epoch".
    """
    if not rows:
        return
    # pyplot would share its state with the user's own figures.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    known = {key for row in rows for key in row}
    panels = [
        (label, curves)
        for label, curves in LOSSES_PICTURE.items()
        if known & set(deciding(curves))
    ]
    figure = Figure(figsize=(7, 2.6 * len(panels)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (label, curves) in zip(axes, panels, strict=True):
        _draw(axis, rows, label, curves, by)
    axes[-1].set_xlabel(by)
    ticks = axes[-1].xaxis.get_major_locator()
    ticks.set_params(integer=True, min_n_ticks=1)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)


def _draw(
    axis: Any, rows: list[Row], label: str, curves: dict[str, str], by: str
) -> None:
    for key, name in curves.items():
        points = [(row[by], row[key]) for row in rows if key in row]
        if points:
            marker = "o" if len(points) < 40 else None
            axis.plot(
                *zip(*points, strict=True),
                label=name,
                marker=marker,
                markersize=3,
            )
    axis.set_ylabel(label)
    axis.grid(alpha=0.3)
    axis.legend()
