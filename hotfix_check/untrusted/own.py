"""What is the user's own, and so no stranger's."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def own_file(place: Path) -> bool:
    """Whether a file belongs to the user that runs the tool, and nobody else can write to it."""
    if sys.platform == "win32":
        return True
    status = place.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
