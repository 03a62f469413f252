"""inventory: collect a target and save it."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hotfix_check import __version__
from hotfix_check.catalogue import Catalogue
from hotfix_check.cli.catalogues import open_catalogue
from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.judging import this_host
from hotfix_check.cli.output import print_exactly, replaced_bytes, write_file
from hotfix_check.cli.progress import counting
from hotfix_check.errors import UsageError
from hotfix_check.inventory import (
    Collected,
    TargetKind,
    inventory_to_json,
    is_listing,
    looks_saved,
    read_target,
    refuse_other_text,
    with_hive,
)


def run_inventory(
    target: Path,
    output: Path | None,
    catalogues: Sequence[Path],
    *,
    follow_links: bool,
    hive: Path | None,
    hashes: bool,
    host: str | None,
    run_info: bool,
    quiet: bool,
) -> None:
    """Collect a folder or file; the catalogue only says which files are evidence and so are hashed.

    ``host`` is the server that the files are of, where that is not this machine.
    """
    from hotfix_check.policy import MAX_HOST  # with what judges, which is not needed here otherwise

    if host is not None and (not host.strip() or len(host) > MAX_HOST):
        raise UsageError(f"--host: a name of at most {MAX_HOST} characters expected")
    listing = target.is_file() and is_listing(target)
    if target.is_file() and not listing and looks_saved(target):
        raise UsageError(f"{target}: a saved inventory already; 'hotfix-check scan {target}' judges it")
    packed = output is not None and output.suffix.lower() == ".gz"
    if output is not None:
        if packed and not output.name.lower().endswith(".json.gz"):
            raise UsageError(f"--output: {output}: a packed inventory is known by its name: end it with .json.gz")
        not_evidence(output, (target, *catalogues, *(() if hive is None else (hive,))))
    opened = open_catalogue(catalogues, [target])
    outline = opened.outline() if isinstance(opened, Catalogue) else opened.outline
    if listing:
        from hotfix_check.inventory.listings.read import read_listing

        inventory = read_listing(target, wanted=outline.all_names, plain=outline.plain_names)
    else:
        if target.is_file():
            refuse_other_text(target, outline.all_names)
        with counting("Reading", quiet=quiet) as count:
            inventory = read_target(
                target,
                wanted=outline.all_names,
                plain=outline.plain_names,
                every_pe=True,
                hashes=hashes,
                follow_links=follow_links,
                on_file=count,
            )
    if hive is not None:
        inventory = with_hive(inventory, hive, hashes=hashes)
    here = run_info and inventory.kind is not TargetKind.LISTING  # a listing was collected elsewhere, and some day
    collected = Collected(
        host=host or (this_host() if here else inventory.collected.host if inventory.collected else None),
        at=datetime.now(UTC) if here else None,
        by=f"hotfix-check {__version__}",
    )
    text = inventory_to_json(inventory, collected)
    if output is None:
        print_exactly(text)
    elif packed:
        with replaced_bytes(output) as stream:
            stream.write(gzip.compress(text.encode(), mtime=0))
    else:
        write_file(output, text)
    if not quiet:
        print(
            f"hotfix-check {__version__}: {inventory.files_seen} files seen, {inventory.files_read} read, "
            f"{len(inventory.unreadable)} not readable",
            file=sys.stderr,
        )
