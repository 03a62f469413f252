"""KB articles to draft updates: text in, values out; only ``command`` touches files."""

from __future__ import annotations

from hotfix_check.article.draft import DraftRow, DraftUpdate, SkippedTable, draft_to_dict
from hotfix_check.article.parse import parse_article, parse_file_list_csv
from hotfix_check.article.text import decode_article

__all__ = ["DraftRow", "DraftUpdate", "SkippedTable", "decode_article", "draft_to_dict", "parse_article", "parse_file_list_csv"]
