"""Listings of files and their versions that other tools wrote, as targets; ``read`` reads one that was recognised."""

from hotfix_check.inventory.listings.recognise import is_listing, refuse_other_text

__all__ = ["is_listing", "refuse_other_text"]
