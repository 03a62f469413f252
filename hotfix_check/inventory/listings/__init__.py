"""Listings of files and their versions that other tools wrote, as targets; ``read`` reads one that was recognised."""

from hotfix_check.inventory.listings.recognise import KNOWN, is_listing, is_other_text

__all__ = ["KNOWN", "is_listing", "is_other_text"]
