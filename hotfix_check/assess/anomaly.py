"""What is odd about a file, a level or an update: a code to go by, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class AnomalyCode(StrEnum):
    """What kind of anomaly it is, as it is told; those from VERSION_FROM_TEXT on are found when a file is read."""

    SUSPECT = "suspect"
    NO_VERSION = "no version resource"
    STRING_VERSION_DIFFERS = "string-version-differs"
    SIZE_DIFFERS = "size-differs"
    LINKED_LATER = "linked-later"
    TIME_OFFSET = "time-offset"
    COPIES_DIFFER = "copies-differ"
    REGRESSED = "regressed"
    FILE_REMOVED = "file-removed"
    PREREQUISITE_ABSENT = "prerequisite-absent"
    UNDATED = "undated"
    HALF_INSTALLED = "half-installed"
    THINLY_CORROBORATED = "thinly-corroborated"
    OLDER_NEIGHBOUR = "older-neighbour"
    NEWER_NEIGHBOUR = "newer-neighbour"
    MIXED_LEVEL = "mixed-level"
    MARKERS_DISAGREE = "mixed-level by markers"
    DECLARED_CONTRADICTED = "declared-contradicted"
    REPORTED_ONLY = "reported-only"
    NEWER_THAN_CATALOGUE = "newer-than-catalogue"
    UNKNOWN_BUILD = "unknown-build"
    REGISTRY_DIFFERS = "registry-differs"
    RECORDED_BUT_OLDER = "recorded-but-older"
    RECORDED_OTHERWISE = "recorded-otherwise"
    NOT_RECORDED = "not-recorded"
    VERSION_FROM_TEXT = "version-from-text"
    READERS_DISAGREE = "readers-disagree"
    LANGUAGES_DISAGREE = "languages-disagree"
    CHECKSUM_WRONG = "checksum-wrong"
    CASE_DUPLICATE = "case-duplicate"


_OF_READING = frozenset(list(AnomalyCode)[list(AnomalyCode).index(AnomalyCode.VERSION_FROM_TEXT) :])


_TOLD_AS = {AnomalyCode.MARKERS_DISAGREE: AnomalyCode.MIXED_LEVEL}
"""The codes that are a case of another one, and are told as that."""


class Anomaly(str):
    """An anomaly in words, ``code: text``, that knows its code; of one file among several after the file's name."""

    code: AnomalyCode
    text: str
    file: str

    def __new__(cls, code: AnomalyCode, text: str = "", of: str = "") -> Anomaly:
        """``of`` is the name of the file that it is of."""
        told = _TOLD_AS.get(code, code)
        made = super().__new__(cls, ": ".join(part for part in (of, str(told), text) if part))
        made.code, made.text, made.file = code, text, of
        return made

    def __reduce__(self) -> tuple[type[Anomaly], tuple[AnomalyCode, str, str]]:
        return Anomaly, (self.code, self.text, self.file)

    def of(self, name: str) -> Anomaly:
        """The same, of a file of this name."""
        return Anomaly(self.code, self.text, name)


def is_told(anomalies: Iterable[Anomaly], code: AnomalyCode) -> bool:
    """Whether one of them is of this code, or a case of it."""
    return any(one.code is code or _TOLD_AS.get(one.code) is code for one in anomalies)


def is_written(texts: Iterable[str], code: AnomalyCode) -> bool:
    """The same of anomalies as a document has them."""
    return any(text == code or text.startswith(f"{code}: ") for text in texts)


def found_by_reading(notes: Iterable[str]) -> tuple[Anomaly, ...]:
    """The anomalies among the notes of a file that was read."""
    parts = (note.partition(": ") for note in notes)
    return tuple(Anomaly(AnomalyCode(code), text) for code, _, text in parts if code in _OF_READING)
