"""Header lines and header cells: which column holds what, by the words of the columns in any order and number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from hotfix_check.drafts.article.text import CHUNK

Concept = Literal["name", "version", "size", "date", "time", "datetime", "platform", "language", "folder", "other"]


class Column(NamedTuple):
    """One column of a table: what it holds, its printed header, and where that stands."""

    concept: Concept
    label: str
    start: int
    end: int


VALUES: tuple[Concept, ...] = ("version", "size", "date")
"""What a table may give several columns of."""
_HEADERS: dict[Concept, str] = {
    "name": """
        file name, file names, filename, filenames, file name and path, file name/path, name of file, name, file,
        files, module, module name, dll, dll name, driver,
        dateiname, datei, nom de fichier, nom du fichier, fichier, nombre de archivo, nombre del archivo, archivo,
        nome file, nome del file, nome do arquivo, nome do ficheiro, arquivo, bestandsnaam,
        nazwa pliku, název souboru, názov súboru, dosya ad\u0131, filnamn, filnavn, tiedostonimi, tiedoston nimi,
        fájlnév, fájl neve, имя файла, ファイル名, 文件名, 檔案名稱, 파일 이름""",
    "version": """
        version, ver, ver., version#, version #, version no, version no., version number, file version, fileversion,
        product version, current version, new version, build, internal version,
        dateiversion, version du fichier, version de fichier, versión de archivo, versión del archivo, versión,
        versione file, versione del file, versione, versão do arquivo, versão do ficheiro, versão, bestandsversie,
        versie, wersja pliku, wersja, verze souboru, verze, verzia súboru, dosya sürümü, sürüm, filversion, filversjon,
        versjon, tiedostoversio, tiedoston versio, versio, fájlverzió, verzió, версия файла, версия,
        ファイル バージョン, ファイルのバージョン, バージョン, 文件版本, 檔案版本, 파일 버전""",
    "size": """
        size, sizes, size(s), file size, filesize, length, bytes,
        dateigröße, größe, taille du fichier, taille de fichier, taille, tamaño de archivo, tamaño del archivo,
        tamaño, dimensione file, dimensione del file, dimensione, dimensioni file, dimensioni del file, dimensioni,
        tamanho do arquivo, tamanho do ficheiro, tamanho, bestandsgrootte, grootte, rozmiar pliku, rozmiar, velikost
        souboru, velikost, veľkosť súboru, dosya boyutu, boyut, filstorlek, storlek, filstørrelse, størrelse,
        tiedostokoko, tiedoston koko, koko, fájlméret, méret, размер файла, размер,
        ファイル サイズ, サイズ, 文件大小, 檔案大小, 파일 크기""",
    "date": """
        date, dates, date(s), file date, filedate, creation date, modified, modified date, date modified, last
        modified, date stamp, date (utc),
        datum, fecha, data, tarih, dato, päivämäärä, päiväys, dátum, дата, 日付, 日期, 날짜""",
    "time": """
        time, file time, time (utc), time utc,
        uhrzeit, zeit, heure, hora, ora, tijd, godzina, czas, čas, saat, tid, klokkeslæt, klokkeslett, aika, idő,
        időpont, время, 時刻, 時間, 时间, 시간""",
    "datetime": """
        date/time, date / time, date and time, date & time, timestamp, time stamp, time/date, date/time stamp,
        lastwritetime, last write time""",
    "platform": """
        platform, platforms, operating system, os, processor, cpu, architecture, computer, machine, processor type,
        plattform, plateforme, plate-forme, plataforma, piattaforma, platforma, ympäristö, käyttöympäristö,
        платформа, プラットフォーム, 平台,
        플랫폼""",
    "language": """
        language, languages, locale, lang, lcid""",
    "folder": """
        folder, directory, path, location, destination, destination folder, destination directory, target folder,
        install path, installation folder""",
    "other": """
        file identifier, file hash, hash, sha1, sha1 hash, sha256, sha256 hash, md5, checksum, crc, service branch,
        branch, sp requirement, sp, attributes, description, title, function, type, file type, component, item id,
        item, part number, disk, disk number, online file, uncompressed name, expanded name, compressed name,
        control name, notes, note, comments, status, application, included, installed by""",
}
"""What a column of each kind is called; also in German, French, Spanish, Italian, Portuguese, Dutch, Polish,
Czech, Slovak, Turkish, Swedish, Danish, Norwegian, Finnish, Hungarian, Russian, Japanese, Chinese and Korean."""
_PHRASES: dict[str, Concept] = {
    " ".join(phrase.split()): concept for concept, phrases in _HEADERS.items() for phrase in phrases.split(",")
}
_NO_HEADER_ALONE = ("file", "files", "name", "driver", "module", "dll")
_LONGEST = max(len(phrase.split()) for phrase in _PHRASES)
_RELEASE = re.compile(r"rtm|gold|(?:post-)?(?:sp|service pack) ?\d[a-z]?|cu ?\d{1,2}")
"""A column named for a release holds the versions that its files have there."""
_UNIT = re.compile(r"\((?:in )?(bytes?|kb|k|mb|utc|gmt|kilobytes|megabytes)\)", re.IGNORECASE)
_REMARK = re.compile(r" ?\([^()]{1,40}\)$")
_WORD = re.compile(r"\S+")


def cell_concept(cell: str) -> Concept | None:
    """What a header cell announces: an exact phrase, or one that ends in a known noun (``Outlook 97 version``)."""
    if len(cell) > 60:
        return None
    words = _without_unit(cell.strip().strip(":*").lower()).split()
    if not words or len(words) > 6:
        return None
    phrase = " ".join(words)
    if known := _PHRASES.get(phrase) or _PHRASES.get(phrase.strip(".:")):
        return known
    if _RELEASE.fullmatch(phrase):
        return "version"
    if phrase[-1] == ")" and (known := _PHRASES.get(_REMARK.sub("", phrase))) in (*VALUES, "time"):
        return known
    if words[0] in VALUES and words[1:2] and words[1] in ("in", "of", "for", "before", "after", "with", "without"):
        return _PHRASES[words[0]]
    return _PHRASES[words[-1]] if words[-1] in (*VALUES, "time", "platform", "language") else None


def header_cells(cells: tuple[str, ...]) -> tuple[Column, ...] | None:
    """The columns of a grid when a row of cells is its header, else None."""
    concepts = [cell_concept(cell) if cell else None for cell in cells]
    for at, concept in enumerate(concepts[:-1]):
        if concept == "datetime" and not cells[at + 1]:  # one heading over two columns
            concepts[at : at + 2] = ["date", "time"]
    filled = len(cells) - cells.count("")
    known = sum(concept is not None and bool(cell) for concept, cell in zip(concepts, cells, strict=True))
    if "name" not in concepts or known * 3 < filled * 2:
        return None
    if filled == 1 and cells[concepts.index("name")].strip().lower() in _NO_HEADER_ALONE:
        return None
    return _single_name(
        Column(concept or "other", cell, index, index + 1)
        for index, (cell, concept) in enumerate(zip(cells, concepts, strict=True))
    )


def header_line(line: str) -> tuple[Column, ...] | None:
    """The columns of a line of text when it is a header, else None."""
    stripped = line.strip()
    if not 4 <= len(stripped) <= 180 or stripped[-1] in ".;,?!":
        return None
    words = list(_WORD.finditer(line))
    columns, unknown = _parted_by_gaps(line) or _by_words(line, words)
    known = [column.concept for column in columns if column.concept != "other"]
    if unknown * 3 > len(columns) or "name" not in known:
        return None
    if len(known) < 2 and not (len(columns) == 1 and columns[0].label.lower().replace(" ", "") == "filename"):
        return None
    if any(known.count(concept) > 1 for concept in {*known} - {"name", *VALUES}):
        return None
    return _single_name(columns)


def _parted_by_gaps(line: str) -> tuple[list[Column], int] | None:
    """The columns where wide gaps part all of them ("SP1 version   SP2 version"); None where some stand closer."""
    chunks = list(CHUNK.finditer(line))
    concepts = [cell_concept(chunk[0]) for chunk in chunks]
    if len(chunks) < 3 or None in concepts or len(set(concepts)) == len(concepts):
        return None
    return [
        Column(concept or "other", chunk[0], *chunk.span()) for chunk, concept in zip(chunks, concepts, strict=True)
    ], 0


def _by_words(line: str, words: Sequence[re.Match[str]]) -> tuple[list[Column], int]:
    """The columns as known phrases give them, the longest first, and how many are unknown."""
    columns: list[Column] = []
    unknown = 0
    at = 0
    while at < len(words):
        length = _phrase_length(line, words, at)
        start, end = words[at].start(), words[at + max(length, 1) - 1].end()
        if length:
            columns.append(Column(_PHRASES[_bare(line[start:end])], line[start:end], start, end))
            at += length
            continue
        release = _RELEASE.fullmatch(words[at][0].lower())
        unknown += not release
        # Words of one unknown header stand one space apart; behind a release only what it is the release's.
        while at + 1 < len(words) and words[at + 1].start() - end == 1:
            following = words[at + 1][0].lower()
            if following not in ("version", "size", "date") if release else following in _PHRASES:
                break
            at += 1
            end = words[at].end()
        columns.append(Column(cell_concept(line[start:end]) or "other", line[start:end], start, end))
        at += 1
    return columns, unknown


def _phrase_length(line: str, words: Sequence[re.Match[str]], at: int) -> int:
    """How many words from here on are a known phrase, one space apart; 0 for none."""
    for length in range(min(_LONGEST + 1, len(words) - at), 0, -1):
        if any(words[at + step + 1].start() - words[at + step].end() > 1 for step in range(length - 1)):
            continue
        if _bare(line[words[at].start() : words[at + length - 1].end()]) in _PHRASES:
            return length
    return 0


def _bare(phrase: str) -> str:
    return _without_unit(" ".join(phrase.split()).lower()).strip(" :*")


def _without_unit(phrase: str) -> str:
    return _UNIT.sub("", phrase) if "(" in phrase else phrase


def _single_name(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns with the first of names as the only one; a second file name is another column."""
    columns = tuple(columns)
    first = next(column for column in columns if column.concept == "name")
    return tuple(
        column._replace(concept="other") if column.concept == "name" and column is not first else column
        for column in columns
    )


def repeated(columns: Iterable[Column]) -> frozenset[Concept]:
    """The kinds of values that a table has several columns of: a version for each product (KB233476)."""
    concepts = [column.concept for column in columns]
    return frozenset(concept for concept in VALUES if concepts.count(concept) > 1)


def unknown_labels(columns: Iterable[Column]) -> list[str]:
    """The headers of which nothing tells what their columns hold."""
    return [
        column.label
        for column in columns
        if column.concept == "other" and column.label.strip() and not cell_concept(column.label)
    ]


def size_unit(columns: Iterable[Column]) -> str:
    """The unit that the header of the size column states, or nothing."""
    units = (_UNIT.search(column.label) for column in columns if column.concept == "size")
    return next((unit[1] for unit in units if unit), "")
