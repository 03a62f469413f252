"""Format 1 of a saved inventory: this file was written once, and every later release must read it as the same values.

Nothing in it may be changed. A later format gets a file and a test of its own beside this one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, Run

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory import saved as saved_module
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import Collected, InstalledFile, Inventory, TargetKind, UnreadableFile
from hotfix_check.inventory.saved import inventory_to_json
from hotfix_check.inventory.target import read_target
from hotfix_check.version import FileVersion

GOLDEN = Path(__file__).parent / "format-1.json"
SCHEMA = json.loads((ROOT / "hotfix_check" / "schemas" / "inventory-1.json").read_text())
TIME = datetime(2003, 7, 1, 17, 44, tzinfo=UTC)
# A program that tells everything.
EVERYTHING = InstalledFile(
    path="Exchsrvr/Bin/Mapi32.dll",
    size=881936,
    modified=TIME,
    version=FileVersion(5, 5, 2657, 50),
    version_string="5.5 (Build 2657.50: Service Pack 4)",
    product_name="Microsoft Exchange",
    company_name="Microsoft Corporation",
    original_filename="MAPI32.DLL",
    internal_name="MAPI32",
    description="Extended MAPI 1.0 for Windows NT",
    languages=(1033,),
    machine="i386",
    linked=1057081440,
    stub=False,
    sha256="ab" * 32,
    notes=("checksum-differs",),
)
VALUES = Inventory(
    target="C:\\",
    kind=TargetKind.INVENTORY,
    root=("C",),
    folders=("", "Exchsrvr", "Exchsrvr/Bin"),
    files=(
        InstalledFile(path="Exchsrvr/Bin/Address.dll", size=1),
        EVERYTHING,
    ),
    unreadable=(
        UnreadableFile(path="Exchsrvr/Bin/Store.exe", reason="damaged headers", size=100, modified=TIME),
        UnreadableFile(path="Exchsrvr/Connect", reason="Permission denied", is_folder=True),
    ),
    files_seen=12,
    files_read=2,
    lone_file=False,
    collected=Collected(host="EX1", at=datetime(2026, 11, 21, 6, 30, tzinfo=UTC), by="hotfix-check 0.1.0"),
)


def test_the_file_is_the_one_that_was_written_once() -> None:
    assert (
        hashlib.sha256(GOLDEN.read_bytes()).hexdigest()
        == "b3c1f751df15ba82a49b6459354e87c61fe37d6d808b278df8dc95041dde2f94"
    )


def test_it_is_read_as_the_same_values_plain_and_packed(tmp_path: Path) -> None:
    packed = tmp_path / "EX1.json.gz"
    packed.write_bytes(gzip.compress(GOLDEN.read_bytes()))
    assert read_target(GOLDEN, Asked(wanted=frozenset())) == VALUES
    assert read_target(packed, Asked(wanted=frozenset())) == VALUES
    jsonschema.validate(json.loads(GOLDEN.read_text()), SCHEMA)


def test_what_is_written_today_means_the_same() -> None:
    assert VALUES.collected is not None
    assert json.loads(inventory_to_json(VALUES, VALUES.collected)) == json.loads(GOLDEN.read_text())


def test_the_description_of_the_format_names_every_field() -> None:
    text = (ROOT / "docs" / "inventory-format.md").read_text("utf-8")
    sections = [set(re.findall(r"^\| `(\w+)`", part, re.MULTILINE)) for part in text.split("\n## ")]
    whole = SCHEMA["properties"]
    parts: tuple[Any, ...] = (
        SCHEMA,
        whole["collected"],
        whole["files"]["items"],
        whole["unreadable"]["items"],
        whole["registry"],
    )
    parts += (whole["reported"]["items"], whole["claimed"]["items"])
    assert [names for names in sections if names] == [set(part["properties"]) for part in parts]
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    jsonschema.validate(json.loads(example), SCHEMA)


def test_the_suffix_gz_packs_and_the_same_files_give_the_same_bytes(samples: Path, tmp_path: Path, run: Run) -> None:
    collect = ("inventory", samples / "exchange-5.5-sp4", "--no-run-info", "-o")
    for name in ("a.json.gz", "b.json.gz", "c.json"):
        assert run(*collect, name).code == 0
    packed = (tmp_path / "a.json.gz").read_bytes()
    assert packed == (tmp_path / "b.json.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "c.json").read_bytes()
    assert len(packed) < len(gzip.decompress(packed)) / 3
    plain, same = (run("scan", name, "-f", "json", "--no-run-info") for name in ("c.json", "a.json.gz"))
    assert plain.result["targets"][0]["findings"] == same.result["targets"][0]["findings"]
    assert run("inventory", "a.json.gz").code == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(bytes(2000)), "larger than 1000 bytes when unpacked, not a saved inventory"),
        (gzip.compress(bytes(900))[:-9], "gzip data that ends too early"),
        (gzip.compress(b"{}") + b"more", "data after the end of the gzip data"),
        (gzip.compress(b"{}") * 2, "data after the end of the gzip data"),
        (b"\x1f\x8b" + bytes(50), "damaged gzip data"),
        (gzip.compress(gzip.compress(b"{}")), "gzip-compressed: unpack it first"),
    ],
    ids=["a bomb", "torn", "more behind it", "two in a row", "not gzip", "packed twice"],
)
def test_packed_data_is_unpacked_whole_and_bounded(
    data: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_module, "MAX_BYTES", 1000)
    place = tmp_path / "host.json.gz"
    place.write_bytes(data)
    with pytest.raises(SavedInputError, match=said):
        read_target(place, Asked(wanted=frozenset()))
