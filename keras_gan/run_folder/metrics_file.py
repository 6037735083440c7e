"""metrics.csv: a row for each epoch that is done."""

import csv
import io
import math
import time
from pathlib import Path
from typing import Any

import keras

from keras_gan._atomic_write import write_text
from keras_gan.run_folder.damaged_file import DamagedFileError
from keras_gan.run_folder.interruption import Interruption
from keras_gan.run_folder.save_points import SavePoints

__all__ = [
    "LegibleRow",
    "MetricsFile",
    "Row",
    "read_legible",
    "read_metrics",
    "same_rows",
]

Row = dict[str, float]
"""The row of an epoch: its number, its logs and its seconds."""

LegibleRow = dict[str, float | None]
"""The row of an epoch in any log. None stands for no finite number."""


_SECONDS = 10.0


class MetricsFile(keras.callbacks.Callback):
    """Writes the logs of each epoch, with its number and its seconds.

    The file is replaced as a whole, so it never ends in half a row.

    Args:
        path: The file.
        rows: The rows of the epochs that a resumed run has done already.
        interruption: If it stopped an epoch, that epoch gets no row.
        save_points: Which epochs are saved. The file then has all rows of
            those, and is at most ten seconds behind the others. Default: all.
    """

    def __init__(
        self,
        path: Path,
        rows: list[Row] | None = None,
        interruption: Interruption | None = None,
        save_points: SavePoints | None = None,
    ) -> None:
        super().__init__()
        self.rows = list(rows or [])
        self._path = path
        self._interruption = interruption
        self._save_points = save_points
        self._start = 0.0
        self._written = -math.inf

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock."""
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Adds a row if the epoch is complete."""
        if self._interruption is not None and self._interruption.cut_short:
            return
        seconds = round(time.perf_counter() - self._start, 3)
        values = {key: float(value) for key, value in (logs or {}).items()}
        self.rows.append({"epoch": epoch + 1, **values, "seconds": seconds})
        now = time.monotonic()
        due = self._save_points is None or self._save_points.due
        # It is written as a whole: of 1,000 short epochs, 100 MB.
        if due or now - self._written >= _SECONDS:
            self.write()
            self._written = now

    def write(self) -> None:
        """Writes the rows so far.

        Raises:
            OSError: If the file can't be written.
        """
        write_text(self._path, _as_csv(self.rows))


def read_metrics(path: Path, epochs: int | None = None) -> list[Row]:
    """Reads the rows that `MetricsFile` wrote, to the bit.

    Args:
        path: The file. If there is none, there are no rows.
        epochs: Rows of later epochs are left out.

    Raises:
        DamagedFileError: If it is not as it was written.
        OSError: If it can't be read.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    try:
        rows = [_exact_row(record) for record in _records(content.decode())]
    except (
        ValueError,
        ArithmeticError,
        TypeError,
        csv.Error,
    ) as error:
        raise DamagedFileError(path, error) from error
    except KeyError as error:
        missing = f"it has no column {error}"
        raise DamagedFileError(path, missing) from error
    return [row for row in rows if epochs is None or row["epoch"] <= epochs]


def read_legible(path: Path) -> list[LegibleRow]:
    """Reads the legible rows of any log of epochs, such as a `CSVLogger`'s.

    A row that is cut short is left out. Of an epoch that was written twice,
    the last row is taken. The rows are sorted by epoch, and the first epoch
    is 1, also where the file counts from 0 as Keras does.

    Args:
        path: The file. If there is none, there are no rows.

    Raises:
        ValueError: If it is not CSV.
        OSError: If it can't be read.
    """
    if not path.is_file():
        return []
    text = path.read_bytes().decode("utf-8", errors="replace")
    try:
        rows = [
            {key: _finite(value) for key, value in record.items() if key}
            for record in _records(text)
            # A run that was killed may have left half a line.
            if None not in record.values()
        ]
    except csv.Error as error:
        raise ValueError(f"{path} is not CSV: {error}") from error
    # A run that was resumed may have written an epoch twice.
    by_epoch = {
        row["epoch"]: row for row in rows if row.get("epoch") is not None
    }
    first = 1.0 if 0.0 in by_epoch else 0.0
    ordered = sorted((epoch or 0.0, row) for epoch, row in by_epoch.items())
    return [{**row, "epoch": epoch + first} for epoch, row in ordered]


def same_rows(one: list[Row], other: list[Row]) -> bool:
    """Whether rows are equal to the bit. NaN equals NaN."""
    return _as_csv(one) == _as_csv(other)


def _records(text: str) -> list[dict[Any, Any]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _finite(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _exact_row(values: dict[str, Any]) -> Row:
    row = {key: float(value) for key, value in values.items() if value}
    row["epoch"] = int(row["epoch"])
    return row


def _as_csv(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
