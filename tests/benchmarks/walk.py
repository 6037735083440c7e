"""Draws docs/images/walk.gif: a walk between latents of the shipped model.

python tests/benchmarks/walk.py
"""

import sys
from pathlib import Path

import numpy as np
from PIL import ImageOps

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

GIF = ROOT / "docs" / "images" / "walk.gif"
PRESET = "quick_fashion_mnist"
ROWS, COLUMNS = 4, 5
STOPS, STEPS = 3, 8


def walk(stops, steps):
    """Latents along arcs from stop to stop, and back to the first.

    Args:
        stops: (stops, n, latent_dim).
        steps: How many from one stop to the next.

    Returns:
        (stops * steps, n, latent_dim), each as long as normal latents are.
    """
    shares = np.linspace(0.0, np.pi / 2, steps, endpoint=False)
    return np.concatenate(
        [
            np.stack([np.cos(a) * one + np.sin(a) * other for a in shares])
            for one, other in zip(
                stops, np.roll(stops, -1, axis=0), strict=True
            )
        ]
    )


def main():
    import keras_gan
    from keras_gan import images

    gan = keras_gan.from_preset(PRESET)
    count = ROWS * COLUMNS
    latents = gan.latents(STOPS * count, seed=2)
    path = walk(latents.reshape(STOPS, count, -1), STEPS)
    made = gan.generate(latents=path.reshape(-1, path.shape[-1]))
    pixels = images.to_uint8(made).reshape(-1, count, *made.shape[1:])
    frames = [images.grid(each, COLUMNS, padding=1) for each in pixels]
    # 16 greys: a third of the bytes, and nobody sees it.
    frames = [ImageOps.posterize(frame, 4) for frame in frames]
    images.gif(frames, GIF, duration=120)


if __name__ == "__main__":
    main()
