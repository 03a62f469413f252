"""The words around a table of files: those of a fix, and those of files that are old, wrong, shipped or a download."""

from __future__ import annotations

import re

from hotfix_check.drafts.article.phrases import phrase

FIX = re.compile(
    r"""file\s+attributes|attributes\s+\(?or\s+later|listed\s+attributes
      | (?:time|date)[\s-]?stamps? | \bdated\b
      | (?:should|must|will|has|have|had|with)\s+(?:the\s+following|these)\s+(?:file\s+)?(?:dates?|versions?|attributes
        |time|sizes?|information|properties|or\s+later)
      | following\s+(?:file\s+)?attributes
      | (?:hot-?fix|fix|patch|update|upgrade|correction|rollup|version\s+of\s+this)\w{0,3}\b[^.:]{0,120}
        \b(?:contain|includ|consist|install|replac|updat|provid|compris|affect|follow)\w{0,5}\b[^.]{0,80}\b(?:files?|dlls?|modules?|versions?|drivers?|components?)
      | updated\s+(?:[\w.]{1,30}\s+){0,3}(?:files?|versions?|dlls?|drivers?|modules?|components?)\b
      | (?:files?|dlls?|drivers?|modules?|components?)\s+(?:that\s+)?(?:(?:have|has)\s+been|is|are|was|were|will\s+be
        |must\s+be|should\s+be|need\s+to\s+be)\s+
        (?:also\s+)?(?:updated|replaced|modified|changed|affected|upgraded|corrected|fixed|installed\s+by)
      | (?:corrected|newer|new|later|latest|fixed|replacement|modified|revised)\s+(?:versions?|files?|dlls?
        |drivers?)(?:\s|:|$)
      | files?\s+(?:listed|names?)?\s*.{0,30}\bor\s+later
      | \bor\s+later\s*[.:]?\s*$
      | ^\s*file\s+information
      | ^\s*component\s*:
      | \bpost[- ]sp\d | \bpost[- ]service\s+pack | \bhot-?fix(?:es)?\b
      | \bafter\s+(?:the|this)\s+(?:\w+\s+)?(?:fix|patch|hot-?fix|update)\b
      | (?:obtain|apply|install|use)\s+the\s+(?:following|updated)\s+(?:fix|file|patch|update|version|hotfix)s?
      | (?:a|the|supported|this)\s+(?:\w+\s+)?(?:fix|patch|hot-?fix)\b
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
STRONG_FIX = phrase(r"""
    file\s+attributes
    (?:time|date)[\s-]?stamp
    attributes\s+\(?or\s+later
    listed\s+attributes
    files?\s+(?:have|has)\s+been\s+(?:updated|replaced|changed)
    updated\s+files""")
OTHER_LIST = re.compile(
    r"""directory\s+of\b | \bverify\s+that\b | \bsamples?\b | (?<!extract\ the\ )contents\s+of
      | (?:disk|disc|cd-rom)\s*\#?\s*\d
      | ships?\s+with | shipped\s+with | original\s+(?:files|versions?)
      | driver\s+library | make\s+sure\s+(?:that\s+)?(?:you\s+have\s+)?the\s+following | file\s+sizes?\s+(?:and|of)
      | \btypical\s+(?:install|files) | required\s+disk\s+space | by\s+default\s+(?:the\s+)?following\s+files
      | directory\s+listing
      | correct\s+(?:files?|versions?|dates?) | \bcompare\b | list\s+of\s+\S+\s+versions | \bdisk\s+space\b
      | \bmemory\b.{0,30}requirements?
    """,
    re.VERBOSE | re.IGNORECASE,
)
DOWNLOAD_LIST = phrase(r"""
    \bcontained\s+in\b
    files\s+are\s+(?:available|contained|included)
    available\s+for\s+download
    self-extracting
    online\s+services
    contains\s+the\s+following\s+files
    expands
    should\s+(?:receive|see|get)\s+the\s+following\s+files""")
PACKAGE = phrase(r"self-extracting|\bdownload|\bpackage\b")
OF_PACKAGE = phrase(r"\bpackage\s+(?:file\s+)?(?:name|information)|\binstaller\b")
"""A heading of a column or a table that is of the download."""
PACKAGE_NAME = phrase(r"\.(?:exe|zip|msi|msp|cab)$")
FIX_TITLE = phrase(r"""
    \b(?:updates?|updated|fix(?:es|ed)?|patch(?:es)?|hot-?fix(?:es)?|upgrade|correct(?:s|ed|ion)?|QFE|MS\d\d-\d{3})\b
    """)
OTHER_TITLE = phrase(r"""
    (?:disks?|disc|cd|cd-rom|diskette|floppy|package|setup)\s+contents?
    contents?\s+of
    file\s+lists?\b
    list\s+of\s+files
    file\s+(?:names|sizes|descriptions|locations)
    directory\s+listing
    disk\s+(?:directory|listing)
    disk\s+\d+
    (?:memory|disk)\s+requirements
    ^sample
    \bsample:
    driver\s+(?:library|versions)""")
OTHER_TITLE_UNLESS_FIX = phrase(r"files\s+installed|how\s+to\s+obtain|where\s+to\s+(?:find|obtain)|^file:|^info:")
FIX_ARTICLE = phrase(
    r"""
    supported\s+(?:\w+\s+)?(?:fix|hotfix|patch|update)
    \bhot-?fix
    obtain\s+the\s+(?:following\s+)?fix
    service\s+pack\s+that\s+contains\s+this
    ^keywords.{0,400}\bkb(?:fix|qfe|hotfix)
    contact\s+microsoft\s+(?:product\s+support|technical\s+support).{0,80}obtain
    this\s+fix\b
    this\s+patch\b
    fixed\s+in\s+an\s+updated
    upgrade\s+the\s+\S+\s+file
    \bcumulative\s+update\b
    \bsecurity\s+update\b
    \bupdate\s+rollup\b""",
    re.IGNORECASE | re.MULTILINE,
)
LISTING_LINE = phrase(r"<DIR>|\d+ (?:file\(s\)|files?) +[\d,]+(?: +bytes)?|bytes free|Directory of")
HASH = phrase(r"\bhash|\bsha ?-?\d|\bmd5\b|\bchecksum|\bcrc")
COMPONENT = phrase(r"\s*component(?:\(s\)|s)?\s*:")
INSTALLED = phrase(r"(?<!self-)\b(?:replac|updat|install|contain|includ|modif|consist|expand|extract)\w{0,6}\b")
"""What an installer does with files: they are not the download itself."""
OFFERED = phrase(r"\bfollowing\s+(?:[\w-]+\s+){0,3}?(?:self-extracting|packages?|downloads?|installers?)\b")
FIX_FOR = phrase(r"""
    \b(?:fix|hot-?fix|update|patch|rollup|version)\s+for\s+((?:Microsoft\s+)?
      <product>\b[^.:]{2,70}?)\s+
      (?:has|have|should|must|will|contains?|includes?|installs?)\b""")
"""A lead-in that names the product of its table."""
PACKAGE_LIKE = phrase(r"\d{3}|qfe|hot-?fix|fix|patch|upd|setup|sp\d")

OLD_COLUMN = phrase(r"""
    \b(?:old|original|previous|before|prior|earlier|rtm|gold|shipped|pre|existing|affected|vulnerable|unpatched|without
      |SP ?\d[a-z]?|service packs? ?\d[a-z]?)\b""")
NEW_COLUMN = phrase(r"""
    ^(?:(?!\b(?:before|prior|without|pre|previous|earlier|old)\b).)*\b
      (?:new|updated|after|fixed|hot-?fix|corrected|later|post|current)\b""")
"""Of "before the hotfix" the hotfix tells nothing."""
RELEASE_COLUMN = phrase(r"""
    \b(?:rtm|gold|original|released?|SP ?\d[a-z]?|service packs? ?\d[a-z]?|CU ?\d{1,2}|no service pack)\b""")
FIRST_RELEASE = phrase(r"\b(?:rtm|gold|original|released?|no service pack)\b")

ANNOUNCES = phrase(r"""
    :\s*$
    \bas\s+follows\b
    \b(?:tabell[ae]n?|tableaux?|tablas?|tabelas?|tabel[il]?|tabulce|tablo\w{0,3}|taulukossa
      |táblázat\w{0,3})\b
    таблиц|表(?!示)|표(?!시)
    \b(?:following|these|below|listed|this)\b[^.]{0,60}\b(?:files?|versions?|tables?|attributes|dlls?|modules?|drivers?
      |components?|programs?|builds?|lists?|binaries)\b
    \b(?:files?|versions?|tables?|lists?)\b[^.]{0,30}\b(?:below|follows?)\b""")
"""A sentence that tells what the files under it are."""
OF_PAGES = phrase(r"\b(?:articles?|address|web\s?(?:sites?|pages?)|numbers?|bulletins?|links?)\b[^.]{0,80}:\s*$")
"""A sentence that announces another page."""
LABEL = phrase(r"""
    (?:for|(?:on|in)(?![^:]*\b(?:is|are|was|were|has|have|had)\b))\s+(?!example|instance|more|additional
      |further)[^:]{1,110}:?""")
"""A label of more words: "For all supported x64-based versions of Exchange:"."""
OF_TIMES = phrase(r"""
    \bUTC\b
    \bGMT\b
    \blocal\s+time\b
    \btime\s+zone\b
    universal\s+time
    daylight\s+saving
    \bdates?\s+and\s+(?:the\s+)?times?\b""")
"""What stands between such a sentence and its table in most articles: in which zone the times are."""
CARRIED = phrase(r"""
    ^(?:it|they|this|these|the\s+(?:\S+\s+){0,2}?(?:packages?|downloads?|setup|installer|archive)
      (?:\s+\S+)?)\s[^.]{0,60}?\b(?:install|includ|contain|consist|replac|updat|provid|compris|chang|modif|add)\w{0,5}\b
    \bfiles?\b[^.]{0,40}\b(?:is|are|was|were|be|been)\s+(?:installed|included|contained|provided|added|copied
      |available)\b
    ^(?:the\s+)?following\s+(?:\w+\s+){0,3}?(?:files?|modules?|components?)\b[^.]{0,30}:$""")
"""What installs these files is named further up, if anywhere."""

_OF_FIX = phrase(r"\b(?:hot-?fix|fix|update|patch|rollup|correct(?:ed|ion))\w{0,3}\b|\bor\s+later\b|\bshould\b")
_CALLED_OLD = phrase(r"\b<old>\s+<words><things>\b")
_BEFORE_FIX = phrase(r"^before\s+(?:you\s+)?(?:install|apply)\w*\b[^.]{3,80},\s")
_PERHAPS_CALLED_OLD = phrase(r"\b<perhaps old>\s+<words><things>\b")
ANNOUNCED_FIX = re.compile(
    r"""\b(?:this|the|that|an?|each|these|both)\s+(?:[\w-]+\s+){0,3}?
        (?:hot-?\s?fix(?:es)?|fix(?:es)?|updates?|patch(?:es)?|rollups?|correction|upgrade)\b
      | \bhot-?fix(?:es)?\b | \bfixe?s\s+(?:include|contain|install|replace|update|were|are|have)\b
      | \b(?:correct|fix|resolv|solv|updat|patch)ed\b
      | file\s+attributes | attributes\s+\(?or\s+later | listed\s+attributes | (?:time|date)[\s-]?stamps?
      | \bfiles?\s+(?:are|were|will\s+be|have\s+been)\s+replaced\s*[.:]?$
      | (?:files?|versions?|dlls?|modules?|components?|fix|it|they|you)\s+
        (?:should|must|will|needs?\s+to)\s+(?:at\s+least\s+)?(?:be|have|see)\b
      | (?:newer|new|later|latest|replacement|modified|revised)\s+(?:versions?|files?|dlls?|drivers?)\b
      | \bor\s+(?:later|newer|higher|greater)\b | \bpost[- ](?:sp\d|service\s+pack)
      | ^to\s+(?:solve|resolve|correct|fix)\s+(?:it|this|these|the\s+(?:problem|issue|error))\b[^,]{0,40},\s+
        (?:you\s+\w+\s+)?(?:use|replace|get|obtain|install|apply|copy)\b
      | \b(?:poprawk[aię]|aktualizac\w{1,3}|opravy?|düzeltme\w{0,4}|güncelleştirme\w{0,4}|snabbkorrigering\w{0,3}
        |uppdatering\w{0,3}|hurtigreparasjon\w{0,3}|oppdatering\w{0,3}|opdatering\w{0,3}|korjau\w{2,8}|päivity\w{2,6}
        |gyorsjavítás\w{0,6}|frissítés\w{0,6})\b
      | \b(?:correctif|mise\s+à\s+jour|sicherheitsupdate|revisión|actualización|aggiornamento|atualização
        |diese[sr]\s+updates?)\b | обновлени|исправлени|更新|修正|修复|修补|修補|업데이트|핫픽스
      | (?:service\s+packs?|rollup|cumulative\s+update)\s+\d\w{0,2}\s+[^.]{0,40}\b(?:updat|replac|install)\w+
      | (?:rollup|cumulative\s+update)\s+\d\w{0,2}\s+[^.]{0,40}\b(?:contain|includ)\w+
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A sentence that announces files as those of a fix."""
_NOT_THE_FIXS = {
    "files it is not for": phrase(r"\b(?:cannot|can\s+not|must\s+not|should\s+not|will\s+not)\b"),
    "files of a preview": phrase(r"""
        \b(?:beta|pre-?release|release\s+candidate|evaluation|trial)\s+(?:versions?|builds?|cop(?:y|ies))\b
        \b(?:beta|pre-?release|release\s+candidate)\s+of\b"""),
    "files without the fix": phrase(r"""
        \bwithout\s+(?:the|this|that|any|an?|either)\s+(?:[\w-]+\s+){0,3}?<named fix>\b
        \b(?:do|does|did|is|are|was|were|has|have)\s+not\s+(?:yet\s+)?(?:been\s+)?
          (?:contain|includ|hav|carry|fix|resolv|correct|updat|patch|install|appl)\w*\b
        \bnot\s+yet\s+(?:install|appl|updat|patch)\w*\b"""),
    "files as they are when the fix is removed": phrase(r"""
        \b(?:after|when|once|if)\s+you\s+(?:remove|uninstall|roll\s?back)\b
        \b(?:removing|uninstalling|removal\s+of)\s+(?:the|this)\s+(?:[\w-]+\s+){0,3}?<named fix>\b
        <named fix>\s+(?:is|are|was|were|has\s+been)\s+(?:removed|uninstalled|withdrawn|recalled|superseded
          |replaced)\b"""),
    "files of another update": phrase(r"""
        ^(?:the\s+|an?\s+)?(?:previous|earlier|prior|older|old|superseded|withdrawn|recalled)\s+(?:[\w.-]+\s+){0,3}?
          <named fix>\b
        \b(?:introduced|caused)\s+by\b"""),
    "files that a step works on": phrase(r"""
        \b(?:delete|rename|remove|unregister|back\s?up|keep|do\s+not\s+(?:copy|install|replace|overwrite))\s+
          (?:the\s+following|these|any|all)\b"""),
    "files that need the fix": phrase(r"""
        ^if\s+(?:you\s+have|(?:the|your)\s+\w+\s+(?:has|have))\b[^.,]{0,60}\b<things>\b(?![^,]*\blater\b)[^.,]{0,40},\s
          [^.]{0,60}\b(?:need|install|apply|obtain|get)\b"""),
    "files of other vendors": phrase(r"\bthird[- ]part(?:y|ies)\b|\bother\s+(?:vendors|manufacturers|companies)\b"),
}
"""What is said of files beside a fix that is named in the same sentence."""
PRODUCT_OR_LEVEL = phrase(r"\b<product>\b|\d")
OTHER_LABEL = phrase(r"""
    (?:.{3,60}\s)?(?:gold|RTM)(?:\s+(?:<things>|release|code))?
    (?:the\s+)?(?:superseded|previous(?:ly\s+\w+)?|earlier|older|old|original|withdrawn|recalled|unpatched
      |vulnerable)\s+(?:[\w.-]+\s+){0,3}?(?:<named fix>|<things>)\b.{0,40}
    (?:before|prior\s+to|without)\s.{1,60}""")
_BEFORE = phrase(r"\b(?:before|prior\s+to)\s+(?:you\s+)?(?:install|appl|the\s+(?:[\w-]+\s+){0,2}?<named fix>)")
_IN_PLACE_OF = phrase(r"(?:replac|supersed|overwrit|updat|newer|later|than|instead)\w*\s+(?:\S+\s+){0,3}?$")
_SAID_OF_THEM = {
    "files that are old or wrong": phrase(r"""
        \b<things>\b[^.]{0,40}\b(?:are|is|were)\s+(?:old|wrong|incorrect|out\s+of\s+date|outdated|vulnerable
          |affected(?!\s+by\s+th))\b"""),
    "files with which the problem occurs": phrase(r"""
        \b(?:problem|issue|behaviou?r|error|symptoms?|bug|leak|failure)\b[^.]{0,40}\b
          (?:occurs?|happens?|appears?|exists?|(?:was|were|is|are|been)\s+
          (?:seen|reported|confirmed|observed|experienced|reproduced|known))\b[^.]{0,60}\b
          (?:with|in|on|using|when|for)\b
        \b(?:occurs?|happens?|fails?)\s+(?:only\s+)?(?:with|when|if)\b
        \b(?:caus(?:e|es|ed|ing)|known\s+to|exhibit|experience)\b[^.]{0,60}\b
          (?:problem|issue|behaviou?r|error|fail|leak)"""),
    "files that a product shipped with": phrase(r"""
        \b(?:ships?|shipped|suppl(?:y|ied|ies)|comes?|came|delivered|distributed)\b
        \bon\s+(?:the|your)\s+(?:[\w.]+\s+){0,6}?(?:cd|cd-rom|compact\s+disc|disks?|discs?|diskettes?)\b
        \b(?:installed|included|contained|found)\s+(?:with|by|in|on)\s+(?!(?:this|the|these|that)\s+<fix named>)
          (?:(?:the|microsoft|original|retail)\s+){0,3}(?:<product>|service\s|sp\d|cd\b|cd-rom|compact|product|release|version)
        ^[^.]{0,40}\b(?:RTM|gold|release\s+to\s+manufacturing)\b"""),
    "it compares releases": phrase(r"""
        \bcompar(?:e|es|ed|ing|ison)\b
        \b(?:each|different|various|earlier|previous|past|other|all)\s+(?:\w+\s+){0,2}(?:releases|service\s+packs)\b
        \bversion\s+history\b
        \bby\s+(?:release|service\s+pack)\b"""),
    "the right files of a product": phrase(r"\b(?:correct|right|proper|expected)\s+<words><things>\b"),
}


def is_old(label: str) -> bool:
    """Whether a column, or a table beside another, is headed as what was there before the fix."""
    return bool(OLD_COLUMN.search(label)) and not NEW_COLUMN.search(label)


def other_files(lead: str) -> str | None:
    """Why the sentence over a table says that its files are not those of a fix; None where it does not."""
    of_fix = bool(_OF_FIX.search(lead))
    if not (of_fix and STRONG_FIX.search(lead)) and _is_said(_CALLED_OLD, lead):
        return "files that are called old, wrong or released"
    if _BEFORE_FIX.match(lead) or (_BEFORE.search(lead) and not STRONG_FIX.search(lead)):
        return "files as they are before the fix"
    if other := next((reason for reason, pattern in _NOT_THE_FIXS.items() if pattern.search(lead)), None):
        return other
    if of_fix:
        return None
    if _is_said(_PERHAPS_CALLED_OLD, lead):
        return "files that are called old, wrong or released"
    return next((reason for reason, pattern in _SAID_OF_THEM.items() if pattern.search(lead)), None)


def _is_said(pattern: re.Pattern[str], lead: str) -> bool:
    """Whether files are called so, and not those that others come in place of."""
    return any(not _IN_PLACE_OF.search(lead[max(0, at.start() - 60) : at.start()]) for at in pattern.finditer(lead))
