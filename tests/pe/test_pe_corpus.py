"""Our reader against pefile on real files: those in Python's own packages, and those below $HOTFIX_CHECK_CORPUS."""

from __future__ import annotations

import pefile
import pytest
from real_pe_files import files_of_corpus, files_of_python

from hotfix_check.pe import PeError, read_pe_file

_LARGEST = 4 << 20  # bytes; larger files take pefile long and add little


FILES = sorted(path for path in files_of_python() | files_of_corpus() if path.stat().st_size <= _LARGEST)


def test_both_readers_agree_on_real_files() -> None:
    if not FILES:
        pytest.skip("no real PE files: pip vendors none here, and HOTFIX_CHECK_CORPUS names no folder")
    compared = 0
    for path in FILES:
        try:
            image = pefile.PE(data=path.read_bytes(), fast_load=True)
        except pefile.PEFormatError:
            continue  # a 16-bit file, or no program at all
        try:
            facts = read_pe_file(path, export="GetOutlookVersion")
        except PeError as error:
            pytest.fail(f"{path}: {error}")
        image.parse_data_directories([0, 2])
        fixed = [
            (
                info.FileVersionMS >> 16,
                info.FileVersionMS & 0xFFFF,
                info.FileVersionLS >> 16,
                info.FileVersionLS & 0xFFFF,
            )
            for info in getattr(image, "VS_FIXEDFILEINFO", [])
            if info.Signature == 0xFEEF04BD
        ]
        if "version-resource-not-id-1" in facts.notes:  # pefile takes any id, Windows only 1
            assert facts.version is None, path
            assert fixed, path
        else:
            assert (facts.version in fixed) if fixed else (facts.version is None), path
        exports = getattr(image, "DIRECTORY_ENTRY_EXPORT", None)
        names = {symbol.name for symbol in exports.symbols} if exports else set()
        assert facts.exports_it is (b"GetOutlookVersion" in names), path
        assert facts.linked == image.FILE_HEADER.TimeDateStamp, path
        compared += 1
    assert compared
