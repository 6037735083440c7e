"""Comparing runs: groups of equal settings, and means over their seeds."""

import json
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keras_gan._charts import DISTANCES, HIGHER_IS_BETTER, LOSSES
from keras_gan.cli.compared_runs import ComparedRun, Settings
from keras_gan.cli.errors import UsageError

__all__ = ["Comparison", "Group", "Score", "compare"]

QUALITY = (*DISTANCES, *HIGHER_IS_BETTER, "density")
"""What is compared where the user names nothing, as far as it is there."""
SECONDS = "seconds"
"""Of a run: the time of all epochs that are looked at, in total."""

_MOST_NAMED = 5


@dataclass(frozen=True)
class Score:
    """A metric of several runs.

    Args:
        values: One of each run that has the metric.
    """

    values: tuple[float, ...]

    @property
    def count(self) -> int:
        """Of how many runs it is the mean."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """The mean; NaN where a value is not finite, or there is none."""
        if not self.values or self.failed:
            return math.nan
        return statistics.fmean(self.values)

    @property
    def deviation(self) -> float | None:
        """The standard deviation over the runs (n - 1), of two at least."""
        if self.count < 2 or self.failed:
            return None
        return statistics.stdev(self.values)

    @property
    def failed(self) -> int:
        """How many values are not finite."""
        return sum(not math.isfinite(value) for value in self.values)


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but their seed.

    Args:
        settings: What sets the group apart from the others, in words.
        runs: The runs.
        epochs: At which epoch each of them was looked at.
        scores: By metric.
    """

    settings: dict[str, str]
    runs: list[ComparedRun]
    epochs: list[int]
    scores: dict[str, Score]


@dataclass(frozen=True)
class Comparison:
    """Groups of runs side by side.

    Args:
        settings: The names of the settings that tell groups apart.
        metrics: The names of the metrics.
        groups: The groups, sorted by their settings.
        notes: What a reader has to know, a sentence each.
    """

    settings: list[str]
    metrics: list[str]
    groups: list[Group]
    notes: list[str]


def compare(
    runs: Sequence[ComparedRun],
    *,
    metrics: Sequence[str] = (),
    at: str | int = "last",
) -> Comparison:
    """Compares runs.

    Args:
        runs: At least one.
        metrics: Columns of metrics.csv, or `"seconds"`, the time of training.
            Default: the measures of quality that there are, else the losses;
            and the time.
        at: `"last"`, the last epoch of each run; the number of an epoch; or
            `"best"`, the best value that each metric ever had.

    Raises:
        UsageError: If a metric is in no run, or has no best; or if no run has
            reached the epoch.
    """
    reached = [run for run in runs if at in ("last", "best") or _has(run, at)]
    if not reached:
        most = max(run.epochs for run in runs)
        raise UsageError(
            f"No run has reached epoch {at}. The longest one has {most}."
        )
    names = _chosen_metrics(reached, metrics, at)
    told = _settings_in_words(reached)
    kept, along = _columns(told)
    members: dict[tuple[str, ...], list[ComparedRun]] = defaultdict(list)
    for run, settings in zip(reached, told, strict=True):
        members[tuple(settings[key] for key in kept)].append(run)
    groups = [
        _group(dict(zip(kept, key, strict=True)), members[key], names, at)
        for key in sorted(members, key=_in_order)
    ]
    short = [run.name for run in runs if run not in reached]
    notes = [
        *_sentence(f"Left out, as epoch {at} is not done", short),
        *_notes(groups, reached, names, at),
        *_sentence("Settings that differ along with the columns", along),
    ]
    return Comparison(kept, names, groups, notes)


# ------------------------------------------------------------------- metrics


def _has(run: ComparedRun, at: str | int) -> bool:
    return any(row["epoch"] == at for row in run.rows)


def _chosen_metrics(
    runs: Sequence[ComparedRun], named: Sequence[str], at: str | int
) -> list[str]:
    known = dict.fromkeys(
        name for run in runs for row in run.rows for name in row
    )
    known.pop("epoch", None)
    if not named:
        directed = [*DISTANCES, *HIGHER_IS_BETTER]
        wanted = directed if at == "best" else QUALITY
        found = [name for name in wanted if name in known]
        if not found and at != "best":
            found = [name for name in LOSSES if name in known]
        return [*found, SECONDS]
    for name in named:
        if name not in known:
            raise UsageError(
                f"--metrics: {name} is in none of these runs. They have "
                f"{', '.join(known)}."
            )
        if at == "best" and name not in (
            *DISTANCES,
            *HIGHER_IS_BETTER,
            SECONDS,
        ):
            raise UsageError(
                f"--at best: whether a high {name} is better, nobody knows. "
                "Compare it at the last epoch, or at a number."
            )
    return list(dict.fromkeys(named))


def _value(run: ComparedRun, name: str, at: str | int) -> float | None:
    """Returns a run's value of a metric, `None` where it has none."""
    rows = run.rows
    if isinstance(at, int):
        rows = [row for row in rows if row["epoch"] <= at]
    if name == SECONDS:
        return sum(row.get(SECONDS, 0.0) for row in rows)
    if at != "best":
        return rows[-1].get(name)
    known = [
        row[name] for row in rows if math.isfinite(row.get(name, math.nan))
    ]
    if not known:
        return math.nan if any(name in row for row in rows) else None
    return min(known) if name in DISTANCES else max(known)


def _group(
    settings: dict[str, str],
    runs: list[ComparedRun],
    metrics: Sequence[str],
    at: str | int,
) -> Group:
    scores = {}
    for name in metrics:
        values = [_value(run, name, at) for run in runs]
        scores[name] = Score(tuple(v for v in values if v is not None))
    epochs = [run.epochs if isinstance(at, str) else at for run in runs]
    return Group(settings, runs, epochs, scores)


# ------------------------------------------------------------------ settings


def _settings_in_words(runs: Sequence[ComparedRun]) -> list[dict[str, str]]:
    """Returns each run's settings, as words, under the same names for all."""
    several = [run.settings() for run in runs]
    data = _names_of_data(runs)
    keys = dict.fromkeys(key for settings in several for key in settings)
    found = []
    for run, settings in zip(runs, several, strict=True):
        words = {key: _in_words(settings, key) for key in keys}
        recipe = words.pop("recipe")
        found.append({"recipe": recipe, "data": data[run.digest], **words})
    return found


def _names_of_data(runs: Iterable[ComparedRun]) -> dict[str, str]:
    """Returns the name of each set of images, by its digest.

    A folder may have been moved, and another put into its place.
    """
    names: dict[str, str] = {}
    for run in runs:
        names.setdefault(run.digest, str(run.recipe.data))
    often = Counter(names.values())
    return {
        # After "pixels:" or the like.
        digest: f"{name} ({digest.rpartition(':')[2][:8]})"
        if often[name] > 1
        else name
        for digest, name in names.items()
    }


def _in_words(settings: Settings, key: str) -> str:
    if key not in settings:
        return "default"
    value = settings[key]
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def _columns(told: Sequence[Mapping[str, str]]) -> tuple[list[str], list[str]]:
    """Finds out which settings tell runs apart.

    Returns:
        Them; and those others that differ between runs of a recipe, but never
        where all of the first are equal.
    """
    kept, along = ["recipe"], []
    for key in told[0]:
        if _follows(key, ["recipe"], told):
            continue
        if _follows(key, kept, told):
            along.append(key)
        else:
            kept.append(key)
    return kept, along


def _follows(
    key: str, others: Sequence[str], told: Sequence[Mapping[str, str]]
) -> bool:
    """Whether a setting is equal wherever some others are."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for each in told:
        found[tuple(each[other] for other in others)].add(each[key])
    return all(len(values) == 1 for values in found.values())


def _in_order(words: Sequence[str]) -> list[tuple[float, str]]:
    """Sorts numbers as numbers, before words."""
    return [(_number(word), word) for word in words]


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.inf


# --------------------------------------------------------------------- notes


def _notes(
    groups: Sequence[Group],
    runs: Sequence[ComparedRun],
    metrics: Sequence[str],
    at: str | int,
) -> list[str]:
    unfinished = [
        f"{run.name} ({run.epochs} of {run.planned} epochs)"
        for run in runs
        if run.epochs < run.planned
    ]
    notes = _sentence("Unfinished", unfinished)
    lengths = sorted({run.epochs for run in runs})
    if isinstance(at, str) and len(lengths) > 1:
        notes.append(
            f"Of different length: {lengths[0]} to {lengths[-1]} epochs. "
            f"--at {lengths[0]} compares all at the same epoch."
        )
    images = sorted({run.epoch_images for run in runs})
    if len(images) > 1:
        notes.append(
            f"Their epochs are not of one length: {images[0]:,} to "
            f"{images[-1]:,} images."
        )
    notes += _different(runs, metrics)
    for name in metrics:
        without = [run.name for run in runs if _value(run, name, at) is None]
        notes += _sentence(f"Without {name}", without)
        failed = [
            run.name
            for run in runs
            if not math.isfinite(_value(run, name, at) or 0.0)
        ]
        notes += _sentence(f"{name} is not finite", failed)
    for group in groups:
        seeds = Counter(run.seed for run in group.runs)
        twice = [str(seed) for seed, count in seeds.items() if count > 1]
        if twice:
            notes.append(
                f"Equal settings and equal seeds ({', '.join(twice)}): "
                f"{_named([run.name for run in group.runs])}. A copy makes the "
                "deviation too small."
            )
    if all(len(group.runs) < 2 for group in groups):
        notes.append(
            "One run for each setting, so there is no deviation. Train each "
            "with several seeds: --seed 0, --seed 1, ..."
        )
    return notes


def _different(
    runs: Sequence[ComparedRun], metrics: Sequence[str]
) -> list[str]:
    """Says what makes numbers hard to compare."""
    notes = []
    if len({run.recipe.name for run in runs}) > 1:
        notes.append("The runs are of different recipes.")
    if len({run.digest for run in runs}) > 1:
        notes.append(
            "The runs are trained on different images: distances to different "
            "images do not compare."
        )
    measured = {str(run.config["data"].get("measured")) for run in runs}
    if len(measured) > 1 and set(metrics) & set(QUALITY):
        notes.append(f"Measured differently: {'; '.join(sorted(measured))}.")
    if not set(metrics) & set(QUALITY):
        notes.append(
            "No measure of quality is among these numbers. Losses of "
            "different objectives do not compare. `keras-gan evaluate RUN` "
            "measures a run that is done."
        )
    for package in ("keras_gan", "keras"):
        found = {str(run.config.get(package)) for run in runs}
        if len(found) > 1:
            notes.append(f"Made by {package} {' and '.join(sorted(found))}.")
    return notes


def _sentence(what: str, names: Sequence[str]) -> list[str]:
    return [f"{what}: {_named(names)}."] if names else []


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
