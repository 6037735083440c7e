"""Feature sets on which the metrics are compared with other packages."""

import numpy as np

CASES = ("random", "correlated", "rank", "few", "identical")


def feature_sets(case):
    """Real and fake features: correlated, of rank 5 of 16, or 25 of 40 dims."""
    rng = np.random.default_rng(7)
    d = 40 if case == "few" else 16
    n, m = (25, 20) if case == "few" else (200, 150)
    real = rng.normal(size=(n, d))
    fake = 1.2 * rng.normal(size=(m, d)) + 0.3
    if case == "correlated":
        mix = rng.normal(size=(d, d))
        real, fake = real @ mix, fake @ mix
    if case == "rank":
        mix = rng.normal(size=(5, d))
        real, fake = real[:, :5] @ mix, fake[:, :5] @ mix
    if case == "identical":
        fake = real.copy()
    return real, fake
