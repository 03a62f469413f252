"""What is read of a target: as far as a catalogue can say something of it, by the options of a judgement."""

from __future__ import annotations

from hotfix_check.catalogue.outline import Outline
from hotfix_check.errors import UsageError
from hotfix_check.frozen import replace
from hotfix_check.inventory.file_facts import Asked, OnFile
from hotfix_check.inventory.files import Inventory, TargetKind
from hotfix_check.inventory.hives import with_records
from hotfix_check.inventory.registry import RegistryKeys
from hotfix_check.inventory.target import Target, hive_records
from hotfix_check.judging.options import JudgeOptions


def asked_by(outline: Outline, *, hashes: bool) -> Asked:
    """What a catalogue asks of any target."""
    return Asked(
        wanted=outline.all_names,
        plain=outline.plain_names,
        hashes=hashes,
        stub_exports=outline.stub_exports,
        registry=RegistryKeys(setups=outline.setup_keys, values=outline.setup_values, updates=outline.update_keys),
    )


def read_for(
    outline: Outline, target: Target, options: JudgeOptions, *, every_pe: bool, on_file: OnFile = None
) -> tuple[Inventory, ...]:
    """The inventories of a path, with the registry hive that was named: a host each."""
    asked = replace(
        asked_by(outline, hashes=not options.no_hash),
        every_pe=every_pe,
        cross_check=options.cross_check,
        follow_links=options.follow_links,
        programs=outline.programs,
        markers=frozenset(outline.markers),
    )
    if options.hive is None:
        return target.read(asked, on_file)
    if target.kind is TargetKind.INVENTORY:
        raise UsageError(f"--hive: {target.path} is a saved inventory, which holds its own records")
    # Read first: it tells where a server lies, all of whose programs are then read.
    records = hive_records(options.hive, asked)
    inventories = target.read(replace(asked, hive=records), on_file)
    if len(inventories) > 1:
        raise UsageError(f"--hive: {target.path} lists {len(inventories)} hosts, and a hive belongs to one")
    return tuple(with_records(inventory, records) for inventory in inventories)
