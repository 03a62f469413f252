"""No broken file brings the readers down, holds them up or fills the memory.

HOTFIX_CHECK_MUTANTS=0-100000 reads the mutants of these numbers, instead of the few of every run; with -s it prints the
figures. A failure names the mutant: ``pe_mutants.mutant(number)`` is that file.
"""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from conftest import EXAMPLES
from pe_mutants import FIELDS, KINDS, SEEDS, Mutant, mutant

from hotfix_check.pe import PeError, PeFacts, ReadAt, read_pe
from hotfix_check.pe.bytes import MAX_BYTES_READ
from hotfix_check.pe.crosscheck import cross_check

FIRST, LAST = map(int, os.environ.get("HOTFIX_CHECK_MUTANTS", f"0-{100 * EXAMPLES}").split("-"))
PARTS = 5  # so that several workers share them
SECONDS = 1  # of processor time, for one file
BYTES = 4 * MAX_BYTES_READ
BYTES_OF_PEFILE = 64 << 20


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


class Costs:
    """What reading took, at its worst: (amount, number of the mutant)."""

    def __init__(self) -> None:
        self.slowest = (0.0, -1)
        self.largest = (0, -1)
        self.outcomes: Counter[tuple[str, str]] = Counter()

    def of(self, mutated: Mutant, read: Callable[[], object]) -> object:
        """What ``read`` returns; the kind of its PeError when it refuses. Any other exception fails the test."""
        tracemalloc.reset_peak()
        before, start = tracemalloc.get_traced_memory()[0], time.process_time()
        outcome: object
        try:
            outcome = read()
        except PeError as error:
            outcome = error.kind
        except BaseException as error:
            pytest.fail(f"mutant({mutated.number}), {mutated.seed}, {mutated.kind}: {error!r}")
        self.slowest = max(self.slowest, (time.process_time() - start, mutated.number))
        self.largest = max(self.largest, (tracemalloc.get_traced_memory()[1] - before, mutated.number))
        self.outcomes[mutated.kind, outcome if isinstance(outcome, str) else "read"] += 1
        return outcome

    def __str__(self) -> str:
        rows = [
            f"{kind}: " + ", ".join(f"{n} {outcome}" for (k, outcome), n in sorted(self.outcomes.items()) if k == kind)
            for kind in KINDS
        ]
        return "\n".join(
            [
                *rows,
                f"{sum(self.outcomes.values())} files; slowest {self.slowest[0] * 1000:.0f} ms (mutant "
                f"{self.slowest[1]}), most memory {self.largest[0] / (1 << 20):.1f} MiB (mutant {self.largest[1]})",
            ]
        )


@pytest.mark.parametrize("part", range(PARTS))
def test_mutants_are_read_or_refused_within_the_bounds(part: int, traced: None) -> None:
    reader, second = Costs(), Costs()
    for number in range(FIRST + part, LAST, PARTS):
        mutated = mutant(number)
        taken = 0

        def read_at(offset: int, size: int, data: bytes = mutated.data) -> bytes:
            nonlocal taken
            taken += size
            return data[offset : offset + size]

        def read(read_at: ReadAt = read_at, size: int = len(mutated.data)) -> PeFacts:
            facts = read_pe(read_at, size, export="GetOutlookVersion")
            json.dumps([[table.strings for table in facts.strings], facts.notes], ensure_ascii=False).encode()
            return facts

        facts = reader.of(mutated, read)
        assert taken <= MAX_BYTES_READ, f"mutant({number})"
        if not isinstance(facts, PeFacts):
            assert facts in ("not-a-pe", "16-bit", "damaged"), f"mutant({number})"
            continue
        if number // len(KINDS) // PARTS % 10 == 0:  # pefile takes a hundred times as long
            second.of(mutated, lambda data=mutated.data, facts=facts: cross_check(data, facts))  # type: ignore[misc]

    print(f"\nOur reader, part {part}:\n{reader}\npefile, held back:\n{second}")
    assert reader.slowest[0] < SECONDS, reader.slowest
    assert reader.largest[0] < BYTES, reader.largest
    assert second.slowest[0] < SECONDS, second.slowest
    assert second.largest[0] < BYTES_OF_PEFILE, second.largest
    assert sum(second.outcomes.values()) > (LAST - FIRST) // PARTS // 30


def test_mutants_are_of_every_kind_and_differ_from_their_seeds() -> None:
    mutants = [mutant(number) for number in range(40 * len(KINDS))]

    assert mutant(123) == mutant(123)
    assert {(made.seed, made.kind) for made in mutants} == {(seed, kind) for seed in SEEDS for kind in KINDS}
    assert sum(made.data != SEEDS[made.seed] for made in mutants) > 0.9 * len(mutants)
    assert {kind for found in FIELDS.values() for kind, _, _ in found} < set(KINDS)
