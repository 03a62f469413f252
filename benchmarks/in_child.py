"""One measured call in an interpreter of its own: in_child.py MODULE FUNCTION, arguments as JSON on standard input.

The function prepares, untimed, and returns what is timed; that returns the answer, which is checked by the caller.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time

from hotfix_check.garbage import look_seldom


def main(module: str, function: str) -> None:
    look_seldom()  # as the program does
    call = getattr(importlib.import_module(module), function)(**json.load(sys.stdin))
    used = _cpu_of_children()
    cpu, wall = time.process_time(), time.perf_counter()
    answer = call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu + _cpu_of_children() - used
    json.dump({"wall": wall, "cpu": cpu, "answer": answer}, sys.stdout)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
