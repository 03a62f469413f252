"""What articles say, as patterns: one vocabulary, and a form of pattern in which a phrase is a line.

The names of Microsoft's products here tell a name from other words; which product is meant is the catalogue's to say.
"""

from __future__ import annotations

import re
from textwrap import dedent

_FIX = (
    r"(?:hot-?fix(?:es)?|fix(?:es)?|updates?|patch(?:es)?|(?:update )?rollups?|rollup package"
    r"|cumulative update|security update|package|correction)"
)
FAMILIES = r"(?:Exchange|Windows|Outlook|Office|SQL|Internet|IIS|\.NET|Systems|SNA|Visual)"
"""What the names of products begin with that articles on Exchange speak of, after "Microsoft"."""
WORDS = {
    "fix": _FIX,
    "this fix": rf"(?:this|the|these|both|all|each)\s(?:\S{{1,20}}\s){{0,3}}?{_FIX}",
    "install": r"(?:install|apply|appl[yi]ing|installing|installed|applied|installation|run)",
    "fix named": r"(?:\w[\w-]*\s+){0,4}?(?:hot-?fix|fix|update|patch|rollup|package|correction)",
    "named fix": r"(?:hot-?fix(?:es)?|fix(?:es)?|updates?|patch(?:es)?|rollups?|packages?|corrections?"
    r"|service\s+packs?)",
    "things": r"(?:files?|versions?|dlls?|drivers?|modules?|components?|sizes?|builds?|copies|attributes|dates?"
    r"|time\s?stamps?|run-?times?|librar(?:y|ies)|executables?|binaries)",
    "old": r"(?:old(?:er)?|original|previous|prior|earlier|wrong|incorrect|bad|invalid|corrupt(?:ed)?|damaged|outdated"
    r"|obsolete|unpatched|faulty|defective|mismatched|incompatible|shipp(?:ed|ing)|retail|uncorrected|unfixed)",
    # Said of the files that a fix brings too: "the attributes of the affected files".
    "perhaps old": r"(?:existing|affected|vulnerable|problem|problematic|release|released|initial|current)",
    "words": r"(?:[\w-]+(?:\.[\w-]+)*\s+){0,3}?",
    "rights": r"(?:rights|permissions?|privileges?|credentials)",
    "product": FAMILIES,
    # As an article begins to name a product, or a rollup of it by its month.
    "named product": rf"(?:[A-Z][a-z]+ \d{{4}} )?(?:Microsoft )?{FAMILIES}\b",
}
_WORD = re.compile(r"(?<!\?P)<([a-z][a-z ]*)>")


def phrase(text: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """The pattern of a phrase: ``<fix>`` is a word of the vocabulary, and a line each of several alternatives.

    A line that is indented further goes on with the one above it.
    """
    alternatives: list[str] = []
    for line in dedent(text).splitlines():
        if line.startswith(" "):
            alternatives[-1] += line.strip()
        elif line:
            alternatives.append(line.strip())
    return re.compile(_WORD.sub(lambda word: WORDS[word[1]], "|".join(alternatives)), flags)
