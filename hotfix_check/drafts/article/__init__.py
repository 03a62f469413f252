"""KB articles to draft updates: text in, values out; only ``command`` touches files."""

from __future__ import annotations

from hotfix_check.drafts.article.parse import parse_article, parse_file_list_csv
from hotfix_check.drafts.article.text import decode_article
from hotfix_check.drafts.blocks import draft_to_toml
from hotfix_check.drafts.draft import DraftRow, DraftUpdate, SkippedTable, draft_to_dict

__all__ = [
    "DraftRow",
    "DraftUpdate",
    "SkippedTable",
    "decode_article",
    "draft_to_dict",
    "draft_to_toml",
    "parse_article",
    "parse_file_list_csv",
]
