"""Our reader against Windows' own functions: on every odd file of the tables, and on real files.

Run with HOTFIX_CHECK_CORPUS=FOLDER to have every file below it compared as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle.windows_api import Answer, WindowsApi, WindowsApiAbsent, windows_api
from pe_builder import build_pe
from pe_cases import EXCEPTION, NO_FIXED, NO_RESOURCE, PE_CASES
from pe_oddities import with_resource
from real_pe_files import files_of_corpus, files_of_debian, files_of_python
from version_string_cases import STRINGS

from hotfix_check.pe import PeError, read_pe_file

pytestmark = pytest.mark.slow
NOTHING = Answer(found=False, version=None, table=None, file_version=None)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WindowsApi]:
    try:
        with windows_api(tmp_path_factory.mktemp("windows")) as opened:
            yield opened
    except WindowsApiAbsent as absent:
        pytest.skip(f"Windows' functions cannot be asked here: {absent}")


def in_words(answer: Answer | None) -> str:
    if answer is None:
        return EXCEPTION
    if answer.version is None:
        return NO_FIXED if answer.found else NO_RESOURCE
    return ".".join(map(str, answer.version))


def test_every_answer_of_a_plain_file(api: WindowsApi, tmp_path: Path) -> None:
    path = tmp_path / "kernel32.dll"  # a name for which Wine has an answer of its own
    path.write_bytes(build_pe("5.5.2657.50", file_version_string="5.5 \u00e9", languages=(1031,)))
    missing = tmp_path / "missing.dll"

    assert api.ask([path, missing, path]) == [
        Answer(found=True, version=(5, 5, 2657, 50), table=(1031, 1200), file_version="5.5 \u00e9"),
        NOTHING,
        Answer(found=True, version=(5, 5, 2657, 50), table=(1031, 1200), file_version="5.5 \u00e9"),
    ]


def test_windows_answers_on_odd_files_are_those_of_the_table(api: WindowsApi, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.dll" for number in range(len(PE_CASES))]
    for path, case in zip(paths, PE_CASES, strict=True):
        path.write_bytes(case.data)
        if case.size:
            os.truncate(path, case.size)
    answers = {case.words: in_words(answer) for case, answer in zip(PE_CASES, api.ask(paths), strict=True)}

    assert answers == {case.words: case.windows for case in PE_CASES}


def test_windows_answers_on_odd_strings_are_those_of_the_table(api: WindowsApi, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.dll" for number in range(len(STRINGS))]
    for path, case in zip(paths, STRINGS, strict=True):
        path.write_bytes(with_resource(case.resource))
    answers = [answer or NOTHING for answer in api.ask(paths)]

    assert {answer.version for answer in answers} == {(5, 5, 2657, 50)}
    found = {case.words: answer.file_version for case, answer in zip(STRINGS, answers, strict=True)}
    assert found == {case.words: case.windows for case in STRINGS}


def ours(path: Path) -> Answer:
    """The answer that our reader's facts amount to."""
    try:
        facts = read_pe_file(path)
    except PeError:
        return NOTHING
    table = facts.translations[0] if facts.translations else None
    strings = [strings for strings in facts.strings if (strings.language, strings.codepage) == table]
    return Answer(
        found=facts.resource_language is not None or facts.version is not None,
        version=facts.version,
        table=table,
        file_version=strings[0].get("FileVersion") if strings else None,
    )


def test_real_files_are_read_as_windows_reads_them(api: WindowsApi) -> None:
    """No real file differs in anything that both can say, so there is no table of exceptions."""
    files = sorted(files_of_python() | files_of_debian() | files_of_corpus())
    answers = dict(zip(files, api.ask(files), strict=True))
    differing = {path: (answer, ours(path)) for path, answer in answers.items() if answer != ours(path)}

    assert differing == {}
    assert sum(answer is not None and answer.version is not None for answer in answers.values()) > 200
