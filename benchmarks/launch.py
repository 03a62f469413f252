"""Runs a command and writes what it cost, by the kernel's account: launch.py FIGURES STDOUT COMMAND [ARGUMENT...]

Run with ``python -I -S`` and importing next to nothing, because a child's peak memory counts from before it becomes the
command: a large parent would be measured instead of it. FIGURES gets "code wall cpu peak" (seconds, bytes).
"""

import os
import resource
import sys
import time


def main(figures: str, output: str, *command: str) -> None:
    stdout = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    actions = [(os.POSIX_SPAWN_DUP2, stdout, 1)]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status = os.waitpid(child, 0)
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    with open(figures, "w") as stream:  # noqa: PTH123  (pathlib is too much to import here)
        code = os.waitstatus_to_exitcode(status)
        stream.write(f"{code} {wall!r} {used.ru_utime + used.ru_stime!r} {used.ru_maxrss * unit}")


if __name__ == "__main__":
    main(*sys.argv[1:])
