"""--catalogue: which catalogue files are meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hotfix_check.catalogue import Catalogue, default_folder, load_catalogue


def chosen_catalogue(paths: Sequence[Path]) -> Catalogue:
    """The catalogue at the given paths; the tool's own when none is given, or for the word "default"."""
    return load_catalogue(
        [default_folder() if str(path) == "default" else path for path in paths or (Path("default"),)]
    )
