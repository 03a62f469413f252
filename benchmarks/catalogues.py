"""Synthetic catalogues in TOML like Microsoft's file lists: few products, cumulative updates of thousands of rows.

Product 9.1 is the one that is judged. Either the catalogue grows in the products beside it, or in 9.1 itself by rows of
files that the target does not have. Same arguments, same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

ROWS_AN_UPDATE = 2_000
LEVELS = 20
OWN_FILES = 40
OWN_ROWS = 240  # of 9.1, in every catalogue
JUDGED, BESIDE = "exchange-9.1", ("exchange-9.2", "exchange-9.3", "exchange-9.4")
OWN_NAMES = ("Mapi32.dll", *(f"Own{number:02}.dll" for number in range(1, OWN_FILES)))


def write_catalogue(folder: Path, rows: int, *, own: bool) -> None:
    """A folder of one file a product with ``rows`` rows in all; those beyond OWN_ROWS are other files of 9.1 (``own``)
    or of the other products."""
    folder.mkdir(parents=True)
    grown = rows - OWN_ROWS
    judged = [_product(JUDGED), *_own_updates()]
    if own:
        judged += _grown(JUDGED, grown, 0)
    (folder / f"{JUDGED}.toml").write_text("".join(judged), "utf-8")
    share = 0 if own else -(-grown // len(BESIDE))
    for number, product in enumerate(BESIDE):
        count = max(0, min(share, grown - number * share))
        text = "".join([_product(product), *_grown(product, count, 1 + number)])
        (folder / f"{product}.toml").write_text(text, "utf-8")


def version_of(product: str, level: int, revision: int) -> str:
    """A build on the line of a level, counted from 1."""
    return f"{product.removeprefix('exchange-')}.{level * 100}.{revision}"


def _product(product: str) -> str:
    number = product.removeprefix("exchange-")
    levels = "".join(
        f'  {{ name = "CU{level}", build = "{version_of(product, level, 1)}", released = {2000 + level}-01-15 }},\n'
        for level in range(1, LEVELS + 1)
    )
    versions = ", ".join(f'CU{level} = "{version_of(product, level, 1)}"' for level in range(1, LEVELS + 1))
    return (
        f'format = 1\nversion = 2026-01-01\n\n[product]\nid = "{product}"\nname = "Exchange {number}"\n'
        f'range = "=={number}.*"\nplatform = "amd64"\nlevel_by = "whole-version"\nserver_files = ["Setup.exe"]\n'
        f'sources = ["made up"]\nlevels = [\n{levels}]\nfolders = [{{ role = "bin", paths = ["Exchsrvr/Bin"], '
        f'core = ["Setup.exe"] }}]\nfiles = [\n'
        f'  {{ name = "Setup.exe", roles = ["bin"], marker = true, versions = {{ {versions} }} }},\n]\n'
    )


def _own_updates() -> Iterator[str]:
    """Hotfixes of 9.1 with six rows each, on its lines in turn."""
    for number in range(OWN_ROWS // 6):
        level = number % LEVELS + 1
        names = [OWN_NAMES[(number * 6 + place) % OWN_FILES] for place in range(6)]
        yield _update(JUDGED, 1_000_000 + number, "security-update", level, [(name, 10 + number) for name in names])


def _grown(product: str, rows: int, place: int) -> Iterator[str]:
    """Updates of ROWS_AN_UPDATE rows, the last one smaller, on the product's lines in turn, the oldest first."""
    for number, start in enumerate(range(0, rows, ROWS_AN_UPDATE)):
        count = min(ROWS_AN_UPDATE, rows - start)
        names = [f"Microsoft.Exchange.Part{at:04}.dll" for at in range(count)]
        kb = 2_000_000 + place * 100_000 + number
        yield _update(product, kb, "security-update", number % LEVELS + 1, [(name, 10 + number) for name in names])


def _update(product: str, kb: int, kind: str, level: int, rows: list[tuple[str, int]]) -> str:
    chance = random.Random(kb)
    lines = "".join(
        f'    {{ name = "{name}", version = "{version_of(product, level, revision)}", '
        f"size = {chance.randrange(20_000, 2_000_000)}, timestamp = {2000 + level}-03-15T10:{at % 60:02}:00Z }},\n"
        for at, (name, revision) in enumerate(rows)
    )
    return (
        f'\n[[update]]\nkb = {kb}\ntitle = "Security update {kb} for {product} CU{level}"\nkind = "{kind}"\n'
        f'released = {2000 + level}-03-16\nsources = ["made up"]\n'
        f'  [[update.package]]\n  level = "CU{level}"\n  prerequisites = []\n  files = [\n{lines}  ]\n'
    )
