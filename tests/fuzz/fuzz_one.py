"""Fuzz one entrance with atheris: ``fuzz_one.py ENTRANCE CORPUS_FOLDER [libFuzzer option]...``; ``run.py`` calls it.

A crash is any exception that the entrance does not allow, or an input that takes longer than ``SECONDS``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "samples"), str(HERE.parent), str(HERE)]

with atheris.instrument_imports(include=["hotfix_check", "tomllib", "packaging"]):
    from entrances import ENTRANCES, SECONDS

from mutations import mutate, values_of, words_of  # noqa: E402
from seeds import SEEDS  # noqa: E402


def main() -> None:
    """Set up and fuzz; libFuzzer ends the process."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    entrance = ENTRANCES[name]
    seeds = SEEDS[name]()
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    words, values = words_of(seeds), values_of(seeds)
    slowest = 0.0

    def enter(data: bytes) -> None:
        nonlocal slowest
        started = time.process_time()
        entrance(data)
        seconds = time.process_time() - started
        if seconds > slowest:
            slowest = seconds
            print(f"slowest: {seconds:.3f} s for {len(data)} bytes", file=sys.stderr)
        if seconds > SECONDS:
            raise TimeoutError(f"{seconds:.1f} s for {len(data)} bytes")

    def change(data: bytes, limit: int, seed: int) -> bytes:
        if name == "pe" or seed % 8 == 0:
            return bytes(atheris.Mutate(data, limit))
        return mutate(data, limit, seed, words, values)

    atheris.Setup([sys.argv[0], str(folder), *sys.argv[3:]], enter, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
