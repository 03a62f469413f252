"""One result document, many renderings."""

from hotfix_check.report.result import RunInfo, Scope, result_document, to_json
from hotfix_check.report.table import render_table

__all__ = ["RunInfo", "Scope", "render_table", "result_document", "to_json"]
