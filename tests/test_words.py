"""What people read is plain English: no sentence built as another language would build it, and one term a thing.

Looked at are the texts of the package (not its docstrings), the pages and scripts beside it, and the documents.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

BANNED = {
    r"\b(?:is|are|was|were) no (?!longer\b|more\b|better\b)": "say 'is not a', or 'there is no' at the start",
    r"\btold\b": "say 'listed', 'reported', 'shown' or 'said'",
    r"(?<!can )(?<!cannot )(?<!not )\btells?\b": "say 'says', 'shows' or 'lists'",
    r"\b(?:held|holds?|hold) (?:\w+ ){0,4}against\b": "say 'compare with'",
    r"\bis how one is written\b": "say 'write it like'",
    r"\b(?:is|are) none of\b": "say 'is not one of'",
    r"\bis there (?:twice|\S+ times)\b": "say 'appears twice'",
    r"\bno pass\b": "say 'not a pass'",
    r"\banew\b": "say 'again'",
    r"\bmeanwhile;": "put a colon before what to do",
    r"\bsomebody else's file\b": "say 'a foreign file'",
    r"\b(?:went|gone) back\b(?!wards)": "say 'went backwards', or 'was undone'",
    r"\bgave way to\b": "say 'was replaced by'",
    r"\bdo(?:es)? not have what is needed\b": "say 'lacks something needed'",
    r"\bbeside what is accepted\b": "say 'apart from what is accepted'",
    r"\bby another way\b": "say 'separately'",
    r"\bwhich was not looked into\b|\bnot looked (?:at|into)\b": "say 'not examined'",
    r"\b(?:the way on is)\b": "say 'its successor is'",
    r"\bin another way than\b": "say 'by anything but'",
    r"\b1 (?:updates|products|files|hosts|CVEs|steps|months|years|days|groups)\b": "count one as one",
    r"\bof 1 hosts?\b": "say 'the only host'",
    r"\bhas to be bought\b": "say 'must be bought'",
    r"\bnot known whether\b": "say 'whether ... is not known'",
    r"\bis wanted of\b|\bis asked of\b": "say who asks",
}
DOCUMENTS = (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "samples" / "README.md")
PAGES = (
    *(ROOT / "hotfix_check" / "report" / "page").glob("*.html"),
    *(ROOT / "offline" / "browser").glob("*.html"),
    *(ROOT / "offline" / "browser").glob("*.js"),
    *(path for path in (ROOT / "offline" / "windows").iterdir() if path.suffix in (".txt", ".ps1")),
)
NOT_PROSE = ("CHANGELOG.md",)
# What strangers write is looked for by their words, and is none of ours.
STRANGERS = ("drafts/article", "drafts/vocabulary.py", "inventory/listings")


GAP = "\N{HORIZONTAL ELLIPSIS}"
"""Stands for what is put into a text."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that are not documentation, each with its line; of an f-string without what is put in."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in ast.walk(node) if part is not node)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (
                part.value if isinstance(part, ast.Constant) else "\N{HORIZONTAL ELLIPSIS}" for part in node.values
            )
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def prose(path: Path) -> str:
    """What people read of a file: a document without code, a page without what makes it, a script's texts."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        return re.sub(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|<[^>]*>", GAP, text, flags=re.DOTALL)
    if path.suffix == ".js":
        return "\n".join(
            first or second for first, second in re.findall(r'"([^"\n]* [^"\n]*)"|`([^`\n]* [^`\n]*)`', text)
        )
    text = re.sub(r"^[ ]*```.*?^[ ]*```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", GAP, text)


def calques(text: str) -> list[str]:
    """The banned turns in a text, each with what to say instead; of 'there is no' nothing is wrong."""
    flat = re.sub(r"\s+", " ", text)
    found = []
    for pattern, instead in BANNED.items():
        for match in re.finditer(pattern, flat):
            before = flat[max(0, match.start() - 24) : match.start()]
            if match[0].endswith(" no ") and re.search(r"\b(?:[Tt]here|where) $", before):
                continue
            found.append(f"{flat[max(0, match.start() - 40) : match.end() + 40]!r}: {instead}")
    return found


MODULES = sorted((ROOT / "hotfix_check").rglob("*.py"))


def test_the_package_says_what_it_has_to_say_in_plain_words() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {fault}"
        for path in MODULES
        if not any(place in path.as_posix() for place in STRANGERS)
        for line, text in texts(path)
        if " " in text.strip()
        for fault in calques(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *PAGES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_and_pages_do_too(path: Path) -> None:
    if path.name in NOT_PROSE:
        pytest.skip("a history keeps its words")
    assert calques(prose(path)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("'x' is none of a, b", 1),
        ("a CVE is no update", 1),
        ("there is no file for this product", 0),
        ("of which there are no copies", 0),
        ("1 updates of 1 products", 2),
        ("That is no pass.", 2),
        ("it is no longer there", 0),
        ("is not a day: 2003-10-01 is how one is written", 1),
    ],
)
def test_the_list_finds_what_it_is_for(text: str, number: int) -> None:
    assert len(calques(text)) == number
