"""Writing MP4 by the program ffmpeg, where there is one."""

import shutil
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

__all__ = ["require_ffmpeg", "write"]


def require_ffmpeg() -> str:
    """Returns the path of ffmpeg: the system's, or that of `imageio-ffmpeg`.

    Raises:
        ValueError: If there is none.
    """
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    if find_spec("imageio_ffmpeg") is not None:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    raise ValueError(
        "An MP4 is written by ffmpeg, which is not installed: `pip install "
        "imageio-ffmpeg`, or let the file's name end in .gif. Received: a "
        "name that ends in .mp4"
    )


def write(frames: Iterable[Image.Image], path: Path, rate: float) -> None:
    """Writes frames of one size as an H.264 film that browsers play.

    Args:
        frames: Pillow images, at least one.
        path: The file.
        rate: Frames in a second.

    Raises:
        ValueError: If there is no ffmpeg, or it fails.
    """
    pictures = [frame.convert("RGB") for frame in frames]
    width, height = pictures[0].size
    command = [
        *(require_ffmpeg(), "-y", "-loglevel", "error"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-s", f"{width}x{height}", "-r", f"{rate:g}", "-i", "-"),
        # Players want colour at half the size, and so even sizes.
        *("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p"),
        *("-movflags", "+faststart", "-f", "mp4", str(path)),
    ]
    raw = b"".join(picture.tobytes() for picture in pictures)
    done = subprocess.run(command, input=raw, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise ValueError(
            "ffmpeg could not write the MP4. Let the file's name end in .gif. "
            f"Received from ffmpeg: {said[-300:]}"
        )
