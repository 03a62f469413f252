"""What a key of the result may hold, where that is less than any text or number. The packaged schema says the same."""

from __future__ import annotations

from typing import Annotated

from hotfix_check.assess.finding import Basis, Confidence, ExposureState, RowState
from hotfix_check.catalogue.update import Availability, Importance, Kind
from hotfix_check.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Matches:
    """A text that follows a regular expression."""

    pattern: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    words: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number that is not below another."""

    number: int


Day = Annotated[str, Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Moment = Annotated[str, Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
"""In UTC."""
DayOrMoment = Annotated[str, Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
Digest = Annotated[str, Matches("^[0-9a-f]{64}$")]
"""SHA-256."""
Build = Annotated[str, Matches(r"^[0-9]{1,5}(\.[0-9]{1,5}){3}$")]
Count = Annotated[int, AtLeast(0)]
TargetKindWord = Annotated[str, OneOf(("folder", "file", "archive", "inventory", "listing"))]
OutcomeWord = Annotated[str, OneOf(("findings", "clean", "incomplete", "nothing-recognised"))]
ConfidenceWord = Annotated[str, OneOf(tuple(map(str, Confidence)))]
StateWord = Annotated[str, OneOf(tuple(map(str, RowState)))]
BasisWord = Annotated[str, OneOf(tuple(map(str, Basis)))]
KindWord = Annotated[str, OneOf(tuple(map(str, Kind)))]
RungWord = Annotated[str, OneOf(("level", *map(str, Kind)))]
ImportanceWord = Annotated[str, OneOf(tuple(map(str, Importance)))]
AvailabilityWord = Annotated[str, OneOf(tuple(map(str, Availability)))]
ExposureWord = Annotated[str, OneOf(tuple(map(str, ExposureState)))]
MetWord = Annotated[str, OneOf(("met", "unmet", "unknown"))]
RestartWord = Annotated[str | None, OneOf(("yes", "no", "services", None))]
