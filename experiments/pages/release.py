"""What a release was checked with, kept as it was: `python -m conducive.experiments.pages.release docs`.

Pages and data of later releases take the place of these in `docs` and in the package; here they stay.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from conducive import __version__
from conducive.experiments.evidence.validation import STORED

PAGES = ("validation.md", "levels.md", "validation/*.png")
DATA = (
    "calibration.json",
    "plausible.csv",
    "validation.json",
    "programmes.json",
    "replay.json",
    "conditions_rank.json",
)


def kept(docs: Path) -> dict[str, Path]:
    """Return what a release keeps: name in its folder, and the file it is a copy of."""
    pages = [path for pattern in PAGES for path in sorted(docs.glob(pattern))]
    data = [STORED.with_name(name) for name in DATA]
    return {str(path.relative_to(docs).as_posix()): path for path in pages} | {f"data/{p.name}": p for p in data}


def keep(docs: Path) -> Path:
    """Copy it all into the folder of this version, which is made anew, and return that."""
    folder = docs / "releases" / __version__
    shutil.rmtree(folder, ignore_errors=True)
    for name, path in kept(docs).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{keep(Path(sys.argv[1]))}\n")
