"""The head of an article: number, title, the products it applies to, keywords, release date, kind."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from hotfix_check.catalogue.update import Kind
from hotfix_check.drafts.article.phrases import FAMILIES, phrase
from hotfix_check.drafts.article.prose import SECTIONS, is_section_heading
from hotfix_check.drafts.article.text import Line
from hotfix_check.drafts.article.values import MONTH, read_date
from hotfix_check.drafts.vocabulary import ProductNames

_HEAD = 60
"""Lines in which number and title are looked for."""
_ARCHIVE_HEAD = 12
"""Lines in which the archive prints its TITLE; further down one belongs to another article that the text cites."""

_ARTICLE_ID = (
    r"(?:Article ID|Artikel-ID|Num\u00e9ro d['\u2019]article|Id\. de art\u00edculo|Identificativo articolo"
    r"|ID do artigo|Код статьи|文書番号|文章编号|文章編號|기술 자료)"
)
"""As pages in English, German, French, Spanish, Italian, Portuguese, Russian, Japanese, Chinese and Korean print it."""
_NUMBER_PATTERNS = (
    phrase(r"^\s{0,16}DOCUMENT {0,9}: ?Q(\d{5,7})\b"),
    phrase(rf"\b{_ARTICLE_ID}[ :|#]{{1,24}}(?:Q|KB)?(\d{{5,7}})\b"),
    re.compile(r"^.{5,300}\((?:Q|KB)?(\d{5,7})\)\s*$"),
    phrase(r"\bpreviously published under (?:article number )?Q(\d{5,7})\b"),
    phrase(r"(?<![a-z])Original KB number:(?:[ _*]|&nbsp;){0,12}(\d{5,7})\b"),
    phrase(r"^Microsoft Knowledge Base Article {1,3}- {1,3}Q?(\d{5,7})$"),
    re.compile(r"^\((?:Q|KB)?(\d{5,7})\) - "),
)
_ADDRESS = phrase(r"""
    ^(?:source|url|address|from)?[: ]{0,3}https?://support\.microsoft\.com/(?:[a-z]{2}-[a-z]{2}/)?
      (?:help|kb)/(\d{5,7})\b""")
"""What a saved text begins with: further down an address is that of another article."""
_BARE_NUMBER = re.compile(r"(?:ID: ?)?Q(\d{5,7})")
"""The same, as a line of its own."""
_IN_KEYWORDS = re.compile(r"\bKB(\d{5,7})\b")
_IN_TITLE = phrase(r"\b(?:KB ?|Q)(\d{5,7})\b")
_ARCHIVE_TITLE = phrase(r"^\s{0,16}TITLE {0,9}: ?(.{1,400})$")
_PAGE_TITLE = re.compile(
    rf"Article ID ?:.{{0,120}}?Revision ?: ?\d{{1,3}}(?:\.\d{{1,3}})?\s+(.{{3,400}}?)(?:{SECTIONS}|View products|$)",
    re.IGNORECASE,
)
_NUMBER_LINE = phrase(rf"\s*{_ARTICLE_ID}\b.{{0,40}}\d{{5,7}}")
_NAVIGATION = phrase(r"""
    (?:skip to (?:main )?content|(?:microsoft )?(?:support|help and support)(?: home)?|support home
      (?: page)?|home|search|sign in|sign out|sign up|log ?in|menu|products?|downloads?|store|contact (?:us|support)
      |my account|cart|select (?:the )?(?:a )?(?:language|product).{0,30}|english|united states.{0,20}|advanced search
      |find it myself|ask (?:the community|an expert)|live chat|buy.{0,20}|print(?: this page)?|e-?mail
      (?: this page| link)?|share|feedback|site ?map|help|back|close|more|training|events|all microsoft|office|windows
      |surface|xbox|deals|microsoft|security(?: (?:updates|tech ?center))?|tech ?net
      (?: home)?|msdn|worldwide|knowledge base|view products? that this article applies to\.?
      |microsoft kb archive.{0,12}|from \w+ wiki|article (?:id|last modified)\b.{0,60}|last review.{0,40}
      |microsoft knowledge base article {1,3}- {1,3}Q?\d{5,7}|revision ?:.{0,10}|expand all.{0,30}|collapse all.{0,30}
      |on this page|\W{0,5})""")
"""Lines of a page's frame, which a crawl puts before the title."""
_WORDS_OF_TITLE = 4
_TITLE_NUMBER = re.compile(r"\s*\((?:Q|KB)?\d{5,7}\)\s*$|^\((?:Q|KB)?\d{5,7}\) - ")
_SITE = phrase(r"""
    \s*[-|\u2013] *(?:(?:Exchange|SQL Server|Office) \| )?(?:Microsoft[ -](?:Support|Docs|Learn|サポート|支持|지원)
      |Support Microsoft|Soporte t\u00e9cnico de Microsoft|Supporto tecnico Microsoft|Suporte da Microsoft)\s*$""")
_APPLIES = phrase(r"""
    ^\s*[_*]{0,2}(?:the information in this article applies to|this article applies to|applies ?to|products affected
      |article applies to|gilt f\u00fcr|s['\u2019]applique \u00e0|se aplica a|si applica a|aplica-se a
      |применяется к|適用対象|適用於|适用于|적용 대상|die informationen in diesem artikel beziehen sich auf
      |les informations contenues dans cet article s['\u2019]appliquent (?:\u00e0|au\(?x?\)? .{0,40})
      |la informaci\u00f3n de este art\u00edculo se refiere a
      |le informazioni in questo articolo si applicano a)\s*:?[_*]{0,2}\s*(?:&nbsp;\s*)?(.*)$""")
_BULLET = re.compile(r"^( *)[-•*·\u2013o+] +(\S.*)$")
_PRODUCT = re.compile(rf"(?:Microsoft )?{FAMILIES}\b(?:[^.:]|\.(?=\d)){{0,70}}$")
_KEYWORDS = re.compile(r"^\s*(?:KEYWORDS|Keywords|Technology) *: *(.*)$")
_RELEASED = re.compile(
    rf"\b(?:Release ?Date|Released|Date published|Version date) ?: ?({MONTH}\.? ?-?\d{{1,2}},?[ -]\d{{4}}"
    rf"|\d{{1,2}}[-/](?:\d{{1,2}}|{MONTH})[-/]\d{{2,4}})",
    re.IGNORECASE,
)
_TITLE_DATE = re.compile(rf"[:,-] ?({MONTH} \d{{1,2}}, \d{{4}})$", re.IGNORECASE)
_KINDS = {
    Kind.CUMULATIVE_UPDATE: phrase(r"\bcumulative update\b"),
    Kind.UPDATE_ROLLUP: phrase(r"\bpost-?\s?service pack \d rollup|\brollup\b"),
    Kind.SECURITY_UPDATE: phrase(r"\bMS\d\d-\d{3}\b|\bsecurity (?:update|patch|fix)|\bvulnerabilit"),
}
_ON_PACK = phrase(r"^(?:description of|list of|release notes for).{0,60}service pack \d")


def read_number(lines: Sequence[Line], title: str | None) -> int | None:
    """The article's own number, from its head, its title or its keywords; never from its text."""
    head = [_without_site(line.text[:600]) for line in lines[:_HEAD] if line.kind not in ("blank", "rule")]
    for pattern in _NUMBER_PATTERNS:
        for text in head:
            if match := pattern.search(text[:600]):
                return int(match[1])
    if title and (match := _IN_TITLE.search(title)):
        return int(match[1])
    for line in reversed(lines):
        if "keywords" in line.text[:20].lower() and (match := _IN_KEYWORDS.search(line.text[:2000])):
            return int(match[1])
    return next(
        (int(match[1]) for text in head[:2] if (match := _ADDRESS.search(text) or _BARE_NUMBER.fullmatch(text))), None
    )


def read_title(lines: Sequence[Line]) -> str | None:
    """The title: the archive's TITLE line, the line above the article's number, or what a saved page shows as one."""
    for line in lines[:_ARCHIVE_HEAD]:
        if match := _ARCHIVE_TITLE.match(line.text):
            return match[1].strip() or None
    for at, line in enumerate(lines[:_HEAD]):
        if match := _PAGE_TITLE.search(line.text[:1500]):
            return _bare_title(match[1])
        if is_section_heading(line.text):
            break  # pages of 2012 on print the number at their foot
        if line.kind in ("text", "heading") and _NUMBER_LINE.match(line.text):
            above = [each.text.strip() for each in lines[:at] if each.kind in ("text", "heading")]
            title = next((text for text in reversed(above) if _may_be_title(text)), None)
            if title is not None:
                return _bare_title(title)
    return _first_title(lines[:_HEAD])


def _first_title(head: Sequence[Line]) -> str | None:
    """The first line that can be a title; of several above the first section, one with a number, or of some length."""
    found: list[str] = []
    for line in head:
        text = line.text.strip()
        if found and (is_section_heading(text) or _APPLIES.match(text) or line.kind == "cells"):
            break
        if line.kind in ("text", "heading") and text and not _is_navigation(text):
            if not _may_be_title(text):
                break
            found.append(text)
    numbered = [text for text in found if _TITLE_NUMBER.search(text)]
    long = [text for text in found if len(text.split()) >= _WORDS_OF_TITLE]
    return _bare_title(best[0]) if (best := numbered or long or found) else None


def _may_be_title(text: str) -> bool:
    if is_section_heading(text) or _APPLIES.match(text) or _is_navigation(text):
        return False
    return len(text) <= 300 and not text.endswith(".")


def _is_navigation(text: str) -> bool:
    """Whether a line is of the frame of a page: one of its links, or several with a stroke between."""
    return all(_NAVIGATION.fullmatch(part.strip()) for part in text[:300].split("|"))


def _bare_title(text: str) -> str | None:
    return _TITLE_NUMBER.sub("", _without_site(text.strip().lstrip("# "))).strip() or None


def _without_site(text: str) -> str:
    return _SITE.sub("", text) if "icrosoft" in text else text


def read_products(lines: Sequence[Line], names: ProductNames) -> tuple[str, ...]:
    """The products of the applies-to list, as printed; sub-bullets are joined with " - "."""
    for at, line in enumerate(lines):
        if line.kind not in ("text", "heading") or len(line.text) > 2000:
            continue
        if match := _APPLIES.match(line.text):
            listed = _listed_products(lines, at + 1)
            if match[1] and not listed:
                parts = re.split(rf"[;•]|(?<=\d) (?=(?i:{names.names})\b)", match[1])
                return tuple(part.strip() for part in parts if part.strip())
            if listed := listed or _plain_products(lines, at + 1, names):
                return listed
    return ()


def _listed_products(lines: Sequence[Line], start: int) -> tuple[str, ...]:
    products: list[str] = []
    top: int | None = None
    parted = False
    """Whether a blank line stands above: what follows does not go on with the product before it."""
    for line in lines[start : start + 200]:
        if line.kind == "blank" or (line.kind == "rule" and not products):
            parted = True
            continue
        if line.kind != "text":
            break
        bullet = _BULLET.match(line.text)
        if bullet:
            indent, text = len(bullet[1]), " ".join(bullet[2].split())
            if top is None or indent <= top:
                top = indent
                products.append(text)
            else:
                products[-1] += f" - {text}"
        elif products and line.text.startswith(" ") and not parted:
            products[-1] += " " + " ".join(line.text.split())
        else:
            break
        parted = False
    return tuple(products)


def _plain_products(lines: Sequence[Line], start: int, names: ProductNames) -> tuple[str, ...]:
    """Products on lines of their own, as newer pages list them."""
    products: list[str] = []
    for line in lines[start : start + 30]:
        text = line.text.strip()
        if line.kind == "blank" and not products:
            continue
        if line.kind != "text" or len(text) > 300 or not _PRODUCT.match(text[:70]):
            break
        run_together = rf"(?<!Microsoft) (?=(?:Microsoft )?(?i:{names.names}|{names.families} Online)\b)"
        products.extend(re.split(run_together, text))
    return tuple(products)


def read_keywords(lines: Sequence[Line]) -> str:
    """The keywords of the archive's head and foot, on one line."""
    return " ".join(match[1] for line in lines if line.kind == "text" and (match := _KEYWORDS.match(line.text[:4000])))


def read_released(lines: Sequence[Line], title: str | None) -> dt.date | None:
    """The release date, where a line states one, or the title ends in it (``...: May 10, 2022``)."""
    if title and (match := _TITLE_DATE.search(title)) and (date := read_date(match[1])):
        return date
    for line in lines:
        if "eleas" in line.text or "ublished" in line.text:
            match = _RELEASED.search(line.text[:4000])
            if match and (date := read_date(match[1])):
                return date
    return None


def update_kind(title: str | None, names: ProductNames) -> Kind:
    """The kind of update by the words of its title; most articles are about one hotfix."""
    if title is None:
        return Kind.HOTFIX
    for kind, pattern in _KINDS.items():
        if pattern.search(title):
            return kind
    of_pack = rf"(?i:(?:microsoft )?{names.families} .{{0,40}}\bservice pack \d\b.{{0,30}}$)"
    return Kind.SERVICE_PACK if _ON_PACK.search(title) or re.match(of_pack, title) else Kind.HOTFIX
