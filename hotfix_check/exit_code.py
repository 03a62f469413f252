"""How a run ends, in numbers; --help and the README say what this module says."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit code of every command; ``assess.weight`` decides between 0, 1 and 3."""

    CLEAN = 0
    FINDINGS = 1
    NOT_ASKED = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.CLEAN: "complete and nothing to report",
    ExitCode.FINDINGS: "something required or recommended is missing or partial, something forbidden is installed, a "
    "CVE asked for is open, an advisory holds, or what --fail-on names",
    ExitCode.NOT_ASKED: "the question could not be asked: a bad option, target, catalogue, policy or saved file",
    ExitCode.INCOMPLETE: "incomplete: something required or recommended is undetermined, a CVE asked for may be open, "
    "a named file could not be read, or nothing was recognised",
    ExitCode.INTERRUPTED: "interrupted",
}
EXIT_CODES = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."
"""All of them in a sentence, for --help."""
