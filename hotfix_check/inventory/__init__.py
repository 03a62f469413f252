"""Targets (a folder, a file, a listing, a saved inventory) to an Inventory."""

from hotfix_check.inventory.backups import is_backup
from hotfix_check.inventory.files import (
    VERSION_FROM_TEXT,
    Collected,
    InstalledFile,
    Inventory,
    TargetKind,
    UnreadableFile,
    by_path,
    name_of,
    target_name,
)
from hotfix_check.inventory.listings import is_listing, refuse_other_text
from hotfix_check.inventory.read import read_target, with_hive
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryRecords
from hotfix_check.inventory.saved import inventory_to_json, looks_saved, read_saved

__all__ = [
    "VERSION_FROM_TEXT",
    "Collected",
    "InstalledFile",
    "Inventory",
    "RecordedSetup",
    "RecordedUpdate",
    "RegistryRecords",
    "TargetKind",
    "UnreadableFile",
    "by_path",
    "inventory_to_json",
    "is_backup",
    "is_listing",
    "looks_saved",
    "name_of",
    "read_saved",
    "read_target",
    "refuse_other_text",
    "target_name",
    "with_hive",
]
