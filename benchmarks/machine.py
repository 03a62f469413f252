"""The machine and the programs that were measured, in words."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path

_PACKAGES = ("hotfix-check", "pefile", "lief", "dissect.executable", "typer")


def machine() -> str:
    """CPU model, cores, operating system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_cpu()}, {cores} cores; {_system()}; {python}"


def programs() -> str:
    """The peers and their versions; those that are not installed are named as such."""
    found = [f"{name} {_version(name)}" for name in _PACKAGES]
    found.append(f"exiftool {_printed('exiftool', '-ver')}")
    return ", ".join([*found, _printed("find", "--version")])


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"
    return f"{name}, {platform.system()} {platform.release()}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _printed(program: str, option: str) -> str:
    path = shutil.which(program)
    if path is None:
        return "not installed"
    done = subprocess.run([path, option], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return next(iter(done.stdout.splitlines()), "of unknown version")
