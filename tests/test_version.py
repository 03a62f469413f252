"""File versions: what is one, and in which order they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotfix_check.version import FileVersion

IN_ORDER = [
    "0.0.0.0",
    "4.0.837.10",
    "5.5.1960.3",
    "5.5.2653.23",
    "5.5.2658.3",
    "5.5.2658.28",
    "5.5.10000.0",
    "6.0.6448.0",
    "6.0.6448.10",
    "6.5.7638.1",
    "15.1.2507.6",
    "15.1.2507.37",
    "65535.65535.65535.65535",
]
numbers = st.integers(0, 0xFFFF)


def test_each_version_is_below_all_that_follow() -> None:
    versions = [FileVersion.parse(text) for text in IN_ORDER]
    for index, version in enumerate(versions):
        assert all(version < later for later in versions[index + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "5.5.2657",
        "5.5.2657.50.1",
        "5.5.2657.65536",
        "5,5,2657,50",
        "5.5.2657.50 shp",
        " 5.5.2657.50",
        "1!5.5.2657.50",
        "5.5.2657.5a1",
        "5.5.2657.-1",
        "5.5.2657.\u0665\u0660",
        "5.5.2657.0000050",
        "",
        "Imcmsg.dll",
    ],
)
def test_what_is_not_four_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a file version"):
        FileVersion.parse(text)


def test_leading_zeros_are_read() -> None:
    assert str(FileVersion.parse("15.02.1544.004")) == "15.2.1544.4"


@given(st.tuples(numbers, numbers, numbers, numbers))
def test_text_and_version_turn_into_each_other(parts: tuple[int, int, int, int]) -> None:
    version = FileVersion(*parts)
    assert FileVersion.parse(str(version)) == version


@given(st.tuples(numbers, numbers, numbers, numbers), st.tuples(numbers, numbers, numbers, numbers))
def test_order_is_that_of_the_numbers(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> None:
    assert (FileVersion(*one) < FileVersion(*other)) == (one < other)
