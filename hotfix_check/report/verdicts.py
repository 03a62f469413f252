"""The verdicts as people see them: one line each, worst first. A new verdict is one line here."""

from __future__ import annotations

from hotfix_check.assess.finding import Verdict
from hotfix_check.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown and told.

    ``sign`` stands beside the word, never for it. ``terminal`` is the code of ISO 6429 (SGR); ``light`` and ``dark``
    are the colours of a page, each with at least 4.5:1 to its paper (WCAG 2.1 AA). ``meaning`` is the legend,
    ``rule`` the longer sentence that explains a finding, ``to_do`` what help says to do about one.
    """

    sign: str
    terminal: str
    light: str
    dark: str
    meaning: str
    rule: str
    to_do: str


LOOKS: dict[str, Look] = {
    Verdict.PARTIAL: Look(
        *("\N{VULGAR FRACTION ONE HALF}", "33;1", "#7d4a00", "#eeb45c"),
        "one required file has the fix, another does not",
        "one required file, or one copy, has the fix and another does not",
        "Install the update again, then scan again: some of its files were not replaced.",
    ),
    Verdict.MISSING: Look(
        *("\N{MULTIPLICATION SIGN}", "31;1", "#a3142c", "#ff8f94"),
        "a required file is older, or was removed",
        "a required file is older than the table's version or was removed; below it, the fix is not in the file",
        "'hotfix-check plan TARGET' says what to install, and what must come first.",
    ),
    Verdict.UNDETERMINED: Look(
        *("?", "35;1", "#5a3d9e", "#c4abff"),
        "the evidence does not decide; never a pass",
        "what was collected does not decide; that is never a pass",
        "Supply what the reason asks for; 'scan --ask' lists the smallest set of files for all of them.",
    ),
    Verdict.SUPERSEDED: Look(
        *("\N{GREATER-THAN OR EQUAL TO}", "36", "#0d567f", "#7fc4ee"),
        "there through later builds, or in a service pack or rollup",
        "the fix is there through later builds on the same line, or in a level or update that contains it",
        "Nothing to do: a later build, level or rollup holds the fix.",
    ),
    Verdict.INSTALLED: Look(
        *("\N{CHECK MARK}", "32", "#1c6a35", "#83d396"),
        "every required file is there, at least one exactly as in the table",
        "every required file is at the table's version or later, and at least one is exactly the table's",
        "Nothing to do. Only files on disk were read: a restart may be pending.",
    ),
    Verdict.NOT_APPLICABLE: Look(
        *("\N{EN DASH}", "2", "#525b66", "#a3adb8"),
        "proof that the product or component is not there",
        "there is proof that the product, its component or its line is not on the target",
        "Nothing to do.",
    ),
}
"""By the word of the result document, in the order of every report: what is half-installed first, since it asks for
another action than what is missing."""

RANK = {word: number for number, word in enumerate(LOOKS)}
"""The place of each verdict in that order."""

SUMMARY_ORDER = (
    *(Verdict.INSTALLED, Verdict.SUPERSEDED, Verdict.PARTIAL, Verdict.MISSING),
    *(Verdict.NOT_APPLICABLE, Verdict.UNDETERMINED),
)
"""The order in which a summary counts them: what is there first."""


def verdict_css() -> str:
    """The colours of the verdicts as style sheet: variables for light and dark, words and parts of the bar."""
    light, dark = (
        " ".join(f"--{word}: {getattr(look, scheme)};" for word, look in LOOKS.items()) for scheme in ("light", "dark")
    )
    rules = "".join(
        f".v.{word} {{ color: var(--{word}); }}\n.bar rect.{word} {{ fill: var(--{word}); }}\n" for word in LOOKS
    )
    return f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"
