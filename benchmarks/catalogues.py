"""Synthetic catalogues in TOML like Microsoft's file lists: few products, cumulative updates of thousands of rows,
released for two lines on the same day.

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
    """Security updates of 9.1 with six rows each, on its lines in turn, each of a day of its own."""
    for number in range(OWN_ROWS // 6):
        round_, at = divmod(number, LEVELS)
        names = [OWN_NAMES[(number * 6 + place) % OWN_FILES] for place in range(6)]
        rows = [(name, 10 + number) for name in names]
        yield _update(JUDGED, 1_000_000 + number, at + 1, f"{2001 + at}-{3 + 6 * round_:02}-16", rows)


def _grown(product: str, rows: int, place: int) -> Iterator[str]:
    """Updates of ROWS_AN_UPDATE rows, the last one smaller: every month one for each of two neighbouring lines."""
    for number, start in enumerate(range(0, rows, ROWS_AN_UPDATE)):
        round_, at = divmod(number // 2, LEVELS - 1)
        count = min(ROWS_AN_UPDATE, rows - start)
        files = [(f"Microsoft.Exchange.Part{part:04}.dll", 10 + number) for part in range(count)]
        kb = 2_000_000 + place * 100_000 + number
        yield _update(product, kb, at + 1 + number % 2, f"{2002 + at}-{2 + round_:02}-10", files)


def _update(product: str, kb: int, level: int, released: str, rows: list[tuple[str, int]]) -> str:
    chance = random.Random(kb)
    lines = "".join(
        f'    {{ name = "{name}", version = "{version_of(product, level, revision)}", '
        f"size = {chance.randrange(20_000, 2_000_000)}, timestamp = {released[:8]}05T10:{at % 60:02}:00Z }},\n"
        for at, (name, revision) in enumerate(rows)
    )
    return (
        f'\n[[update]]\nkb = {kb}\ntitle = "Security update {kb} for {product} CU{level}"\n'
        f'kind = "security-update"\nreleased = {released}\nsources = ["made up"]\n'
        f'  [[update.package]]\n  level = "CU{level}"\n  prerequisites = []\n  files = [\n{lines}  ]\n'
    )
