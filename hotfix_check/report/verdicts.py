"""The verdicts as people see them: one line each, worst first. A new verdict is one line here."""

from __future__ import annotations

from hotfix_check.assess.finding import Verdict
from hotfix_check.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a verdict is shown and told.

    ``sign`` stands beside the word, never for it. ``terminal`` is the code of ISO 6429 (SGR); ``light`` and ``dark``
    are the colours of a page, each with at least 4.5:1 to its paper (WCAG 2.1 AA). ``meaning`` is the legend,
    ``rule`` the longer sentence that explains a finding.
    """

    sign: str
    terminal: str
    light: str
    dark: str
    meaning: str
    rule: str


LOOKS: dict[str, Look] = {
    Verdict.PARTIAL: Look(
        sign="\N{VULGAR FRACTION ONE HALF}",
        terminal="33;1",
        light="#7d4a00",
        dark="#eeb45c",
        meaning="one required file has the fix, another has not",
        rule="one required file, or one copy, has the fix and another has not",
    ),
    Verdict.MISSING: Look(
        sign="\N{MULTIPLICATION SIGN}",
        terminal="31;1",
        light="#a3142c",
        dark="#ff8f94",
        meaning="a required file is older, or was removed",
        rule="a required file is older than the table's version or was removed; below it, the fix is not in the file",
    ),
    Verdict.UNDETERMINED: Look(
        sign="?",
        terminal="35;1",
        light="#5a3d9e",
        dark="#c4abff",
        meaning="the evidence does not decide; never a pass",
        rule="what was collected decides neither way; that is never a pass",
    ),
    Verdict.SUPERSEDED: Look(
        sign="\N{GREATER-THAN OR EQUAL TO}",
        terminal="36",
        light="#0d567f",
        dark="#7fc4ee",
        meaning="there by later builds, or in a service pack or rollup",
        rule="the fix is there by later builds on the same line, or by a level or update that contains it",
    ),
    Verdict.INSTALLED: Look(
        sign="\N{CHECK MARK}",
        terminal="32",
        light="#1c6a35",
        dark="#83d396",
        meaning="every required file is there, at least one exactly as in the table",
        rule="every required file is at the table's version or later, and at least one is exactly the table's",
    ),
    Verdict.NOT_APPLICABLE: Look(
        sign="\N{EN DASH}",
        terminal="2",
        light="#525b66",
        dark="#a3adb8",
        meaning="proof that the product or component is not there",
        rule="there is proof that the product, its component or its line is not on the target",
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
