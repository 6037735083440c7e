"""Writes what `keras-gan recipes` says was measured, from all records."""

import json

from tests.benchmarks import results_page, translation_page
from tests.benchmarks.results_rows import ROOT

FILE = ROOT / "keras_gan" / "assets" / "results.json"


def summary():
    """Epochs, CPU seconds and the score of each recipe that was measured."""
    return results_page.summary() | translation_page.summary()


def write():
    FILE.write_text(json.dumps(summary(), indent=1) + "\n", "utf-8")
