"""A stranger's file is read whole or refused, whatever is done to it meanwhile."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from hotfix_check.errors import CatalogueError
from hotfix_check.untrusted.bounded import read_bounded


def test_a_file_of_the_stated_size_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"12345")
    assert read_bounded(file, 5, "a catalogue", CatalogueError) == b"12345"
    with pytest.raises(CatalogueError, match=r"a\.toml: larger than 4 bytes, not a catalogue$"):
        read_bounded(file, 4, "a catalogue", CatalogueError)


@pytest.mark.parametrize("size", [4, 6, 64 << 20], ids=["shrinks", "grows by a byte", "grows without an end"])
def test_a_file_that_changes_while_it_is_read_is_refused_and_costs_no_more_than_it_had(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"12345")
    usual = os.fstat

    def changing(fd: int) -> os.stat_result:
        status = usual(fd)
        os.truncate(file, size)
        return status

    tracemalloc.start()
    with monkeypatch.context() as patch, pytest.raises(CatalogueError, match=r"a\.toml: it changed while it was read$"):
        patch.setattr(os, "fstat", changing)
        read_bounded(file, 1 << 30, "a catalogue", CatalogueError)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
