"""The verdict on one update with its grounds, before what it needs and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hotfix_check.assess.anomaly import Anomaly
from hotfix_check.assess.finding import Confidence, SatisfiedBy, Verdict
from hotfix_check.assess.packages import Judgement


class Answer(NamedTuple):
    """A verdict with its grounds, before prerequisites and advice."""

    judgement: Judgement
    verdict: Verdict
    confidence: Confidence
    reasons: tuple[str, ...]
    anomalies: tuple[Anomaly, ...] = ()
    satisfied_by: tuple[SatisfiedBy, ...] = ()


def make_answer(
    judgement: Judgement,
    verdict: Verdict,
    confidence: Confidence,
    *reasons: str,
    anomalies: Sequence[Anomaly] = (),
    satisfied_by: tuple[SatisfiedBy, ...] = (),
) -> Answer:
    """An answer with these reasons."""
    return Answer(judgement, verdict, confidence, reasons, tuple(anomalies), satisfied_by)
