"""A program of the usual form is read in one go, and whatever is broken in it, as the reader of all forms does."""

from __future__ import annotations

from random import Random

import pytest
from pe_builder import build_pe
from pe_mutants import mutant

from hotfix_check.pe import PeError, read_pe
from hotfix_check.pe.usual import UsualFacts, usual_facts

KEYS = frozenset({"fileversion", "productname", "companyname"})
STRINGS = {
    "CompanyName": "Microsoft Corporation",
    "FileDescription": "x",
    "FileVersion": "15.01.2507.006",
    "ProductName": "Microsoft\N{REGISTERED SIGN} Exchange",
}
USUAL = build_pe("15.1.2507.6", strings=STRINGS, plus32=True, machine="amd64")


def usual(data: bytes) -> UsualFacts | None:
    return usual_facts(lambda offset, size: data[offset : offset + size], len(data), KEYS)


def of_all_forms(data: bytes) -> UsualFacts | None:
    """What the reader of all forms says; None where it refuses, notes something or finds no version."""
    try:
        facts = read_pe(lambda offset, size: data[offset : offset + size], len(data))
    except PeError:
        return None
    if facts.version is None or facts.notes:
        return None
    return facts.version, facts.machine, facts.linked, facts.values(KEYS)


def test_the_usual_program() -> None:
    found = usual(USUAL)
    assert found is not None
    assert found[0] == (15, 1, 2507, 6)
    assert found[3] == {key.lower(): text for key, text in STRINGS.items() if key.lower() in KEYS}
    assert found == of_all_forms(USUAL)


@pytest.mark.parametrize("data", [b"", b"MZ", b"x" * 5000, build_pe("1.2.3.4", languages=(0, 1031)), USUAL[:-1]])
def test_what_is_not_usual_is_left_to_the_reader_of_all_forms(data: bytes) -> None:
    assert usual(data) is None


def test_one_byte_changed_anywhere() -> None:
    chance, read = Random(1), 0
    for at in range(len(USUAL)):
        for value in {0, 1, 2, 0xFF, USUAL[at] ^ 0x80, USUAL[at] + 1 & 0xFF, chance.randrange(256)}:
            data = USUAL[:at] + bytes((value,)) + USUAL[at + 1 :]
            if (found := usual(data)) is not None:
                read += 1
                assert found == of_all_forms(data), (at, value)
    assert read > 1000


def test_mutants() -> None:
    read = 0
    for number in range(3000):
        data = mutant(number).data
        if (found := usual(data)) is not None:
            read += 1
            assert found == of_all_forms(data), number
    assert read > 100
