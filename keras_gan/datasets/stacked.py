"""Stacked MNIST: three random digits in one image, 1,000 modes."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["stack_digits"]

_COUNTS = {"train": 128_000, "test": 26_000}
_SEEDS = {"train": 0, "test": 1}


def stack_digits(
    digits: NDArray[np.uint8], labels: NDArray[np.int64], split: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draws triples of digits, and makes each the planes of a colour image.

    128,000 triples of the training digits, or 26,000 of the test digits, the
    same each time:

    ```python
    random = numpy.random.default_rng(0)  # 1 for the test split
    triples = random.integers(len(digits), size=(n, 3))
    ```

    Args:
        digits: Grey images (m, H, W).
        labels: What digit each shows, (m,).
        split: `"train"` or `"test"`.

    Returns:
        Images (n, H, W, 3): the first digit of a triple is red, the second
        green, the third blue; and labels (n,), 100 * first + 10 * second +
        third.

    Reference: Metz et al., 2017, arXiv 1611.02163, section 3.3.1; with 128,000
    images in PacGAN, Lin et al., 2018, arXiv 1712.04086, section 4.2.
    """
    random = np.random.default_rng(_SEEDS[split])
    triples = random.integers(len(digits), size=(_COUNTS[split], 3))
    images = np.empty((len(triples), *digits.shape[1:], 3), np.uint8)
    for plane in range(3):
        images[..., plane] = digits[triples[:, plane]]
    numbers = np.asarray(labels, np.int64)[triples] @ np.array([100, 10, 1])
    return images, numbers
