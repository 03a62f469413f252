"""Fuzz one entrance with atheris: ``fuzz_one.py ENTRANCE CORPUS_FOLDER [libFuzzer option]...``; ``run.py`` calls it.

A crash is any exception that the entrance does not allow, or an input that costs more than ``BOUNDS`` say.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import atheris

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "samples"), str(HERE.parent), str(HERE)]

with atheris.instrument_imports(include=["hotfix_check", "tomllib", "packaging"]):
    from entrances import BOUNDS, ENTRANCES, OTHERWISE

from mutations import mutate, values_of, words_of  # noqa: E402
from seeds import SEEDS  # noqa: E402

BINARY = {"pe", "index", "package"}


def _peak() -> int:
    """The most memory that the process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Set up and fuzz; libFuzzer ends the process."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    entrance = ENTRANCES[name]
    seeds = SEEDS[name]()
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    words, values = words_of(seeds), values_of(seeds)
    most_seconds, most_megabytes = BOUNDS.get(name, OTHERWISE)
    slowest = 0.0
    for seed in seeds:
        entrance(seed)  # what is loaded at first use is no cost of an input

    def enter(data: bytes) -> None:
        nonlocal slowest
        before, started = _peak(), time.process_time()
        entrance(data)
        seconds, megabytes = time.process_time() - started, _peak() - before
        if seconds > slowest:
            slowest = seconds
            print(f"slowest: {seconds:.3f} s for {len(data)} bytes", file=sys.stderr)
        if seconds > most_seconds:
            raise TimeoutError(f"{seconds:.1f} s for {len(data)} bytes")
        if megabytes > most_megabytes:
            raise MemoryError(f"{megabytes} MB for {len(data)} bytes")

    def change(data: bytes, limit: int, seed: int) -> bytes:
        if name in BINARY or seed % 8 == 0:
            return bytes(atheris.Mutate(data, limit))
        return mutate(data, limit, seed, words, values)

    atheris.Setup([sys.argv[0], str(folder), *sys.argv[3:]], enter, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
