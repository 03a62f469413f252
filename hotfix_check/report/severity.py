"""The severity of a CVE: the qualitative rating of its CVSS score (CVSS v3.1 specification, section 5)."""

from __future__ import annotations

from collections.abc import Iterable

from hotfix_check.report.judged_document import ExposureDocument

_RATINGS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))


def severity_of(exposures: Iterable[ExposureDocument]) -> str | None:
    """The rating of the highest score; None where none is known. A score of 0.0 rates as none."""
    return rating(max((one.cvss for one in exposures if one.cvss is not None), default=None))


def rating(score: float | None) -> str | None:
    """The rating of a score; None where none is known."""
    return None if score is None else next((word for least, word in _RATINGS if score >= least), "none")
