"""What do the points of a walk look like, as a strip or in motion?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gan import images as pictures
from keras_gan._checks import file_path
from keras_gan._mp4 import require_ffmpeg
from keras_gan.latents.picture_repr import PictureRepr
from keras_gan.latents.pixels import drawable

__all__ = ["Walk", "check_target"]

Array = np.ndarray[Any, Any]

_FRAME_PIXELS = 128
"""Frames of one image are enlarged to about this many pixels."""
_FILMS = (".gif", ".mp4")


@dataclass(frozen=True, repr=False)
class Walk(PictureRepr):
    """Images along paths through latents or styles.

    Attributes:
        points: What the images were made of, float32: latents
            `(rows, steps, latent_dim)`, or styles
            `(rows, steps, num_styles, style_dim)`.
        images: Float32 images in the generator's range, shape
            `(rows, steps, height, width, channels)`.
        bounds: The values of black and white.
        in_turn: Whether each row goes on where the one before ends, as an
            interpolation does. Else all rows move at the same time.

    Example:
        >>> walk = gan.interpolate(5, seed=0)
        >>> walk.save("walk.png")  # a strip: a row from each point to the next
        >>> walk.save("walk.gif")  # the same in motion
    """

    points: Array
    images: Array
    bounds: tuple[float, float]
    in_turn: bool = True

    def strip(self) -> Image.Image:
        """Returns one picture, with a row for each path.

        Raises:
            ValueError: If the images are no pictures.
        """
        pixels = drawable(self.images, 2, self.bounds)
        flat = pixels.reshape(-1, *pixels.shape[2:])
        return pictures.grid(flat, pixels.shape[1])

    def _picture(self) -> Image.Image:
        return self.strip()

    def frames(self) -> Iterator[Image.Image]:
        """Yields the pictures of an animation that begins again at its end.

        Raises:
            ValueError: If the images are no pictures.
        """
        pixels = drawable(self.images, 2, self.bounds)
        if self.in_turn:
            # The first image of a row is the last one of the row before.
            rows = [pixels[0], *(row[1:] for row in pixels[1:])]
            whole = np.concatenate(rows)
            scale = max(1, round(_FRAME_PIXELS / max(whole.shape[1:3])))
            for each in whole:
                yield pictures.grid(each[None], 1, padding=0, scale=scale)
            return
        steps = [*range(pixels.shape[1]), *range(pixels.shape[1] - 2, 0, -1)]
        for step in steps:
            yield pictures.grid(pixels[:, step], len(pixels))

    def save(self, path: str | Path, *, duration: int = 80) -> Path:
        """Writes the walk as a strip, or in motion.

        Args:
            path: The file. `.gif` and `.mp4` make a film, the endings of
                pictures a strip. MP4 needs ffmpeg, of the system or by `pip
                install imageio-ffmpeg`.
            duration: Milliseconds that a film shows an image, from 20 on.

        Returns:
            The path.

        Raises:
            ValueError: If the images are no pictures, the ending is unknown,
                or nothing that is installed can write MP4.
        """
        path = check_target("path", path)
        if path.suffix.lower() == ".gif":
            return pictures.gif(self.frames(), path, duration)
        if path.suffix.lower() == ".mp4":
            return pictures.mp4(self.frames(), path, duration)
        return pictures.save(self.strip(), path)


def check_target(name: str, value: Any) -> Path:
    """Returns the path of a strip or film, if it can be written.

    Args:
        name: The argument, for the message.
        value: What was given.

    Raises:
        ValueError: If its ending is unknown, or MP4 can't be written.
    """
    path = file_path(name, value)
    ending = path.suffix.lower()
    if ending not in (*_FILMS, *Image.registered_extensions()):
        raise ValueError(
            f"`{name}` must end in .png for a strip, or in .gif or .mp4 for a "
            f"film. Received: {name}={str(path)!r}"
        )
    if ending == ".mp4":
        require_ffmpeg()
    return path
