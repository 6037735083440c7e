"""Brings the notebooks of `examples/` into the site, which is made of docs/."""

from pathlib import Path
from typing import Any

from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

CLONE = Path(__file__).parents[1]


@event_priority(100)  # Before the plugin that makes pages of them.
def on_files(files: Files, config: Any) -> Files:
    """Adds the notebooks as `examples/NAME.ipynb`."""
    for path in sorted((CLONE / "examples").glob("*.ipynb")):
        files.append(
            File(
                f"examples/{path.name}",
                src_dir=str(CLONE),
                dest_dir=config.site_dir,
                use_directory_urls=config.use_directory_urls,
            )
        )
    return files
