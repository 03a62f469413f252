"""What other tools say of files and builds, as targets; ``read`` reads one that was recognised."""

from hotfix_check.inventory.listings.recognise import is_listing, other_text

__all__ = ["is_listing", "other_text"]
