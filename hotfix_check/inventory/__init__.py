"""Targets (a folder, a file, a listing, a saved inventory) to an Inventory."""

from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import (
    VERSION_FROM_TEXT,
    ClaimedUpdate,
    Collected,
    InstalledFile,
    Inventory,
    ReportedBuild,
    TargetKind,
    UnreadableFile,
    by_path,
    name_of,
    target_name,
)
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryKeys, RegistryRecords
from hotfix_check.inventory.saved import inventory_to_json, saved_text
from hotfix_check.inventory.target import Target, opened_target, read_target, read_targets, with_hive

__all__ = [
    "VERSION_FROM_TEXT",
    "Asked",
    "ClaimedUpdate",
    "Collected",
    "InstalledFile",
    "Inventory",
    "RecordedSetup",
    "RecordedUpdate",
    "RegistryKeys",
    "RegistryRecords",
    "ReportedBuild",
    "Target",
    "TargetKind",
    "UnreadableFile",
    "by_path",
    "inventory_to_json",
    "name_of",
    "opened_target",
    "read_target",
    "read_targets",
    "saved_text",
    "target_name",
    "with_hive",
]
