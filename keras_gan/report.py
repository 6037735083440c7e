"""The report of a run: curves, pictures and settings in one HTML file."""

import base64
import html
import json
import platform
import re
from collections.abc import Mapping
from datetime import datetime
from importlib import metadata, resources
from pathlib import Path
from string import Template
from typing import Any

import keras
import numpy as np

from keras_gan._atomic_write import write_text
from keras_gan._charts import DISTANCES, HIGHER_IS_BETTER, LOSSES, grouped
from keras_gan._printable import printable
from keras_gan.callbacks.image_snapshot import snapshots
from keras_gan.run_folder.metrics_file import LegibleRow, read_legible

__all__ = ["write_report"]

_TEMPLATE = resources.files("keras_gan") / "assets" / "report.html"
_MOST_FRAMES = 60
_LEAST_FRAMES = 12
_MOST_BYTES = 1_200_000
"""Of all frames, where they are more than the least."""
_MOST_LISTED = 100
_MADE = "Translated images"
_COLUMNS = {
    "Pix2Pix": "source, output, target",
    "CycleGAN": "a, as b, a again; b, as a, b again",
}
"""What the columns of snapshots show, by the model."""
_PACKAGES = ("keras-gan", "keras", "tensorflow", "jax", "torch", "numpy")

_TO_ESCAPE = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}

Rows = list[LegibleRow]


def write_report(run_folder: str | Path) -> Path:
    """Writes `report.html` into a run's folder, and returns its path.

    The file opens in a browser, without a server or network. It shows the
    curves of losses and metrics, the snapshots with a slider, the configuration
    and the versions. It shows what the folder holds so far, so the run may
    still be training.

    Args:
        run_folder: A folder with any of `config.json` (a dictionary),
            `metrics.csv` (as `keras.callbacks.CSVLogger` writes it, or with
            epochs that count from 1) and `images/` (as
            `keras_gan.callbacks.ImageSnapshot` writes it).

    Returns:
        The path of the report.

    Raises:
        ValueError: If there is no such folder, or nothing to report in it.

    Example:
        >>> keras_gan.report.write_report("runs/quick-2026-01-31")
    """
    folder = Path(run_folder)
    if not folder.is_dir():
        raise ValueError(
            "`run_folder` must be the folder of a run. "
            f"Received: run_folder={str(run_folder)!r}, which is none"
        )
    config = _configuration(folder / "config.json")
    rows = read_legible(folder / "metrics.csv")
    frames = _snapshot_frames(folder / "images")
    real = _real_picture(folder / "images")
    if not (config or rows or frames):
        raise ValueError(
            f"There is nothing to report in {folder}: neither config.json, nor "
            "metrics.csv, nor pictures in images/."
        )
    path = folder / "report.html"
    page = _page(folder.resolve().name, config, rows, frames, real)
    write_text(path, page)
    return path


def _page(
    name: str,
    config: dict[str, Any],
    rows: Rows,
    frames: list[dict[str, str]],
    real: str,
) -> str:
    curves = _curves(rows)
    data = {
        "epochs": [int(row["epoch"] or 0) for row in rows],
        "curves": curves,
        "charts": [
            {"title": title, "names": names}
            for title, names in grouped(curves).items()
        ],
        "frames": frames,
    }
    try:
        settings, versions = _versions(config)
    except RecursionError as error:
        raise ValueError("config.json is nested too deeply.") from error
    tables = [("Configuration", settings), ("Environment", versions)]
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=_escaped(name),
        subtitle=f"Report of {datetime.now():%Y-%m-%d %H:%M}",
        facts="".join(_fact_card(*fact) for fact in _facts(rows, curves)),
        pictures=(
            _slider(len(frames), _shown(config)) + real if frames else ""
        ),
        tables="\n".join(_table(*table) for table in tables if table[1]),
        data=_in_a_script(data),
    )


def _in_a_script(data: Any) -> str:
    """Returns JSON without the characters that have a meaning in HTML.

    A script element ends at the first `</script`, even inside a text. After
    `<!--<script` it does not even end there.
    """
    return json.dumps(data, allow_nan=False).translate(_TO_ESCAPE)


def _escaped(text: str) -> str:
    return html.escape(printable(text))


def _configuration(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply.") from error
    return found if isinstance(found, dict) else {"config": found}


def _curves(rows: Rows) -> dict[str, list[float | None]]:
    names = dict.fromkeys(name for row in rows for name in row)
    curves = {
        printable(name): [row.get(name) for row in rows] for name in names
    }
    curves.pop("epoch", None)
    return {k: v for k, v in curves.items() if any(x is not None for x in v)}


def _facts(
    rows: Rows, curves: Mapping[str, list[float | None]]
) -> list[tuple[str, str]]:
    if not rows:
        return []
    facts = [("epochs", str(int(rows[-1]["epoch"] or 0)))]
    for name in LOSSES:
        if name in curves:
            facts.append((f"last {name}", _rounded(curves[name][-1])))
    for names, best in (
        (DISTANCES, min),
        (HIGHER_IS_BETTER, max),
    ):
        for name in names:
            known = [v for v in curves.get(name, []) if v is not None]
            if known:
                facts.append((f"best {name}", _rounded(best(known))))
    return facts


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _snapshot_frames(folder: Path) -> list[dict[str, str]]:
    paths = snapshots(folder)
    size = sum(path.stat().st_size for path in paths) / max(1, len(paths))
    most = min(_MOST_FRAMES, max(int(_MOST_BYTES / (size + 1)), _LEAST_FRAMES))
    if len(paths) > most:
        chosen = np.linspace(0, len(paths) - 1, most).round()
        paths = [paths[int(index)] for index in chosen]
    return [
        {
            "name": _caption(path.stem),
            "source": _embedded(path),
        }
        for path in paths
    ]


def _real_picture(folder: Path) -> str:
    """Returns as many real images as a snapshot has, if they were drawn."""
    path = folder / "real.png"
    if not path.is_file():
        return ""
    return (
        '<div class="card picture real"><h2>Real images</h2>'
        f'<img src="{_embedded(path)}" alt="Real images"></div>'
    )


def _embedded(path: Path) -> str:
    """Returns a picture inside of its address."""
    content = base64.b64encode(path.read_bytes()).decode()
    return f"data:image/png;base64,{content}"


def _caption(stem: str) -> str:
    """Returns "epoch 12" for "epoch-0012"."""
    unit, count = stem.split("-")
    return f"{unit} {int(count):,}"


def _versions(
    config: dict[str, Any],
) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the settings and the environment of a run.

    If the configuration names no environment, it is that of this process.
    """
    config = dict(config)
    recipe = config.get("recipe")
    if isinstance(recipe, Mapping):
        name = {"recipe": recipe.get("name")}
        config = {**name, **recipe, **config, **name}
        config.pop("name", None)
    own = config.pop("environment", config.pop("versions", None))
    versions = _flattened(own) if isinstance(own, dict) else _environment()
    for package in ("backend", *_PACKAGES):
        version = config.pop(package.replace("-", "_"), None)
        if version is not None:
            versions[package] = _as_words(version)
    return _flattened(config), versions


def _environment() -> dict[str, str]:
    found = {
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "backend": keras.backend.backend(),
    }
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _flattened(nested: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Returns {"a.b": "1"} for {"a": {"b": 1}}. None is left out."""
    flat: dict[str, str] = {}
    for key, value in nested.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and "name" not in value:
            flat.update(_flattened(value, f"{name}."))
        elif value is not None:
            flat[name] = _as_words(value)
    return flat


def _as_words(value: Any) -> str:
    """Returns "adam, beta_1 0.5" for {"name": "adam", "beta_1": 0.5}."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _list_as_words(value)
    if not isinstance(value, Mapping):
        return json.dumps(value)
    words = [
        _as_words(each) if key == "name" else f"{key} {_in_brackets(each)}"
        for key, each in value.items()
        if each is not None
    ]
    return ", ".join(words)


def _list_as_words(values: list[Any]) -> str:
    if values and all(isinstance(value, Mapping) for value in values):
        return "; ".join(map(_as_words, values))
    more = len(values) - _MOST_LISTED
    shown = list(map(_as_words, values[:_MOST_LISTED]))
    shown += [f"and {more:,} more"] if more > 0 else []
    return f"[{', '.join(shown)}]"


def _in_brackets(value: Any) -> str:
    """Returns a value as words, a schedule's in brackets."""
    words = _as_words(value)
    return f"({words})" if isinstance(value, Mapping) else words


def _fact_card(name: str, value: str) -> str:
    return (
        f'<div class="card"><b>{_escaped(value)}</b>'
        f"<span>{_escaped(name)}</span></div>"
    )


def _shown(config: Mapping[str, Any]) -> tuple[str, str]:
    """Returns what the snapshots are, and what their columns are."""
    recipe = config.get("recipe")
    model = recipe.get("model") if isinstance(recipe, Mapping) else None
    name = model.get("name") if isinstance(model, Mapping) else None
    columns = _COLUMNS.get(name) if isinstance(name, str) else None
    return ("Generated images", "") if columns is None else (_MADE, columns)


def _slider(count: int, shown: tuple[str, str]) -> str:
    """Returns the slider for the snapshots. It starts at the last one."""
    last = count - 1
    title, columns = shown
    caption = f"<p>{columns}</p>" if columns else ""
    return (
        f'<div class="card picture"><h2>{title}</h2>{caption}'
        '<img id="snapshot" alt="">'
        '<div class="player"><button id="play" type="button">Play</button>'
        f'<input id="slider" type="range" min="0" max="{last}" value="{last}" '
        'aria-label="Snapshot"><output id="when"></output></div></div>'
    )


def _table(title: str, rows: Mapping[str, str]) -> str:
    cells = "".join(
        f"<tr><td>{_breakable(name)}</td><td>{_escaped(value)}</td></tr>"
        for name, value in rows.items()
    )
    return f'<div class="card"><h2>{title}</h2><table>{cells}</table></div>'


def _breakable(name: str) -> str:
    """Returns a long name as HTML that may break after `.` and `_`."""
    return re.sub(r"([._])", r"\1<wbr>", _escaped(name))
