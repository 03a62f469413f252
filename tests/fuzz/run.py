"""Fuzz every entrance, one after the other: ``run.py [--seconds N | --inputs N] [--keep FOLDER] [ENTRANCE]...``.

With ``--seconds`` every run tries other inputs, with ``--inputs`` each tries the same: what a check finds, anyone finds
again.

Exit code 0: nothing found; 1: a crash, with the input that made it in FOLDER, or atheris is not installed (it has
wheels for CPython 3.11 to 3.13 on Linux), unless ``--allow-absent``. What was learnt of the formats stays in FOLDER
too, for the next run.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
ENTRANCES = (
    *("pe", "article", "catalogue", "lines", "inventory", "hive", "result", "baseline", "configuration", "waivers"),
    *("manifest", "index", "listing", "pasted", "package", "archive", "expected", "journal"),
)
# What each input may cost is in entrances.py; these end what never comes back, and what leaks.
SEED = 20261127
LIMITS = ("-max_len=16384", "-rss_limit_mb=1024", "-timeout=10", "-print_final_stats=1", "-verbosity=1")


def main() -> int:
    """Fuzz, and print a line for each entrance."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    until = parser.add_mutually_exclusive_group()
    until.add_argument("--seconds", type=int, default=4, help="for each entrance (4)")
    until.add_argument("--inputs", type=int, help="for each entrance, the same in every run")
    parser.add_argument("--keep", type=Path, help="folder of inputs, kept for the next run")
    parser.add_argument("--allow-absent", action="store_true", help="exit code 0 where atheris is not installed")
    parser.add_argument("entrances", nargs="*", metavar="ENTRANCE", help=", ".join(ENTRANCES))
    options = parser.parse_args()
    if unknown := set(options.entrances) - set(ENTRANCES):
        parser.error(f"no such entrance: {', '.join(sorted(unknown))}")
    if find_spec("atheris") is None:
        print("atheris is not installed, so nothing was fuzzed: pip install -e '.[test,fuzz]' (CPython 3.11 to 3.13)")
        return 0 if options.allow_absent else 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        limits = (
            (f"-max_total_time={options.seconds}",)
            if options.inputs is None
            else (f"-runs={options.inputs}", f"-seed={SEED}")
        )
        crashed = [name for name in options.entrances or ENTRANCES if not _fuzz(name, folder / name, limits)]
        if crashed and options.keep is None:
            print("the inputs are gone; run again with --keep FOLDER to have them")
    return 1 if crashed else 0


def _fuzz(name: str, folder: Path, limits: tuple[str, ...]) -> bool:
    """One entrance; whether it withstood."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(HERE / "fuzz_one.py"), name, str(corpus), *LIMITS, *limits]
    done = subprocess.run(
        [*command, f"-artifact_prefix={folder}/"],
        env={**os.environ, "PYTHONHASHSEED": "0"},  # the order of a set is a way through the code
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    figures = {
        label: (re.findall(pattern, done.stderr) or ["?"])[-1]
        for label, pattern in (
            ("executions", r"number_of_executed_units: (\d+)"),
            ("edges", r"cov: (\d+)"),
            ("MB", r"peak_rss_mb: +(\d+)"),
            ("slowest", r"slowest: (.*)"),
        )
    }
    told = ", ".join(
        f"{value} {label}" if label != "slowest" else f"slowest {value}" for label, value in figures.items()
    )
    print(f"{name:10} {told}", flush=True)
    if done.returncode != 0:
        print(done.stdout[-6000:])  # the traceback
        print("\n".join(line for line in done.stderr.splitlines() if not line.startswith(("#", "INFO", '"')))[-6000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
