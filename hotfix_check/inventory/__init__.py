"""Targets (a folder, a file, a saved inventory) to an Inventory."""

from hotfix_check.inventory.files import (
    Collected,
    InstalledFile,
    Inventory,
    TargetKind,
    UnreadableFile,
    by_path,
    name_of,
)
from hotfix_check.inventory.read import read_target
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryRecords
from hotfix_check.inventory.saved import inventory_to_json, looks_saved, read_saved
from hotfix_check.inventory.walk import shown

__all__ = [
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
    "looks_saved",
    "name_of",
    "read_saved",
    "read_target",
    "shown",
]
