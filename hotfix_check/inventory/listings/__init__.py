"""What other tools say of files and builds, as targets; ``read`` reads one that was recognised."""

from hotfix_check.inventory.listings.recognise import is_listing, is_other_text, text_head

__all__ = ["is_listing", "is_other_text", "text_head"]
