"""When the newest known update of a product is so old that a newer one is likely to be out."""

from __future__ import annotations

from datetime import date

import pytest
from targets import WORKED

from hotfix_check.catalogue.product import stale_days


@pytest.mark.parametrize(
    ("product", "newest", "day", "expected"),
    [
        pytest.param("exchange-se", date(2026, 11, 10), date(2027, 1, 9), None, id="sixty days old"),
        pytest.param("exchange-se", date(2026, 11, 10), date(2027, 1, 10), 61, id="sixty-one days old"),
        pytest.param("exchange-se", None, date(2027, 1, 10), None, id="no update with a day"),
        pytest.param("exchange-2019", date(2025, 6, 1), date(2025, 10, 14), 135, id="on the last day of support"),
        pytest.param("exchange-2019", date(2026, 4, 1), date(2026, 4, 20), None, id="between two paid periods"),
        pytest.param("exchange-2019", date(2026, 7, 14), date(2026, 10, 31), 109, id="on the last day paid for"),
        pytest.param("exchange-2019", date(2026, 10, 13), date(2027, 2, 1), None, id="nothing more is made for it"),
        pytest.param("exchange-2000", date(2010, 4, 13), date(2026, 11, 27), None, id="an old one without a known end"),
    ],
)
def test_age_of_the_newest_known_update(product: str, newest: date | None, day: date, expected: int | None) -> None:
    assert stale_days(WORKED.product(product), newest, day) == expected
