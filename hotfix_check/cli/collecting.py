"""inventory: collect a target and save it."""

from __future__ import annotations

import gzip
import sys
from datetime import UTC, datetime
from pathlib import Path

from hotfix_check import __version__
from hotfix_check.catalogue import Catalogue
from hotfix_check.cli.formats import check_output
from hotfix_check.cli.judging import this_host
from hotfix_check.cli.output import counting, write_or_print
from hotfix_check.errors import UsageError
from hotfix_check.inventory.files import Collected, Inventory, TargetKind
from hotfix_check.inventory.saved import saved_text
from hotfix_check.inventory.target import opened_target
from hotfix_check.judging.catalogues import open_catalogue
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.reading import read_for
from hotfix_check.report.names import counted
from hotfix_check.report.text import visible
from hotfix_check.untrusted.windows_paths import ON_WINDOWS
from hotfix_check.writing import replaced_bytes


def run_inventory(
    target: Path, output: Path | None, options: JudgeOptions, *, host: str | None, run_info: bool, quiet: bool
) -> None:
    """Collect a folder or file; the catalogue only says which files are evidence and so are hashed.

    ``host`` is the server that the files are of, where that is not this machine. Without it nothing is claimed where
    this machine can be none: several servers of one name would replace each other in a fleet.
    """
    from hotfix_check.policy import MAX_HOST  # with what judges, which is not needed here otherwise

    if host is not None and (not host.strip() or len(host) > MAX_HOST):
        raise UsageError(f"--host: a name of at most {MAX_HOST} characters expected")
    packed = output is not None and output.suffix.lower() == ".gz"
    if packed and output is not None and not output.name.lower().endswith(".json.gz"):
        raise UsageError(f"--output: {output}: a compressed inventory needs a name that ends with .json.gz")
    check_output(output, (target, *options.files), writes=".json")
    catalogue = open_catalogue(options.catalogues, [target])
    outline = catalogue.outline() if isinstance(catalogue, Catalogue) else catalogue.outline
    with opened_target(target) as opened, counting(f"Reading {visible(target.name)}", quiet=quiet) as count:
        inventories = read_for(outline, opened, options, every_pe=True, on_file=count)
    if inventories[0].kind is TargetKind.INVENTORY:
        raise UsageError(f"{target}: a saved inventory already; 'hotfix-check scan {target}' judges it")
    if host is not None and len(inventories) > 1:
        raise UsageError(f"--host: {target} lists {len(inventories)} hosts and names them itself")
    text = saved_text([(one, _collected(one, host, run_info=run_info)) for one in inventories])
    if packed and output is not None:
        with replaced_bytes(output) as stream:
            stream.write(gzip.compress(text.encode(), mtime=0))
    else:
        write_or_print(text, output)
    if not quiet:
        print(
            f"hotfix-check {__version__}: {counted(sum(one.files_seen for one in inventories), 'file')} seen, "
            f"{sum(one.files_read for one in inventories)} read, "
            f"{sum(len(one.unreadable) for one in inventories)} not readable"
            + (f", of {len(inventories)} hosts" if len(inventories) > 1 else ""),
            file=sys.stderr,
        )


def _collected(inventory: Inventory, host: str | None, *, run_info: bool) -> Collected:
    here = run_info and inventory.kind is not TargetKind.LISTING  # a listing was collected elsewhere, and some day
    listed = inventory.collected.host if inventory.collected else None
    return Collected(
        host=host or (this_host() if here and ON_WINDOWS else listed),  # Exchange runs on no other system
        at=datetime.now(UTC) if here else None,
        by=f"hotfix-check {__version__}",
    )
