"""A cross-section of the suite by a Windows Python: what reads, judges, renders and answers, in some two minutes.

The whole suite takes too long under Wine, whose programs start slowly. What cannot be there is marked ``posix`` at its
test, with the reason.
"""

from __future__ import annotations

import re

import pytest
from conftest import ROOT
from wine import Windows, windows

pytestmark = pytest.mark.slow
__all__ = ["windows"]

PARTS = {
    "what reads and judges": ("tests/inventory/test_listings.py", "tests/assess/test_rules.py", "tests/test_policy.py"),
    "what answers and renders": ("tests/cli/test_scan.py", "tests/test_samples.py", "tests/report/test_injection.py"),
}
OPTIONS = ("-n", "0", "-q", "-p", "no:cacheprovider", "-W", "default", "--tb=short")


@pytest.mark.parametrize("paths", PARTS.values(), ids=PARTS)
def test_a_part_of_the_suite(paths: tuple[str, ...], windows: Windows) -> None:
    ran = windows.python("-m", "pytest", *OPTIONS, *paths, cwd=ROOT, seconds=550)
    said = ran.out.decode("utf-8", "replace").replace("\r", "")
    assert ran.code == 0, said[-6000:]
    passed = re.search(r"(\d+) passed", said)
    assert passed is not None and int(passed[1]) >= 150, said[-1000:]
