"""Hotfix packages to drafts: where a cabinet may be, what is in it, what cannot be read, and what is made to cost."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cab_builder import LZX, MSZIP, QUANTUM, STORED, build_cab
from conftest import Run
from drafts.reading import read_package
from hypothesis import given
from hypothesis import strategies as st
from make_samples import package
from pe_builder import build_pe

from hotfix_check.catalogue import load_catalogue
from hotfix_check.drafts.draft import DraftUpdate
from hotfix_check.drafts.package import is_package
from hotfix_check.drafts.package.contents import unpack
from hotfix_check.drafts.package.installer import OLE_MAGIC, packed_name
from hotfix_check.errors import PackageError
from hotfix_check.inventory.archives import member

NAME = "Exchange5.5-KB818861-x86-ENU.exe"
STUB = build_pe("1.0.0.0", strings={"FileDescription": "Update package"})
MAPI = build_pe("5.5.2657.50", strings={"OriginalFilename": "Mapi32.dll"}, size=100_000)


def drafted(folder: Path, data: bytes, name: str = NAME, kb: int | None = None) -> DraftUpdate:
    path = folder / name
    path.write_bytes(data)
    assert is_package(path)
    return read_package(path, kb=kb)


def rows(draft: DraftUpdate) -> list[tuple[object, ...]]:
    return [(row.name, row.version_normal, row.size, row.platform, row.language, row.product) for row in draft.files]


MAPI_ROW = ("Mapi32.dll", "5.5.2657.50", 100_000, "i386", None, "exchange-5.5")


@pytest.mark.parametrize("compression", [STORED, MSZIP], ids=["stored", "MSZIP"])
@pytest.mark.parametrize(
    ("before", "after"),
    [(b"", b""), (STUB, b""), (STUB, b"a signature" * 50), (STUB + b"MSCF\0\0\0\0" + bytes(60), b"")],
    ids=["a cabinet", "behind a program", "before a signature", "behind bytes that only look like one"],
)
def test_a_cabinet_is_found_wherever_it_is(before: bytes, after: bytes, compression: int, tmp_path: Path) -> None:
    draft = drafted(tmp_path, before + build_cab({"Mapi32.dll": MAPI, "a.cfg": b"x"}, compression=compression) + after)
    assert rows(draft) == [("a.cfg", None, 1, None, None, "exchange-5.5"), MAPI_ROW]
    assert draft.kb == 818861
    assert draft.files[0].date is None


def test_two_cabinets_and_one_within_are_all_opened(tmp_path: Path) -> None:
    inner = build_cab({"Mapi32.dll": MAPI})
    other = build_pe("5.5.2657.55", machine="alpha", languages=(0x407,))
    draft = drafted(tmp_path, STUB + build_cab({"inner.cab": inner}) + build_cab({"Alpha/Emsmta.exe": other}))
    assert rows(draft) == [
        ("Emsmta.exe", "5.5.2657.55", len(other), "alpha", "0407", "exchange-5.5"),
        MAPI_ROW,
    ]
    assert "Emsmta.exe is built for alpha, the package's name says i386" in draft.doubts


def test_the_installer_is_told_from_what_it_installs(tmp_path: Path) -> None:
    draft = drafted(tmp_path, package())
    assert [row.name for row in draft.files] == ["Mapi32.dll"]
    assert [line.partition(":")[0] for line in draft.unused] == ["Update.exe", "Update.inf"]


@pytest.mark.parametrize(
    ("name", "files", "kb", "doubt"),
    [
        (NAME, {}, 818861, None),
        (
            "fix.exe",
            {"update.inf": b"for KB818861 only"},
            818861,
            "KB818861 comes from the content of the package; its name gives none",
        ),
        (
            "fix.exe",
            {"update.inf": "Q818861".encode("utf-16")},
            818861,
            "KB818861 comes from the content of the package; its name gives none",
        ),
        (
            "fix.exe",
            {"update.inf": b"KB818861, KB324528"},
            None,
            "neither the name nor the content of the package gives the KB number",
        ),
        ("fix.exe", {}, None, "neither the name nor the content of the package gives the KB number"),
    ],
    ids=["by its name", "by its text", "by its text in UTF-16", "by a text with two", "not at all"],
)
def test_the_number_is_from_the_name_else_from_what_is_inside(
    name: str, files: dict[str, bytes], kb: int | None, doubt: str | None, tmp_path: Path
) -> None:
    draft = drafted(tmp_path, STUB + build_cab({"Mapi32.dll": MAPI, **files}), name)
    assert draft.kb == kb
    assert doubt is None or doubt in draft.doubts
    assert drafted(tmp_path, STUB + build_cab({"Mapi32.dll": MAPI, **files}), name, kb=324528).kb == 324528


@pytest.mark.parametrize(
    ("name", "row", "doubt"),
    [
        pytest.param(
            "F0815",
            "Mapi32.dll",
            "F0815 is the key of a file whose own name is 'Mapi32.dll': that name is used",
            id="a key",
        ),
        pytest.param("Other.dll", "Other.dll", "Other.dll has the original name 'Mapi32.dll'", id="another name"),
        pytest.param("MAPI32.DLL", "MAPI32.DLL", None, id="the same but for case"),
    ],
)
def test_a_file_that_calls_itself_otherwise(name: str, row: str, doubt: str | None, tmp_path: Path) -> None:
    draft = drafted(tmp_path, build_cab({name: MAPI}))
    assert [one.name for one in draft.files] == [row]
    assert [said for said in draft.doubts if name in said and "time zone" not in said] == ([doubt] if doubt else [])


def test_without_olefile_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "olefile", None)
    with pytest.raises(PackageError) as caught:
        unpack(OLE_MAGIC + bytes(600), print)
    assert (
        str(caught.value) == "reading a Windows Installer file needs olefile (in a checkout, pip install '.[archives]')"
    )


def test_what_is_odd_is_said(tmp_path: Path) -> None:
    files = {"Mapi32.dll": build_pe("6.5.7233.46"), "store.exe": build_pe(None), "dup/Mapi32.dll": MAPI}
    doubts = drafted(tmp_path, build_cab(files)).doubts
    assert "Mapi32.dll 6.5.7233.46 is of exchange-2003, the package's name says exchange-5.5" in doubts
    assert "store.exe: no version: no version resource" in doubts
    assert "a file is in the package more than once: choose the package that each is for" in doubts
    assert any(
        doubt.startswith("the cabinet's times have no time zone, so no row has a time: Mapi32.dll 2003-07-01 10:44")
        for doubt in doubts
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (STUB, "no cabinet in it"),
        (b"MSCF\0\0\0\0", "no cabinet in it"),
        (build_cab({"a.dll": MAPI}, compression=QUANTUM), "a cabinet: compressed by Quantum: "),
        (build_cab({"a.dll": MAPI}, compression=LZX), "a cabinet: compressed by LZX: "),
        (build_cab({"in\x7f.cab": build_cab({"a.dll": MAPI}, compression=LZX)}), "in\\x7f.cab: compressed by LZX: "),
        (
            STUB + build_cab({"Mapi32.dll": MAPI}, compression=STORED)[:5000],
            "is cut off: 5000 of 100103 bytes are there",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged: not a Windows Installer file"),
    ],
    ids=[
        *("a plain program", "only the signature", "Quantum", "broken LZX", "broken, in one of an odd name", "cut off"),
        "no installer",
    ],
)
def test_what_cannot_be_read_says_why_in_a_line(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(data)
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert said in str(caught.value)
    assert len(caught.value.lines) == 1 and str(caught.value).isprintable()


def test_a_package_that_unpacks_to_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "FREE_BYTES", 1 << 20)
    monkeypatch.setattr(member, "MAX_RATIO", 2)
    bomb = build_cab({f"{number}.dll": bytes(1 << 18) for number in range(16)})
    taken: list[Any] = []
    with pytest.raises(PackageError, match="unpacks to more than 1 MiB, too much for its size"):
        unpack(bomb, taken.append)
    assert len(taken) == 4


def test_a_cabinet_within_itself_ends(tmp_path: Path) -> None:
    data = MAPI
    for _ in range(6):
        data = build_cab({"Mapi32.cab": data})
    (row,) = drafted(tmp_path, data).files
    assert (row.name, row.version) == ("Mapi32.cab", None)


def test_names_that_lead_elsewhere_are_not_taken(tmp_path: Path) -> None:
    draft = drafted(tmp_path, build_cab({"..\\..\\evil.dll": MAPI, "Mapi32.dll": MAPI}))
    assert [row.name for row in draft.files] == ["Mapi32.dll"]
    assert any("evil.dll: its name has .. in it" in doubt for doubt in draft.doubts)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_broken_packages_give_a_draft_or_one_line(tail: bytes, at: int, byte: int) -> None:
    data = bytearray(build_cab({"Mapi32.dll": build_pe("5.5.2657.50")}) + tail)
    data[at % len(data)] = byte
    taken: list[Any] = []
    try:
        unpack(bytes(data), taken.append)
    except PackageError as error:
        assert len(error.lines) == 1
    else:
        assert len(taken) == 1


def test_the_draft_loads_as_a_catalogue(samples: Path, run: Run, tmp_path: Path) -> None:
    source = samples / "packages" / NAME
    ran = run("catalogue", "import", source)
    assert ran.code == 0
    head = 'format = 1\nversion = 2026-11-21\nproduct = "exchange-5.5"\n'
    (tmp_path / "mine.toml").write_text(head + ran.out.replace("818861", "818862", 1))
    default = load_catalogue([Path(sys.modules["hotfix_check"].__file__ or "").parent.parent / "data"])
    assert default.products
    shown = run("catalogue", "show", "KB818862", "--catalogue", "default", "--catalogue", "mine.toml")
    assert "Mapi32.dll  5.5.2657.50  881936" in shown.out
    assert hashlib.sha256(source.read_bytes()).hexdigest() in ran.out


def test_json_has_the_digest_among_its_sources(samples: Path, run: Run) -> None:
    draft = json.loads(run("catalogue", "import", samples / "packages" / NAME, "-f", "jsonl").out)
    assert draft["kb"] == 818861
    digest = hashlib.sha256((samples / "packages" / NAME).read_bytes()).hexdigest()
    assert draft["sources"] == [f"package {NAME}, SHA-256 {digest}"]


def test_without_libarchive_it_is_said_what_to_install(samples: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['libarchive'] = None\n"
        "from pathlib import Path\nfrom hotfix_check.drafts.package import read_package\n"
        "from hotfix_check.drafts.vocabulary import ProductNames\n"
        "from hotfix_check.errors import PackageError\n"
        "try: read_package(Path(sys.argv[1]), ProductNames(()))\nexcept PackageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(samples / "packages" / NAME)], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "reading a cabinet needs libarchive-c and the system's libarchive: in a checkout, pip install '.[archives]'\n"
    )


@pytest.mark.parametrize(
    ("table", "packed"),
    [("File", "\u4840\u430f\u422f"), ("_StringPool", "\u4840\u3f3f\u4577\u446c\u3e6a\u44b2\u482f")],
)
def test_names_of_installer_streams_are_packed(table: str, packed: str) -> None:
    assert packed_name(table) == packed


@pytest.mark.skipif(shutil.which("gcab") is None, reason="gcab is not installed")
def test_a_cabinet_of_gcab_is_read(tmp_path: Path) -> None:
    (tmp_path / "Mapi32.dll").write_bytes(MAPI)
    subprocess.run(["gcab", "-c", "-z", "fix.cab", "Mapi32.dll"], cwd=tmp_path, check=True, capture_output=True)
    assert rows(drafted(tmp_path, STUB + (tmp_path / "fix.cab").read_bytes())) == [MAPI_ROW]


WXS = """<?xml version="1.0"?><Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Name="Own update" Id="*" UpgradeCode="0f9fd3a3-1c1c-4d2e-8c4e-1c1c1c1c1c1c" Language="1033" Version="1.0.0"
 Manufacturer="A test"><Package Id="*" InstallerVersion="200" Compressed="yes"/>
<Media Id="1" Cabinet="files.cab" EmbedCab="yes"/><Directory Id="TARGETDIR" Name="SourceDir">
<Component Id="C1" Guid="0f9fd3a3-1c1c-4d2e-8c4e-1c1c1c1c1c1d"><File Id="F{id}" Source="Mapi32.dll" Name="Mapi32.dll"/>
</Component></Directory><Feature Id="F" Level="1"><ComponentRef Id="C1"/></Feature></Product></Wix>"""


@pytest.mark.skipif(shutil.which("wixl") is None, reason="wixl is not installed")
def test_an_installer_of_wixl_is_read_and_files_have_their_real_names(tmp_path: Path) -> None:
    (tmp_path / "Mapi32.dll").write_bytes(build_pe("5.5.2657.50", size=100_000))
    (tmp_path / "fix.wxs").write_text(WXS.format(id="0815"))
    subprocess.run(["wixl", "-o", "fix.msi", "fix.wxs"], cwd=tmp_path, check=True, capture_output=True)
    data = (tmp_path / "fix.msi").read_bytes()
    assert rows(drafted(tmp_path, data, "Exchange5.5-KB818861-x86-ENU.msi")) == [MAPI_ROW]
    inside = drafted(tmp_path, STUB + build_cab({"fix.msi": data}))
    assert rows(inside) == [MAPI_ROW]
