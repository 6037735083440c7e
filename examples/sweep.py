"""A grid of settings and seeds: trains what is not done yet, then compares.

Arguments go to each `keras-gan train`, such as `--epochs 5`. Started again, it
goes on where it was stopped.
"""

import itertools
import sys
from pathlib import Path

from keras_gan import cli

GRID = {"d_opt.learning_rate": [2e-4, 1e-3], "model.ema_decay": [0.0, 0.99]}
SEEDS = range(3)

for values in itertools.product(*GRID.values()):
    settings = [f"{k}={v}" for k, v in zip(GRID, values, strict=True)]
    for seed in SEEDS:
        run = Path("sweep", "-".join([*settings, f"seed={seed}"]))
        if (run / "model.keras").exists():
            continue
        new = ["quick", f"--seed={seed}", *(f"--set={s}" for s in settings)]
        started = (run / "config.json").exists()
        how = ["--resume"] if started else [*new, *sys.argv[1:]]
        cli.run(["train", *how, f"--out={run}"])
for table in ("sweep.csv", "sweep.md"):
    Path(table).unlink(missing_ok=True)  # `compare` replaces no file.
cli.run(["compare", "sweep", "--csv=sweep.csv", "--markdown=sweep.md"])
