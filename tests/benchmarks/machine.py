"""What a benchmark ran on."""

import platform
from pathlib import Path

VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2"}
"""The widest first."""


def cpu_model():
    """Its name, and the vectors it knows, which decide about convolutions."""
    text = Path("/proc/cpuinfo").read_text("utf-8")
    found = dict(
        [part.strip() for part in line.split(":", 1)]
        for line in text.split("\n\n")[0].splitlines()
        if ":" in line
    )
    name = found.get("model name", platform.machine())
    flags = found.get("flags", "").split()
    vectors = [title for flag, title in VECTORS.items() if flag in flags]
    return f"{name} with {vectors[0]}" if vectors else name
