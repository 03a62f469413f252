from __future__ import annotations

import os
from pathlib import Path

import pytest
from pe_builder import build_pe

from hotfix_check.pe.bytes import MAX_BYTES_READ, PeBytes, PeError, opened, positioned


def test_a_read_beyond_the_end_is_short_and_a_needed_one_is_damage() -> None:
    data = bytes(range(100))
    image = PeBytes(lambda offset, size: data[offset : offset + size], len(data))

    assert image.at(10, 3) == b"\x0a\x0b\x0c"
    assert image.at(98, 5) == b"\x62\x63"
    assert image.at(1 << 40, 5) == b""
    with pytest.raises(PeError, match="cut short: the file ends inside its PE header") as caught:
        image.need(98, 5, "PE header")
    assert caught.value.kind == "damaged"


def test_neighbouring_reads_cost_one() -> None:
    reads: list[tuple[int, int]] = []

    def read_at(offset: int, size: int) -> bytes:
        reads.append((offset, size))
        return bytes(size)

    image = PeBytes(read_at, 1 << 30)
    for offset in (100, 164, 4000, 200):
        image.at(offset, 64)

    assert reads == [(100, 4096)]


def test_reading_stops_at_the_cap() -> None:
    taken = 0

    def read_at(offset: int, size: int) -> bytes:
        nonlocal taken
        taken += size
        return bytes(size)

    image = PeBytes(read_at, 1 << 30)
    with pytest.raises(PeError, match="lead to more than"):
        for offset in range(0, 1 << 30, 1 << 16):
            image.at(offset, 64)
    assert taken == MAX_BYTES_READ


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_an_open_file_is_read_by_position(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.dll"
    path.write_bytes(bytes(7) + b"x" * size)
    with opened(path) as (fd, _):
        read_at = positioned(fd)
        assert read_at(7, 10_000) == b"x" * size
        assert read_at(0, 3) == bytes(3)


def test_an_open_file_is_read_by_position_where_the_system_has_no_pread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.dll"
    path.write_bytes(b"0123456789")
    monkeypatch.delattr(os, "pread", raising=False)
    with opened(path) as (fd, _):
        read_at = positioned(fd)
        assert (read_at(8, 5), read_at(2, 3), read_at(99, 1)) == (b"89", b"234", b"")


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege here")
@pytest.mark.parametrize("target", ["good.dll", "nothing.dll", "link.dll", "/dev/zero"])
@pytest.mark.parametrize("no_follow", [True, False], ids=["by the system", "by ourselves"])
def test_links_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, no_follow: bool) -> None:
    (tmp_path / "good.dll").write_bytes(build_pe())
    link = tmp_path / "link.dll"
    link.symlink_to(target)
    if not no_follow:
        monkeypatch.delattr(os, "O_NOFOLLOW")
    with pytest.raises(PeError, match="a symbolic link, which is not followed") as caught, opened(link):
        pass
    assert caught.value.kind == "not-a-file"


def test_what_cannot_be_opened_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), opened(tmp_path / "nothing.dll"):
        pass
