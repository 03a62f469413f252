"""The three letters by which Windows names a language (LOCALE_SABBREVLANGNAME), as filever and package names write it.

Source: "Language Identifier Constants and Strings", https://learn.microsoft.com/windows/win32/intl/language-identifier-constants-and-strings
"""

from __future__ import annotations

LANGUAGES: dict[str, int] = {
    "ARA": 0x0401, "CHS": 0x0804, "CHT": 0x0404, "CSY": 0x0405, "DAN": 0x0406, "DEU": 0x0407, "ELL": 0x0408,
    "ENG": 0x0809, "ENU": 0x0409, "ESN": 0x0C0A, "ESP": 0x040A, "FIN": 0x040B, "FRA": 0x040C, "HEB": 0x040D,
    "HUN": 0x040E, "ITA": 0x0410, "JPN": 0x0411, "KOR": 0x0412, "NLD": 0x0413, "NOR": 0x0414, "PLK": 0x0415,
    "PTB": 0x0416, "PTG": 0x0816, "RUS": 0x0419, "SKY": 0x041B, "SLV": 0x0424, "SVE": 0x041D, "THA": 0x041E,
    "TRK": 0x041F,
}  # fmt: skip
"""Windows language numbers by abbreviation, in capitals."""
