"""The benchmarks run; what they measure is never a test."""

from __future__ import annotations

import runpy

import pytest
from conftest import ROOT


def test_the_benchmark_of_supersedence_prints_a_row_for_each_size(capsys: pytest.CaptureFixture[str]) -> None:
    main = runpy.run_path(str(ROOT / "benchmarks" / "supersedence.py"))["main"]
    main([50, 100])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["updates", "50", "100"]
    assert all(int(row[2]) > 0 for row in rows[1:])
