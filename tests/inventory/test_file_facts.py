"""The facts of one file from its bytes, wherever they come from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pe_builder import build_pe
from targets import ASKED

from hotfix_check.inventory import file_facts
from hotfix_check.inventory.file_facts import MAX_HASHED_BYTES, Asked, FileBytes, utc_time
from hotfix_check.inventory.files import InstalledFile, UnreadableFile

PROGRAM = build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation"}, exports=("GetOutlookVersion",))
DAY = datetime(2003, 7, 1, 17, 44, tzinfo=UTC)
ALL = Asked(wanted={"store.exe"}, plain={"addr.cfg"}, every_pe=True, hashes=True, stub_exports=ASKED.stub_exports)
BARE = Asked(wanted={"store.exe"}, plain={"addr.cfg"}, every_pe=True, hashes=False, stub_exports=ASKED.stub_exports)


def stored(path: str, data: bytes, *, size: int | None = None) -> FileBytes:
    """A file in memory; its hash is the word ``hash``."""
    return FileBytes(
        path=path,
        size=len(data) if size is None else size,
        modified=DAY,
        read_at=lambda offset, size: data[offset : offset + size],
        sha256=lambda: "hash",
    )


def test_the_facts_of_a_program() -> None:
    file = file_facts.file_facts(stored("a/Store.exe", PROGRAM), ALL, evidence=True)
    assert file == InstalledFile(
        path="a/Store.exe",
        size=len(PROGRAM),
        modified=DAY,
        version=(5, 5, 2657, 50),  # type: ignore[arg-type]
        version_string="5.5.2657.50",
        company_name="Microsoft Corporation",
        languages=(1033,),
        machine="i386",
        linked=file.linked if isinstance(file, InstalledFile) else None,
        sha256="hash",
    )


CASES = {
    "not evidence, no program": ("notes.txt", b"Dear all", ALL, False, None),
    "not evidence, empty": ("notes.txt", b"", ALL, False, None),
    "evidence, no program": ("Store.exe", b"Dear all", ALL, True, "not a Windows program: no MZ header"),
    "not evidence, but begins like a program": (
        "notes.txt", b"MZ is not enough", ALL, False, "not a Windows program: no MZ header",
    ),
    "cut short": ("Store.exe", PROGRAM[:100], ALL, True, "cut short: the file ends inside its optional header"),
    "cut short, and no hashes asked for": (
        "Store.exe", PROGRAM[:100], BARE, True, "cut short: the file ends inside its optional header",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "data", "asked", "evidence", "reason"), CASES.values(), ids=CASES)
def test_a_file_without_facts_gives_a_reason_or_does_not_matter(
    path: str, data: bytes, asked: Asked, evidence: bool, reason: str | None
) -> None:
    expected = reason and UnreadableFile(
        path=path, reason=reason, size=len(data), modified=DAY, sha256="hash" if evidence and asked.hashes else None
    )
    assert file_facts.file_facts(stored(path, data), asked, evidence=evidence) == expected


HASHED = {
    "evidence": ("Store.exe", PROGRAM, ALL, True, None, "hash", ()),
    "evidence, no hashes asked for": ("Store.exe", PROGRAM, BARE, True, None, None, ()),
    "another program": ("other.exe", PROGRAM, ALL, False, None, None, ()),
    "a plain file": ("addr.cfg", b"plain", ALL, True, None, "hash", ()),
    "a plain file, no hashes asked for": ("addr.cfg", b"plain", BARE, True, None, None, ()),
    "a plain file of 2 GiB": ("addr.cfg", b"plain", ALL, True, 2 << 30, None, ()),
    "evidence of 2 GiB": (
        "Store.exe", PROGRAM, ALL, True, 2 << 30, None, ("not hashed: larger than 1073741824 bytes",),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "data", "asked", "evidence", "size", "digest", "notes"), HASHED.values(), ids=HASHED)
def test_only_evidence_is_hashed(
    path: str,
    data: bytes,
    asked: Asked,
    evidence: bool,
    size: int | None,
    digest: str | None,
    notes: tuple[str, ...],
) -> None:
    file = file_facts.file_facts(stored(path, data, size=size), asked, evidence=evidence)
    assert isinstance(file, InstalledFile)
    assert (file.sha256, file.notes) == (digest, notes)


@pytest.mark.parametrize(
    ("name", "stub"), [("MAPI32.DLL", True), ("ExMapi32.dll", True), ("Store.exe", None), ("mapi32.dll.old", None)]
)
def test_the_exports_are_looked_at_in_the_mapi_set_alone(name: str, stub: bool | None) -> None:
    file = file_facts.file_facts(stored(name, PROGRAM), BARE, evidence=True)
    assert isinstance(file, InstalledFile)
    assert file.stub is stub


def _no_hash() -> str:
    raise OSError(5, "Input/output error")


UNHASHED = {
    "too large": replace(stored("Store.exe", PROGRAM[:100]), size=MAX_HASHED_BYTES + 1, sha256=_no_hash),
    "unreadable further on": replace(stored("Store.exe", PROGRAM[:100]), sha256=_no_hash),
}


@pytest.mark.parametrize("file", UNHASHED.values(), ids=UNHASHED)
def test_a_damaged_file_that_cannot_be_hashed_keeps_its_reason(file: FileBytes) -> None:
    assert file_facts.file_facts(file, ALL, evidence=True) == UnreadableFile(
        path="Store.exe",
        reason="cut short: the file ends inside its optional header",
        size=file.size,
        modified=DAY,
    )


def test_what_the_system_says_while_a_file_is_read_is_the_reason() -> None:
    def fails(offset: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    file = FileBytes(path="Store.exe", size=7, modified=None, read_at=fails, sha256=lambda: "")
    assert file_facts.file_facts(file, ALL, evidence=True) == UnreadableFile(
        path="Store.exe", reason="Input/output error", size=7
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1057081440.9, DAY), (0, datetime(1970, 1, 1, tzinfo=UTC)), (1e30, None), (float("nan"), None)],
)
def test_a_time_that_no_calendar_has_is_none(seconds: float, expected: datetime | None) -> None:
    assert utc_time(seconds) == expected
