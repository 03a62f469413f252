"""Listings of files and their versions that other tools wrote, as targets."""

from hotfix_check.inventory.listings.read import read_listing
from hotfix_check.inventory.listings.recognise import is_listing, refuse_other_text

__all__ = ["is_listing", "read_listing", "refuse_other_text"]
