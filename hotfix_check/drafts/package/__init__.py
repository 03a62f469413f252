"""Hotfix packages, as Microsoft sends them, to draft updates."""

from hotfix_check.drafts.package.draft import is_package, read_package

__all__ = ["is_package", "read_package"]
