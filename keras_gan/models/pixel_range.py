"""Which values are black and white?"""

import warnings
from typing import Any

import numpy as np

from keras_gan._checks import value_range_of

Array = np.ndarray[Any, Any]
Range = tuple[float, float]

_TOLERANCE = 0.01


class PixelRange:
    """What is known of the values of black and white.

    Attributes:
        given: The range that the user has set, if any.
        real: The range of the real images that were trained on last, if any.
    """

    def __init__(self) -> None:
        self.given: Range | None = None
        self.real: Range | None = None

    def take(self, data: Any, images: Array, asks: bool) -> None:
        """Notes the range of the real images of a data set.

        Args:
            data: The data set. What its `value_range` says is believed.
            images: Its first images.
            asks: Whether to warn where the range is only measured.
        """
        known = getattr(data, "value_range", None)
        if known is not None:
            self.real = value_range_of("value_range", known)
            return
        found = usual_range(images)
        before, measured = self.real, measured_range(images)
        self.real = found or measured
        if found is None and before is None and self.given is None and asks:
            low, high = measured
            warnings.warn(
                "The generator's images have no fixed range, and the real ones "
                f"of the first batch lie between {low:g} and {high:g}: these "
                "are taken for black and white in pictures and metrics, and "
                "what lies outside is cut off. Set gan.pixel_range = (low, "
                "high) to the values of black and white.",
                stacklevel=5,
            )

    def save(self, store: dict[str, Any]) -> None:
        """Puts both ranges into a store."""
        for name, value in vars(self).items():
            if value is not None:
                store[f"{name}_range"] = np.array(value)

    def load(self, store: Any) -> None:
        """Restores what `save` put there."""
        keys = list(store.keys())
        for name in ("given", "real"):
            key = f"{name}_range"
            bounds = np.array(store[key]).tolist() if key in keys else None
            setattr(self, name, None if bounds is None else tuple(bounds))


def usual_range(images: Array) -> Range | None:
    """Returns which of the usual ranges images are in, `None` if in none."""
    if images.size == 0:
        return None
    if images.dtype == np.uint8:
        return (0.0, 255.0)
    low, high = float(np.min(images)), float(np.max(images))
    if low < 0:
        fits = low >= -1 - _TOLERANCE and high <= 1 + _TOLERANCE
        return (-1.0, 1.0) if fits else None
    if high <= 1 + _TOLERANCE:
        return (0.0, 1.0)
    # Half as bright as can be: else they may be in any range.
    return (0.0, 255.0) if 127 < high <= 255 + _TOLERANCE else None


def measured_range(images: Array) -> Range:
    """Returns the least and the largest finite value of images."""
    finite = images[np.isfinite(images)]
    if finite.size == 0:
        return (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if low < high else (low, low + 1.0)
