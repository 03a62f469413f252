"""Fuzz one entrance with atheris until a number of seconds is over: ``fuzz_one.py ENTRANCE CORPUS_FOLDER [libFuzzer option]...``.

Run by ``run.py``. A crash is any exception that the entrance does not allow, or an input that takes longer than allowed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "samples"), str(ROOT / "tests"), str(Path(__file__).parent)]

with atheris.instrument_imports(include=["hotfix_check", "tomllib", "packaging"]):
    from entrances import ENTRANCES, SECONDS

    import hotfix_check.cli  # noqa: F401  (everything that an entrance imports late is instrumented too)

from mutations import mutate_tokens, words_of
from seeds import SEEDS


def main() -> None:
    """Set up and fuzz; libFuzzer ends the process."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    entrance = ENTRANCES[name]
    seeds = SEEDS[name]()
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    words = words_of(seeds)
    slowest = [0.0]

    def enter(data: bytes) -> None:
        started = time.process_time()
        entrance(data)
        seconds = time.process_time() - started
        if seconds > slowest[0]:
            slowest[0] = seconds
            (folder.parent / f"{name}.slowest").write_text(f"{seconds:.3f} s, {len(data)} bytes")
        if seconds > SECONDS:
            raise TimeoutError(f"{seconds:.1f} s for {len(data)} bytes")

    def mutate(data: bytes, limit: int, seed: int) -> bytes:
        if name == "pe" or seed % 4 == 0:
            return bytes(atheris.Mutate(data, limit))
        return mutate_tokens(data, limit, seed, words)

    atheris.Setup([sys.argv[0], str(folder), *sys.argv[3:]], enter, custom_mutator=mutate)
    atheris.Fuzz()


main()
