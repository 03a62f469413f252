"""How many updates have each verdict: the table of counts and the stacked bar of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hotfix_check.report.judged_document import FindingDocument
from hotfix_check.report.verdicts import LOOKS

_LABEL_FITS = 12.0  # per cent of the bar's width that a sign and a number need on a phone


def verdict_counts(findings: Sequence[FindingDocument]) -> list[dict[str, Any]]:
    """Rows of the count table; a share is never rounded up, so 100 % is said only of all."""
    counted: Counter[tuple[str, str]] = Counter((one.verdict, one.importance) for one in findings)
    applicable = sum(count for (verdict, _), count in counted.items() if verdict != "not-applicable")
    rows = []
    for verdict in LOOKS:
        own = {importance: count for (of, importance), count in counted.items() if of == verdict}
        total = sum(own.values())
        counts_for_share = verdict != "not-applicable" and applicable
        rows.append(
            {
                "verdict": verdict,
                "own": own,
                "total": total,
                "share": f"{total * 1000 // applicable / 10:.1f} %" if counts_for_share else "",
            }
        )
    return rows


def verdict_bar(findings: Sequence[FindingDocument]) -> list[dict[str, Any]]:
    """Parts of the stacked bar of applicable updates, in per cent of its width."""
    counted = Counter[str](one.verdict for one in findings if one.verdict != "not-applicable")
    total = sum(counted.values())
    parts, at = [], 0.0
    for verdict in LOOKS:
        if counted[verdict]:
            width = 100 * counted[verdict] / total
            parts.append(
                {
                    "verdict": verdict,
                    "count": counted[verdict],
                    "x": f"{at:.3f}",
                    "width": f"{width:.3f}",
                    "middle": f"{at + width / 2:.3f}" if width >= _LABEL_FITS else None,
                }
            )
            at += width
    return parts
