"""Changes to a catalogue index by somebody who knows how it is sealed, and by somebody who does not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hotfix_check.catalogue.seal import SEAL_BYTES, sealed


def edited(file: Path, *statements: str) -> Path:
    """The file changed as any program for SQLite would."""
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return file


def forged(file: Path, *statements: str) -> Path:
    """The same, with a seal that fits."""
    file.write_bytes(file.read_bytes()[:-SEAL_BYTES])
    edited(file, *statements).write_bytes(sealed(file.read_bytes()))
    return file
