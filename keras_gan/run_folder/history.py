"""metrics.csv: a row for each epoch that is done."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import keras

from keras_gan._atomic_write import write_text
from keras_gan.run_folder.files import DamagedFileError
from keras_gan.run_folder.interruption import Interruption

__all__ = ["MetricsFile", "Row", "read_metrics", "same_rows"]

Row = dict[str, float]
"""An epoch: its number, its logs and its seconds."""


class MetricsFile(keras.callbacks.Callback):
    """Writes all logs of each epoch, with its number and its seconds.

    The file is replaced as a whole, so it never ends in half a row.

    Args:
        path: The file.
        rows: What a resumed run has done already.
        interruption: An epoch that it cut short gets no row.
    """

    def __init__(
        self,
        path: Path,
        rows: list[Row] | None = None,
        interruption: Interruption | None = None,
    ) -> None:
        super().__init__()
        self.rows = list(rows or [])
        self._path = path
        self._interruption = interruption
        self._start = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock."""
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Adds a row, if the epoch is complete."""
        if self._interruption is not None and self._interruption.requested:
            return
        seconds = round(time.perf_counter() - self._start, 3)
        values = {key: float(value) for key, value in (logs or {}).items()}
        self.rows.append({"epoch": epoch + 1, **values, "seconds": seconds})
        self.write()

    def write(self) -> None:
        """Writes the rows so far.

        Raises:
            OSError: If the file can't be written.
        """
        write_text(self._path, _table(self.rows))


def read_metrics(path: Path, epochs: int | None = None) -> list[Row]:
    """Reads the rows of a metrics file.

    Args:
        path: The file; without it there are no rows.
        epochs: Rows of later epochs are left out.

    Raises:
        ValueError: If it is not as it was written.
        OSError: If it can't be read.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    try:
        table = csv.DictReader(io.StringIO(content.decode(), newline=""))
        rows = [_row(values) for values in table]
    except (
        ValueError,
        ArithmeticError,
        TypeError,
        KeyError,
        csv.Error,
    ) as error:
        raise DamagedFileError(path, error) from error
    return [row for row in rows if epochs is None or row["epoch"] <= epochs]


def same_rows(one: list[Row], other: list[Row]) -> bool:
    """Whether rows are equal to the bit, NaN included."""
    return _table(one) == _table(other)


def _row(values: dict[str, Any]) -> Row:
    row = {key: float(value) for key, value in values.items() if value}
    row["epoch"] = int(row["epoch"])
    return row


def _table(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
