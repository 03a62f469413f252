"""What the names of packages say: KB817903's schema, and those before it."""

from __future__ import annotations

import pytest
from drafts.reading import read_name
from hypothesis import given
from hypothesis import strategies as st

from hotfix_check.drafts.package.draft import PackageName


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Exchange2000-KB12345-x86-ENU.exe", (12345, "exchange-2000", "i386")),
        ("Exchange5.5-KB123456-ia64-JPN.exe", (123456, "exchange-5.5", "ia64")),
        ("Exchange2003-KB901014-x86-DEU.exe", (901014, "exchange-2003", "i386")),
        ("Exchange2003-KB901014-x86.exe", (901014, "exchange-2003", "i386")),
        ("Exchange2013-KB5001779-x64-en.msp", (5001779, "exchange-2013", "amd64")),
        ("ExchangeSE-KB5066366-x64-en.exe", (5066366, "exchange-se", "amd64")),
        ("exchange2016-kb5022188-x64-en.cab", (5022188, "exchange-2016", "amd64")),
        ("Q123456i.exe", (123456, None, "i386")),
        ("q248838.exe", (248838, None, None)),
        ("Q248838ENUI386.EXE", (248838, None, "i386")),
        ("Q258243engA.exe", (258243, None, "alpha")),
        ("818861.exe", (None, None, None)),
        ("setup.exe", (None, None, None)),
        ("Exchange5.5-KB12345678-x86.exe", (None, "exchange-5.5", "i386")),
        ("", (None, None, None)),
    ],
)
def test_a_name_says(name: str, said: tuple[int | None, str | None, str | None]) -> None:
    kb, product, platform = said
    assert read_name(name) == PackageName(kb=kb, product=product, platform=platform)


@given(
    st.sampled_from(["5.5", "2000", "2003", "2016", "SE"]),
    st.integers(10_000, 9_999_999),
    st.sampled_from([("x86", "i386"), ("x64", "amd64"), ("ia64", "ia64")]),
    st.sampled_from(["ENU", "JPN", "DEU"]),
)
def test_every_name_of_the_schema_is_read(product: str, kb: int, option: tuple[str, str], language: str) -> None:
    found = read_name(f"Exchange{product}-KB{kb}-{option[0]}-{language}.exe")
    assert found == PackageName(kb=kb, product=f"exchange-{product.lower()}", platform=option[1])


@given(st.text(max_size=200))
def test_any_name_is_read_without_a_fault(name: str) -> None:
    found = read_name(name)
    assert found.kb is None or 0 <= found.kb <= 9_999_999
