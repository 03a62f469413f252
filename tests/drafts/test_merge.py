"""A block put into a product's file: at its place, and every other byte as it was."""

from __future__ import annotations

import pytest

from hotfix_check.drafts.merge import product_text
from hotfix_check.errors import CatalogueError


def merged_text(text: str, block: str, *, take_new: bool = False) -> str:
    return product_text(text, "x.toml").put(block, take_new=take_new).proved()


FILE = """\
# The product, by hand.
[product]
id = "exchange-5.5"

# about the first
[[update]]
kb = 100001   # its number
title = "First"

  [[update.package]]
  files = [
    { name = "a.dll", version = "5.5.1.1" },
  ]

# about the last
[[update]]
kb = 300003
title = "Last"
# the end
"""


def block(kb: int, title: str = "New") -> str:
    return f'[[update]]\n# a doubt\nkb = {kb}\ntitle = "{title}"\n'


@pytest.mark.parametrize(
    ("kb", "before", "after"),
    [
        pytest.param(100000, "# about the first", 'id = "exchange-5.5"\n', id="before the first"),
        pytest.param(200002, "# about the last", "  ]\n", id="between"),
    ],
)
def test_new_update_goes_to_its_place_by_number(kb: int, before: str, after: str) -> None:
    merged = merged_text(FILE, block(kb))
    start = FILE.index(before)
    assert merged == f"{FILE[:start]}{block(kb)}\n{FILE[start:]}"
    assert FILE[:start].rstrip("\n").endswith(after.rstrip("\n"))


def test_new_update_at_the_end() -> None:
    merged = merged_text(FILE, block(400004))
    assert merged == FILE.replace('title = "Last"\n', f'title = "Last"\n\n{block(400004)}')


def test_into_a_file_without_updates_and_without_a_last_line_end() -> None:
    assert merged_text('[product]\nid = "x"', block(1)) == f'[product]\nid = "x"\n\n{block(1)}'


def test_same_content_changes_nothing() -> None:
    same = 'kb = 300003\ntitle = "Last"\n'
    assert merged_text(FILE, f"[[update]]\n# another comment\n{same}") == FILE


def test_other_content_is_refused_with_the_difference() -> None:
    with pytest.raises(CatalogueError) as caught:
        merged_text(FILE, block(300003, "Better"))
    assert caught.value.lines[0] == "x.toml: KB300003 is already there and differs; --replace takes the new one"
    assert '-title = "Last"' in caught.value.lines and '+title = "Better"' in caught.value.lines


def test_replace_leaves_every_other_byte() -> None:
    merged = merged_text(FILE, block(100001, "Better"), take_new=True)
    start, end = FILE.index("[[update]]\nkb = 100001"), FILE.index("\n# about the last")
    assert merged == FILE[:start] + block(100001, "Better") + FILE[end:]


def test_windows_line_ends_are_kept() -> None:
    merged = merged_text(FILE.replace("\n", "\r\n"), block(200002))
    assert "\n" not in merged.replace("\r\n", "")


@pytest.mark.parametrize(
    ("text", "added", "message"),
    [
        pytest.param("[[update]\n", block(1), "x.toml: ", id="the file is broken"),
        pytest.param(
            FILE, '[[update]]\ntitle = "No number"\n', "x.toml: an update without a KB number", id="no number"
        ),
        pytest.param(
            FILE + "\n" + block(300003), block(300003, "Which"), "x.toml: KB300003 appears 2 times", id="there twice"
        ),
        pytest.param(
            'note = """\n[[update]]\nkb = 5\n"""\n',
            block(1),
            "x.toml: its [[update]] blocks could not",
            id="in a string",
        ),
    ],
)
def test_refused_merges(text: str, added: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        merged_text(text, added, take_new=True)
    assert str(caught.value).startswith(message)
