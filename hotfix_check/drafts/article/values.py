"""What stands in one cell: dates, times, sizes, versions, platforms, languages.

Each reader takes the printed text and returns a value, or None where the text is not one. Formats and their rules
are those counted in the KB articles of 1995 to 2003: dates are month-first unless a table proves otherwise.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.vocabulary import JOINING_WORDS, LANGUAGE_NAMES, PROCESSORS

DateOrder = Literal["month-first", "day-first"]

_MONTHS = (
    "january february march april may june july august september october november december",  # English
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",  # German
    "jan febr mrz apr mai jun jul aug sept okt nov dez",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",  # French
    "janv févr mars avr mai juin juil aoû sept oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",  # Spanish
    "ene feb mar abr may jun jul ago set oct nov dic",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",  # Italian
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "januari februari maart april mei juni juli augustus september oktober november december",  # Dutch
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",  # Portuguese
    "jan fev mar abr mai jun jul ago set out nov dez",
    "januari februari mars april maj juni juli augusti september oktober november december",  # Swedish
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",  # Polish
    "ledna února března dubna května června července srpna září října listopadu prosince",  # Czech
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",  # Russian
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "ocak şubat mart nisan may\u0131s haziran temmuz ağustos eylül ekim kas\u0131m aral\u0131k",  # Turkish
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta"  # Finnish
    " lokakuuta marraskuuta joulukuuta",
    "január február március április május június július augusztus szeptember október november december",
)
"""As dates of bulletins print them, a form a line. The last: Hungarian."""
MONTHS = {name: number for names in _MONTHS for number, name in enumerate(names.split(), 1)} | {
    "fevr": 2, "fevrier": 2, "fév": 2, "maerz": 3, "mär": 3, "marts": 3, "aout": 8, "decembre": 12, "desember": 12,
}  # fmt: skip
"""Names of months in small letters, and their numbers."""
MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_MONTH_STARTS = frozenset(name[:3] for name in MONTHS)
_LONGEST = 60  # characters of a date with its day of the week, or of a time
_NUMBERS = re.compile(r"(\d{1,4})([/-])(\d{1,2})\2(\d{1,4})")
_DAY_FIRST = re.compile(r"(?=\d{1,2}\.\d{1,2}\.\d{4}$|\d{2}\.\d{2}\.\d{2}$)(\d{1,2})\.(\d{1,2})\.(\d{2,4})")
_YEAR_FIRST = re.compile(r"(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})")
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})(?:\.|er|de|\u00ba)?[-/. ]?(?:de )?({MONTH})\.?[-/., ]{{0,2}}(?:de )?(\d{{2,4}})", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"({MONTH})\.?[-/. ]?(\d{{1,2}})[-/., ]{{1,2}}(\d{{2,4}})", re.IGNORECASE)
_YEAR_MONTH_DAY = re.compile(
    rf"(\d{{4}})(?:\. ?({MONTH}) (\d{{1,2}})\.?"
    rf"| ?[\u5e74\ub144] ?(\d{{1,2}}) ?[\u6708\uc6d4] ?(\d{{1,2}}) ?[\u65e5\uc77c])",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"^[^\W\d]{{2,14}},? +(?=(?:{_DAY_MONTH.pattern}|{_MONTH_DAY.pattern})$)", re.IGNORECASE)
_DOTTED = re.compile(r"\d{1,10}(?:\.\d{1,10}){1,3}")
_TIME = phrase(r"""
    (\d{1,2})[:.h](\d{2})(?::(\d{2}))?(?:[.,]\d{1,3})? ?(?:([ap])\.?(?: ?m\.?)?)?(?: ?(?:utc|gmt|uhr|h))?""")
_SIZE = phrase(r"""
    (\d[\d.,'\u2019]{0,20}|\d{1,3}(?: ?,? ?\d{3}){1,5}) ?(bytes?|b|octets?|kilobytes?|kilo-?octets?|k[bo]?
      |megabytes?|m[bo]?|gb)?\.?""")
_BYTES_WITHIN = phrase(r"\((\d[\d,]{0,15}) bytes?\)")
_GROUPED = re.compile(
    r"\d{1,3}(?:['\u2019]\d{3}){1,5}|\d{1,3}(?:\.\d{3}){1,5}|\d{1,3}(?: \d{3}){1,5}"
    r"|\d{1,3}(?: ?, ?\d{3}){1,5}|\d{1,15}"
)
_VERSION = phrase(r"""
    [vV]?(\d{1,10}(?:[.:,]\d{1,10}){0,7})(?:(?: ?([a-z]{1,12}))|(?: ?\(([^()]{1,80})\)?)| ?(build \d{1,8}))?""")
_AROUND_VERSION = phrase(r"""
    ^(?:(?:file )?version|ver\.?)[: ] ?(?=\d)
    (?<=\d)(?:\*| (?:and|or) (?:later|newer|higher|greater|above))$""")
"""What a cell has beside its version and says nothing more of it."""
_BROKEN_VERSION = re.compile(r"\d{1,5}(?: ?\. ?\d{1,5}){1,3}|\d{1,5}(?:, ?\d{1,5}){3}")
_DOT_AND_SPACE = re.compile(r" ?\. ?|, ?")
"""A version wrapped within its cell, or printed as the resource of a program has it: 6, 5, 7653, 8."""
_MISSING = frozenset((
    "", "-", "--", "---", "n/a", "na", "n.a.", "none", "not applicable", "not available", "unknown",
    "not versioned", "?", "*", "\u2013", "\u2014", "none specified",
    "nicht zutreffend", "nicht anwendbar", "non applicable", "sans objet", "no aplicable", "no corresponde",
    "non applicabile", "não aplicável", "niet van toepassing", "не применимо", "неприменимо",
    "nie dotyczy", "neuvedeno", "není k dispozici", "nevztahuje se", "geçerli değil", "uygulanamaz", "ej tillämpligt",
    "inte tillämpligt", "ikke relevant", "ikke tilgængelig", "ikke aktuelt", "gjelder ikke", "ei käytettävissä",
    "ei sovellettavissa", "nem alkalmazható", "該当なし", "不适用",
    "不適用", "해당 없음",
))  # fmt: skip

PLATFORM_WORDS = {*PROCESSORS, "arm", "macintosh", "win16", "win9x", "win95", "win98", "winnt", "ebc", "sparc"}
_PLATFORM_PHRASE = phrase(r"""
    (?:microsoft )?(?:windows|ms-dos|mac ?os)\b.{0,60}
    power ?(?:mac|pc)\w{0,10}
    (?:sh[345]|arm|mips|ppc)\d{0,6}\b.{0,30}""")

LANGUAGE_WORDS = frozenset(word for name in LANGUAGE_NAMES for word in name.split()) | {
    "neutral", "international", "language", "enu", "jpn", "deu", "fra", "esn", "ita", "kor", "chs", "cht",
}  # fmt: skip


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value: empty, ``-``, ``N/A``, ``none``."""
    return text.strip().lower() in _MISSING


def date_order(texts: Iterable[str]) -> DateOrder:
    """How the dates of one table are written: month first, unless one can only be day first and none only month first.

    KB238329 prints 28/08/01 in one table; every other slash date of the archive is month-first.
    """
    day_first = False
    for text in texts:
        match = _NUMBERS.fullmatch(text.strip())
        if match and len(match[1]) <= 2:
            first, second = int(match[1]), int(match[3])
            if second > 12:
                return "month-first"
            day_first = day_first or 12 < first <= 31
    return "day-first" if day_first else "month-first"


def read_date(text: str, order: DateOrder = "month-first", *, dotted: bool = False) -> dt.date | None:
    """A date such as 6/20/02, 20-Jun-2002, Jun-20-2002, Jan 12, 1999, 2002-06-20 or 98/10/28 (year first, KB222604).

    Names of months are read in the languages of the bulletins. ``dotted``: numbers parted by dots are a date too, the
    day first or the year (20.06.2002, 2002.06.20): so in a column of dates, while elsewhere they are a version.
    """
    text = text.strip()
    return _date(text, order, dotted) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _date(text: str, order: DateOrder, dotted: bool) -> dt.date | None:
    """The same of text without blanks around it: all files of a table, and of many, have one of a few days."""
    text = text.rstrip(".,;").replace("\u2013", "-")
    if text[:1].isalpha():
        text = _WEEKDAY.sub("", text)
    if match := _NUMBERS.fullmatch(text):
        first, second, third = match[1], match[3], match[4]
        if len(first) > 2 or int(first) > 31:
            year, month, day = first, int(second), int(third)
        elif order == "day-first":
            year, month, day = third, int(second), int(first)
        else:
            year, month, day = third, int(first), int(second)
    elif dotted and (match := _DAY_FIRST.fullmatch(text)):
        year, month, day = match[3], int(match[2]), int(match[1])
    elif dotted and (match := _YEAR_FIRST.fullmatch(text)):
        year, month, day = match[1], int(match[2]), int(match[3])
    elif match := _DAY_MONTH.fullmatch(text):
        year, month, day = match[3], MONTHS[match[2].lower()], int(match[1])
    elif text[:3].lower() in _MONTH_STARTS and (match := _MONTH_DAY.fullmatch(text)):
        year, month, day = match[3], MONTHS[match[1].lower()], int(match[2])
    elif match := _YEAR_MONTH_DAY.fullmatch(text):
        year, month, day = match[1], MONTHS[match[2].lower()] if match[2] else int(match[4]), int(match[3] or match[5])
    else:
        return None
    if len(year) not in (2, 4):
        return None
    century = 0 if len(year) == 4 else 1900 if int(year) >= 70 else 2000
    try:
        return dt.date(century + int(year), month, day)
    except ValueError:
        return None


def read_time(text: str) -> dt.time | None:
    """A time such as 3:40p, 02:31:48pm, 6:31 PM, 19:40 or 19.40; seconds are kept."""
    text = text.strip()
    return _time(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _time(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[4] or "").lower()
    if half == "a" and hour == 12:
        hour = 0
    elif half == "p" and hour < 12:
        hour += 12
    try:
        return dt.time(hour, minute, second)
    except ValueError:
        return None


def read_size(text: str, *, unit: str = "") -> tuple[int | None, str | None]:
    """The size in bytes, where the text says bytes or nothing, and the printed text where that says more or else.

    KB and MB are rounded, so they stay text alone. ``unit`` is that of the header.
    """
    text = text.strip()
    if is_missing(text):
        return None, None
    if within := _BYTES_WITHIN.search(text):
        return _grouped(within[1]), text
    match = _SIZE.fullmatch(text)
    if not match:
        return None, text
    number, printed_unit = match[1].rstrip(".,"), (match[2] or unit).lower()
    if printed_unit[:1] in ("k", "m", "g"):
        return None, text
    size = _grouped(number)
    return size, text if size is None else None


def _grouped(number: str) -> int | None:
    return int(re.sub("[,. '\u2019]", "", number)) if _GROUPED.fullmatch(number) else None


def read_version(text: str) -> tuple[str, str | None] | None:
    """A version as printed, and the whole text where more stood in it: a label (``(xpclnt_qfe.010827-1803)``, ``shp``).

    None where the text begins with no version.
    """
    text = text.strip()
    if not text[-1:].isdigit() or text[:1].isalpha():
        text = _AROUND_VERSION.sub("", text)
    match = _VERSION.fullmatch(_DOT_AND_SPACE.sub(".", text) if _BROKEN_VERSION.fullmatch(text) else text)
    if not match:
        return None
    label = match[2] or match[3] or match[4]
    if label and match[2] and len(label) == 1:
        return text.lstrip("vV"), None
    return match[1], text if label else None


def normal_version(version: str, prefix: str | None = None) -> str | None:
    """Four dotted numbers without leading zeros, or None.

    With the ``prefix`` of the only product ("5.5"), 2623.0 becomes 5.5.2623.0 and 5.5.2394 becomes 5.5.2394.0:
    articles of 1997 to 1999 leave the product's part, or the last zero, out.
    """
    if not _DOTTED.fullmatch(version):
        return None
    parts = [int(part) for part in version.split(".")]
    if prefix is not None:
        start = [int(part) for part in prefix.split(".")]
        if len(parts) == 2 and parts[0] > 99:
            parts = start + parts
        elif len(parts) == 3 and parts[:2] == start:
            parts = [*parts, 0]
    if len(parts) != 4 or max(parts) > 0xFFFF:
        return None
    return ".".join(str(part) for part in parts)


def is_platform(text: str) -> bool:
    """Whether a text names processors or operating systems: Intel, i386, ``Intel and alpha``, Windows 98 Second
    Edition."""
    bare = text.strip().strip("()<>[]").strip().lower()
    if not bare or len(bare) > 80:
        return False
    words = re.split(r"[\s,/&+]+|-based\b", bare)
    known = [word in PLATFORM_WORDS for word in words if word and word not in JOINING_WORDS]
    return bool(known) and (all(known) or bool(_PLATFORM_PHRASE.fullmatch(bare)))


def is_language(text: str) -> bool:
    """Whether every word of a text is the name or the short code of a language."""
    words = re.findall(r"[a-z]+", text.lower())
    return bool(words) and all(word in LANGUAGE_WORDS for word in words)
