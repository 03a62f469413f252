"""What an article says about the fix: prerequisites, restart, what it replaces, what includes it.

Only what is stated counts. "There are no prerequisites" is a statement; silence is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, get_args

from hotfix_check.catalogue.update import Restart
from hotfix_check.drafts.article.prose import is_section_heading, sentences
from hotfix_check.frozen import dataclass

_FIX = (
    r"(?:hot-?fix(?:es)?|fix(?:es)?|updates?|patch(?:es)?|(?:update )?rollups?|rollup package"
    r"|cumulative update|security update|package|correction)"
)
_THIS_FIX = rf"(?:this|the|these|both|all|each)\s(?:\S{{1,20}}\s){{0,3}}?{_FIX}"
_INSTALL = r"(?:install|apply|appl[yi]ing|installing|installed|applied|installation|run)"
_KB_NUMBER = re.compile(
    r"\b(?:Q|KB ?)(\d{5,7})\b|(?<![\w.,/:$#-])(\d{6,7})(?![\w/:%-]|[.,]\d| ?(?:bytes|kb|mb)\b)", re.IGNORECASE
)
_LEADING_NUMBER = re.compile(
    r"(?:ARTICLE-ID: ?)?(?:(?:hot-?fix|update|article|security update|fix) )?(?:Q|KB ?)?(\d{5,7})\b(?![,/-]\d)",
    re.IGNORECASE,
)

_REQUIRES = (
    re.compile(
        rf"{_THIS_FIX}\b(?:\s\S{{1,20}}){{0,4}}?\s(?:also\s|only\s)?(?:requires?|depends?\son)\s"
        r"(?:that\s(?:you\s(?:have|are\srunning|install|first\sinstall)\s)?|you\sto\s(?:have|install)\s"
        r"|the\sinstallation\sof\s)?(.{3,300})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\bto\s{_INSTALL}\s{_THIS_FIX}\b[^,]{{0,60}},\s(?:you\smust|you\sneed\sto|your\s\w+\smust|the\s\w+\smust)\s"
        r"(?:be\shave|be\srunning|already\sbe\srunning|be\susing|have|install|first\sinstall|first\shave"
        r"|already\shave)\s(.{3,300})",
        re.IGNORECASE,
    ),
    re.compile(
        r"\byou\s(?:must|need\sto|should|have\sto)\s(?:first\s|already\s)?(?:be\srunning|have|install"
        r"|apply)\s(.{3,250}?)\s(?:installed\s|running\s)?"
        rf"(?:to|before|prior\sto|in\sorder\sto|so\sthat)\s(?:you\s(?:can\s)?)?{_INSTALL}\s(?:{_THIS_FIX}|it\b)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(.{{3,250}}?)\s(?:must|needs?\sto|should|has\sto)\s(?:already\s)?be\s(?:installed|applied"
        rf"|running)\s(?:(?:to|on|for)\s(?P<target>.{{3,60}}?)\s|(?:\S{{1,20}}\s){{0,3}}?)"
        rf"(?:prior\sto|before)\s(?:you\s)?{_INSTALL}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:{_FIX}|it)\s(?:can|may|must|should)\s(?:only\s)?be\s(?:installed|applied)\s(?:only\s)?(?:on|to)\s"
        r"(?:any\s|a\s)?(?:systems?|computers?|servers?|clients?)\s(?:\w+\s){0,3}?(?:running|with)\s(.{3,250})",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:because\sof|due\sto)\sfile\sdependencies,?\s(?:this|these|the)\s(?:\S+\s){1,3}?(?:requires?|depends?\son)\s(.{3,250})",
        re.IGNORECASE,
    ),
    re.compile(
        r"\byou\s(?:must|need\sto|have\sto)\sbe\srunning\s(.{3,250}?)\son\s(?:the|each|every|any)\s(?:computer|server|system)s?\s"
        rf"(?:on|to|where)\s(?:which\s|that\s)?(?:you\s)?(?:{_THIS_FIX}\s(?:is|are)\s)?{_INSTALL}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:{_FIX}|it)\s(?:can|may|must|should)\s(?:only\s)?be\s(?:installed|applied)\s(?:only\s)?(?:on|to)\s"
        r"(?=(?:microsoft\s)?(?:exchange|windows|outlook|office|sql|internet)\s)(.{3,200})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(.{{3,200}}?)\s(?:is|are)\s(?:a\s)?(?:prerequisites?|requirements?)\s(?:for|to|of)\s(?:\w+ing\s)?{_THIS_FIX}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(.{{3,200}}?)\s(?:is|are)\s(?:required|needed|necessary)\s(?:to|before\syou|in\sorder\sto)\s{_INSTALL}\s{_THIS_FIX}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:before|prior\sto)\s(?:you\s)?{_INSTALL}\s{_THIS_FIX}\b[^,.]{{0,60}},\s(?:you\s(?:must|should)\s)?"
        r"(?:make\ssure|verify|ensure)\s(?:that\s)?(?:you\s(?:have|are\srunning)\s)?(.{3,200})",
        re.IGNORECASE,
    ),
    re.compile(
        r"^prerequisites?:\s(?=(?:the\s)?(?:microsoft\s)?(?:exchange|windows|outlook|office|sql|internet)\s)(.{3,200})",
        re.IGNORECASE,
    ),
    re.compile(rf"\bprerequisites?\s(?:for|to|of)\s(?:\w+ing\s)?{_THIS_FIX}\s(?:is|are)\s(.{{3,250}})", re.IGNORECASE),
    re.compile(
        rf"\b(?:before|prior\sto)\s(?:you\s)?(?:can\s)?{_INSTALL}\s{_THIS_FIX}\b[^,.]{{0,60}},\s(?:you\s(?:must|need\sto"
        r"|have\sto|should)\s)?(?:first\s|already\s)?(?:install|apply|have|be\srunning|upgrade\sto)\s(.{3,250})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:please\s)?(?:first\s)?(?:install|apply)\s(.{{3,200}}?)\s(?:before|prior\sto)\s(?:you\s)?{_INSTALL}\s{_THIS_FIX}",
        re.IGNORECASE,
    ),
)
_MAY_REPLACE = re.compile(r"super[sc]ed|eplac|obsolet|the place of")
_BY_THIS = re.compile(r"\s(?:this|the (?:current|present)|these)\b(?![^.]{0,40}\d{5})", re.IGNORECASE)
_REPLACE_EARLIER = re.compile(
    rf"\b(?:replace|supersede)s?\b[^.]{{0,40}}\b(?:earlier|previous|older|old)\b[^.]{{0,30}}\b{_FIX}\b", re.IGNORECASE
)
_EARLIER_ONES = re.compile(
    rf"\b(?:earlier|previous|older|replaced|superseded)\b[^.]{{0,40}}\b(?:ones?|articles?|{_FIX})\b", re.IGNORECASE
)
_MAY_REQUIRE = re.compile(r"equire|must|need|running|efore|depend|rerequisite|prior|only")
_NOTHING_REQUIRED = re.compile(
    rf"\b(?:there are )?no prerequisites\b|\b(?:does|do) not (?:have|require) (?:any )?prerequisites"
    rf"|{_FIX} has no prerequisites"
    r"|\bprerequisites?:? ?none\b",
    re.IGNORECASE,
)
_REQUIRED_LIST = re.compile(
    rf"\b(?:must have|must be running|requires?|needs?|prerequisites?)\b[^.:]{{0,80}}"
    rf"\b(?:following\b|{_INSTALL}\b)[^.:]{{0,80}}:$",
    re.IGNORECASE,
)
_ONE_OF = re.compile(r"\b(?:one|any|either)(?: of)? the following\b|\bat least one\b", re.IGNORECASE)
_NAMES_PRODUCT = (
    r"(?:[A-Z][a-z]+ \d{4} )?(?:Microsoft )?"
    r"(?:Exchange|Windows|Outlook|Office|SQL|Internet|IIS|\.NET|Systems Management|SNA|Visual)\b"
)
"""As an article begins to name a product, or a rollup of it by its month."""
_PRODUCT_NAMED = re.compile(
    rf"^(?:the )?{_NAMES_PRODUCT}|^(?:the )?(?:Cumulative Update|Service Pack|Update Rollup|Security Update)\b"
    r"|^(?:hotfix )?(?:KB ?|Q)\d{5,7}\.?$",
    re.IGNORECASE,
)
_FOR_MORE = re.compile(r"\s*\bFor (?:more|additional|further) information\b")
_SAYS = re.compile(r"\b(?:must|should|need|requires?|is|are|has|have|can|will)\b")
_LIST_OF_TWO = re.compile(rf",? and (?:the )?(?={_NAMES_PRODUCT})", re.IGNORECASE)
_NOT_A_THING = re.compile(
    r"^(?:there|no|nothing|none)\b"
    r"|^(?:a|an|the|your|you|that)?\s?(?:system |computer |server )?(?:restart|reboot|additional|further|more"
    r"|time|password|administrat|manual|change|registry|review|user\b)"
    r"|^you to (?:restart|reboot)|^(?:it|them|this|these|changes)\b",
    re.IGNORECASE,
)
_FOLLOWING_ARTICLE = re.compile(
    r"\b(in |from )?the following (?:article|microsoft knowledge base article)s?[^.]{0,60}:?$", re.IGNORECASE
)
_TAIL = re.compile(
    r"\s(?:to be (?:installed|applied)(?: on the \w+)?(?: because of .{0,60})?|because of .{3,60}"
    r"|(?:be|is|are) (?:installed|applied)|installed|on (?:the|your|a) (?:server|computer|system)"
    rf"|(?:to|before|prior to|in order to)\s(?:you\s)?(?:can\s)?{_INSTALL}\b.{{0,120}}|for the fix.{{0,80}}"
    r"|or (?:a )?later(?: version)?s?)$",
    re.IGNORECASE,
)

_RESTART = re.compile(r"\b(?:restart|reboot|re-start|re-boot|shut down)", re.IGNORECASE)
_RESTART_NOT = re.compile(
    r"\b(?:do|does|did|will) not (?:have|need|require|be required|force)\b[^.]{0,60}\b(?:restart|reboot)"
    r"|\bno (?:restart|reboot)|\b(?:no need|need not|not need) to (?:restart|reboot)|\bneed not (?:restart|reboot)"
    r"|\b(?:restart|reboot)\w{0,4}(?: of the \w+)? (?:is|are) not (?:required|necessary|needed)"
    r"|\bwithout (?:restarting|rebooting)|not (?:necessary|required) to (?:restart|reboot)",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"\b(?:may|might|could)\s+(?:\w+\s+){0,3}?(?:have\s+to|need\s+to|be\s+(?:required|asked|prompted|necessary)|require"
    r"|restart|reboot|re-start|re-boot)|\bif\s+(?:you\s+are\s+|the\s+\w+\s+is\s+)?(?:prompted|asked|required|necessary|needed)"
    r"|\b(?:sometimes|in some cases|in most cases|unless|whether|depend(?:s|ing) on)\b"
    r"|\bif\b[^.]{0,80}\b(?:in use|being used|used|locked|loaded|open|running)\b|\b(?:can|might|may) be required\b",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"^(?:then |finally,? )?(?:shut down and )?(?:restart|reboot|re-start|re-boot)\s"
    r"(?:(?:your|the|each|this|all)\s)?(?:\w+\s){0,3}?"
    r"(?:computers?|servers?|systems?|machines?|workstations?)(?! \w* ?services?| (?:attendant|manager))\b",
    re.IGNORECASE,
)
_SERVICE_STEP = re.compile(r"^(?:then |finally,? )?(?:restart|start)\s[^.]{0,80}\bservices?\b", re.IGNORECASE)
_INSTALL_STEP = re.compile(
    r"^(?:double-?click|run|install|apply|copy|replace|rename|register|extract|expand|stop|download|start)\b",
    re.IGNORECASE,
)
_STEPS_BACK = 12
_FILES_PUT = re.compile(
    r"^(?:install|apply|run|double-?click|extract|expand)\b.{0,60}\b(?:hot-?fix|fix|update|patch|package|setup|\w+\.exe)"
    r"|^(?:copy|replace)\b.{0,60}\b(?:new|updated|fixed|hot-?fix|file|\.dll|\.exe)",
    re.IGNORECASE,
)
_RESTART_COMPUTER = re.compile(
    r"\b(?:must|have to|need to|required to|should|then|and|,)\s?(?:then )?(?:restart|reboot|re-start"
    r"|re-boot)\s(?:your|the|each|this|all)\s(?:\w+\s){0,3}?(?:computer|server|system|machine"
    r"|workstation)s?(?! \w+ service| service|\w* (?:attendant|manager))\b"
    r"|\b(?:requires?|required)\b[^.]{0,40}\b(?:restart|reboot)\b|\b(?:restart|reboot) (?:is"
    r"|of the \w+ is) (?:required|necessary)|\b(?:must|have to|need to) (?:restart"
    r"|reboot)(?: it)?\b(?! the \w+ service)"
    r"|\bshut down (?:your|the) (?:system|computer)\b[^.]{0,40}\brestart",
    re.IGNORECASE,
)
_RESTARTED = re.compile(
    r"\b(?:computers?|servers?|systems?)\s(?:(?:will|is|are)\s(?:be\s)?)(?:\w+\s)?(?:restart|reboot)(?:s|ed)?\b",
    re.IGNORECASE,
)
_RESTART_ANSWER = re.compile(
    r"(?:(?:re-?start|re-?boot)(?: is)? (?:required|needed|necessary)|requires (?:a )?(?:re-?start|re-?boot))"
    r"\s?[:?] ?(yes|no)\b",
    re.IGNORECASE,
)
_ANSWERS: dict[str, Restart] = {"yes": "yes", "required": "yes", "no": "no", "none": "no", "not required": "no"}
_AFTER_FIX = re.compile(
    rf"\b(?:after|once|when|before|upon|for|to complete)\b[^.]{{0,80}}\b(?:{_INSTALL}|{_FIX})\b[^.]{{0,60}}"
    rf"|\b{_INSTALL}\s{_THIS_FIX}|{_THIS_FIX}\b[^.]{{0,40}} (?:will )?require",
    re.IGNORECASE,
)
_OTHER_CAUSE = re.compile(
    r"\bregistry (?:value|key|change|entry)|\bswitch\b|/[a-z]\b|service pack \d\w? and\b|\buninstall|\bremove\b"
    r"|\bwork ?around",
    re.IGNORECASE,
)
_RESTART_SERVICES = re.compile(
    r"\brestart(?:ed|s|ing)?\b[^.]{0,80}\bservices?\b|\bservices?\b[^.]{0,80}\brestart(?:ed|s|ing)?\b", re.IGNORECASE
)

_REPLACES = re.compile(
    rf"(?:{_FIX}|version|package|it|this)\b[^.]{{0,80}}?\b(?:supersedes?|supercedes?|replaces?|takes?\sthe\splace\sof)\b"
    r"(.{0,400})",
    re.IGNORECASE,
)
_REPLACES_NONE = re.compile(
    r"\b(?:does|do) not (?:replace|supersede|supercede) (?:any|other|a )|\breplaces no\b"
    r"|\bno (?:previously released )?(?:hotfix|update)s? (?:is|are) replaced",
    re.IGNORECASE,
)
_REPLACED_BY = re.compile(
    r"\b(?:is|are|was|were|been|be) (?:superseded|superceded|replaced|obsoleted) by\b(.{0,400})"
    r"|\bsuperseded by\b(.{0,400})",
    re.IGNORECASE,
)
_INCLUDED = re.compile(
    r"\b(?:first |also )?(?:corrected|fixed|resolved|included"
    r"|addressed) (?:for the first time )?in\b (?!this article|the following|the article)(.{3,200})",
    re.IGNORECASE,
)
_LEVEL_NAMED = re.compile(
    r"service (?:pack|release) \d|\bSP ?\d|\bCU ?\d|rollup|cumulative update \d|\bRU ?\d", re.IGNORECASE
)
_OBTAIN_ROLLUP = re.compile(r"\bobtain the (?!latest)(.{5,120}?\brollup\b.{0,20}?)[.,]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What the prose says; a ``*_stated`` flag is true when the article speaks of the matter at all."""

    prerequisites: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    prerequisites_stated: bool = False
    restart: Restart | None = None
    replaces: tuple[int, ...] = ()
    replaces_stated: bool = False
    replaced_by: tuple[int, ...] = ()
    included_in: tuple[str, ...] = ()


_CONTRACTED = re.compile(r"\b(do|does|did|is|are|was|were|has|have|ca|wo|must|need)n[\u2019']t\b", re.IGNORECASE)


class _Said(NamedTuple):
    """A sentence, the paragraph it is in, and the section that paragraph is in."""

    sentence: str
    at: int
    section: str


def read_statements(paragraphs: Sequence[str], packs: Sequence[tuple[str, str]], own: int | None) -> Statements:
    """Read the prose.

    ``packs`` are service packs with the fix, by product and number; ``own`` is the article's number, which it does not
    replace.
    """
    said = _said(paragraphs)
    required = _required(said, paragraphs)
    alternatives = _alternatives(said, paragraphs)
    replacing = [each for each in said if _MAY_REPLACE.search(each.sentence)]
    telling = {each.at for each in replacing}
    replaces, replaced_by = _replacements([each for each in said if each.at in telling], paragraphs)
    replaces |= _listed_as_replaced(paragraphs)
    restarts = {_restart(each, paragraphs) for each in said if _speaks_of_restart(each)}
    return Statements(
        prerequisites=required,
        alternatives=tuple(several for several in alternatives if set(several) <= set(required)),
        prerequisites_stated=bool(required) or any(_nothing_required(each) for each in said),
        restart=None
        if {"yes", "no"} <= restarts
        else next((kind for kind in get_args(Restart) if kind in restarts), None),
        replaces=tuple(sorted(replaces - {own})),
        replaces_stated=bool(replaces)
        or any(_REPLACES_NONE.search(each.sentence) for each in replacing)
        or any("replacement" in each.section and each.sentence.strip(" .").lower() == "none" for each in said),
        replaced_by=tuple(sorted(replaced_by - {own})),
        included_in=_included(said, paragraphs, packs),
    )


def _said(paragraphs: Sequence[str]) -> list[_Said]:
    said: list[_Said] = []
    section = ""
    for at, paragraph in enumerate(paragraphs):
        if is_section_heading(paragraph):
            section = paragraph.lower().rstrip(":")
        else:
            said.extend(_Said(_in_full(sentence), at, section) for sentence in sentences(paragraph))
    return said


def _in_full(sentence: str) -> str:
    """A sentence with "does not" for "doesn't"."""
    if "n't" not in sentence and "n\u2019t" not in sentence:
        return sentence
    return _CONTRACTED.sub(lambda match: {"ca": "can", "wo": "will"}.get(match[1].lower(), match[1]) + " not", sentence)


def _required(said: Sequence[_Said], paragraphs: Sequence[str]) -> tuple[str, ...]:
    things = {thing.lower(): thing for thing in _under_heading(paragraphs)}
    for each in said:
        if not _MAY_REQUIRE.search(each.sentence):
            continue
        listed = _listed_things(paragraphs, each.at) if _REQUIRED_LIST.search(each.sentence) else []
        things.update((thing.lower(), thing) for thing in listed)
        if listed:
            continue
        for thing in _required_things(each, paragraphs):
            things.setdefault(thing.lower(), thing)
    return tuple(things.values())


def _alternatives(said: Sequence[_Said], paragraphs: Sequence[str]) -> list[tuple[str, ...]]:
    """What lists give as alternatives: "you must have one of the following installed"."""
    lists = [
        tuple(_listed_things(paragraphs, each.at))
        for each in said
        if "following" in each.sentence and _ONE_OF.search(each.sentence) and _REQUIRED_LIST.search(each.sentence)
    ]
    return [several for several in lists if len(several) > 1]


def _under_heading(paragraphs: Sequence[str]) -> list[str]:
    """The bullets right under the heading Prerequisites, which need no sentence of their own."""
    return [
        thing
        for at, paragraph in enumerate(paragraphs)
        if paragraph.lower().rstrip(": ") in ("prerequisites", "prerequisite")
        for thing in _listed_things(paragraphs, at)
    ]


def _listed_things(paragraphs: Sequence[str], at: int) -> list[str]:
    """The products in the short paragraphs, bullets mostly, behind one that ends in a colon."""
    things: list[str] = []
    for whole in paragraphs[at + 1 : at + 12]:
        paragraph = _FOR_MORE.split(whole, maxsplit=1)[0]
        if len(paragraph) > 120 or not _PRODUCT_NAMED.search(paragraph) or is_section_heading(paragraph):
            break
        if _SAYS.search(paragraph):
            break
        things.append(_clean(paragraph))
    return things


def _nothing_required(each: _Said) -> bool:
    if each.section.startswith("prerequisite") and each.sentence.strip(" .").lower() == "none":
        return True
    return "rerequisite" in each.sentence and bool(_NOTHING_REQUIRED.search(each.sentence))


def _replacements(said: Sequence[_Said], paragraphs: Sequence[str]) -> tuple[set[int], set[int]]:
    """The updates that this one replaces, and those that replace it."""
    replaces: set[int] = set()
    replaced_by: set[int] = set()
    earlier: int | None = None
    """The paragraph that has told to replace earlier fixes: what it lists is replaced."""
    for sentence, at, _ in said:
        if match := _REPLACED_BY.search(sentence):
            by = match[1] or match[2] or ""
            if _BY_THIS.match(by):
                replaces.update(_numbers(sentence[: match.start()], paragraphs, at))
            else:
                replaced_by.update(_numbers(by, paragraphs, at))
        elif match := _REPLACES.search(sentence):
            replaces.update(_numbers(match[1], paragraphs, at))
        elif _REPLACE_EARLIER.search(sentence):
            earlier = at
            replaces.update(_numbers(sentence, paragraphs, at))
        elif earlier == at and _EARLIER_ONES.search(sentence):
            replaces.update(_numbers(sentence, paragraphs, at))
    return replaces, replaced_by


def _listed_as_replaced(paragraphs: Sequence[str]) -> set[int]:
    """The articles that a heading "Hotfix replacement information" lists without a sentence of its own."""
    return {
        number
        for at, paragraph in enumerate(paragraphs)
        if is_section_heading(paragraph) and "replacement" in paragraph.lower()
        for number in _following_numbers(paragraphs, at)
    }


def _included(said: Sequence[_Said], paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    included: dict[str, None] = {}
    for sentence, at, _ in said:
        if " in " in sentence and (match := _INCLUDED.search(sentence)):
            thing = _clean(match[1])
            if _LEVEL_NAMED.search(thing):
                included[thing] = None
        if "ollup" in sentence and (match := _OBTAIN_ROLLUP.search(sentence)):
            included[_named_with_number(_clean(match[1]), paragraphs, at)] = None
    for product, number in packs:
        if not any(f"Pack {number}" in text or f"SP{number}" in text for text in included):
            included[f"{product} Service Pack {number}"] = None
    return tuple(included)


def _required_things(each: _Said, paragraphs: Sequence[str]) -> list[str]:
    """What a sentence requires: one thing, or several products that "and" joins."""
    for pattern in _REQUIRES:
        match = pattern.search(each.sentence)
        if not match:
            continue
        thing = match[1].strip()
        if _NOT_A_THING.match(thing):
            continue
        if follows := _FOLLOWING_ARTICLE.search(thing):
            number = _following_numbers(paragraphs, each.at)[:1]
            if not number:
                continue
            thing = f"{thing[: follows.start()]}{follows[1] or ''}Q{number[0]}"
        target = match.groupdict().get("target")
        if target and "computer" not in target.lower() and not thing.lower().endswith(target.lower()):
            return [f"{_clean(thing)} for {_clean(target)}"]
        return _each_of(_clean(thing))
    return []


def _each_of(thing: str) -> list[str]:
    """Two products with a level each are two requirements; "Exchange 5.0 and 5.5" is one."""
    parts = _LIST_OF_TWO.split(thing)
    return parts if len(parts) > 1 and all(_LEVEL_NAMED.search(part) for part in parts) else [thing]


def _clean(thing: str) -> str:
    thing = re.sub(
        r"^(?:any |at least )?(?:one|all|each) of the following\b[^:]{0,60}: ?", "", thing, flags=re.IGNORECASE
    )
    thing = re.sub(r"^(?:because of|due to) file dependencies,? ", "", thing, flags=re.IGNORECASE)
    thing = re.split(
        r"(?<!U\.S)\. |; |: |\.$|\s-\s|, (?:and|but|or|which|so|because)\b| and (?:was|is|were|has)\b",
        thing,
        maxsplit=1,
    )[0].strip(" .,:;")
    for _ in range(3):
        thing = _TAIL.sub("", thing).strip(" .,:;")
    thing = re.sub(
        r"^(?:a |any )?(?:computer|server|system)s? (?:that (?:is|are) )?running ", "", thing, flags=re.IGNORECASE
    )
    return re.sub(r"^(?:(?:previously|already) installed|the|a|an|either)\s+(?=\S)", "", thing, flags=re.IGNORECASE)


def _restart(each: _Said, paragraphs: Sequence[str]) -> Restart | None:
    """What a sentence says of restarting after installing; None for one that leaves it open, or speaks of else."""
    sentence, in_section = each.sentence, each.section.startswith("restart")
    if in_section and (answer := _ANSWERS.get(sentence.strip(" .").lower())):
        return answer
    if answered := _RESTART_ANSWER.search(sentence):
        return _ANSWERS[answered[1].lower()]
    if _OTHER_CAUSE.search(sentence) and not in_section:
        return None
    if _STEP.match(sentence) and _after_installing(each, paragraphs):
        return "yes"
    if _SERVICE_STEP.match(sentence) and _after_installing(each, paragraphs) and not _in_registry(each, paragraphs):
        return "services"
    if not (in_section or _AFTER_FIX.search(sentence)) or _MAY.search(sentence):
        return None
    if _RESTART_NOT.search(sentence):
        return "no"
    if _RESTART_COMPUTER.search(sentence) or _RESTARTED.search(sentence):
        return "yes"
    return "services" if _RESTART_SERVICES.search(sentence) else None


def _speaks_of_restart(each: _Said) -> bool:
    return bool(_RESTART.search(each.sentence)) or (each.section.startswith("restart") and len(each.sentence) < 20)


def _after_installing(each: _Said, paragraphs: Sequence[str]) -> bool:
    """Whether a sentence is a step of the installation: under such a heading, or behind steps that put files there."""
    if "install" in each.section:
        return True
    above = paragraphs[max(0, each.at - _STEPS_BACK) : each.at]
    steps = [text for text in above if _INSTALL_STEP.match(text)]
    return any(_FILES_PUT.search(text) for text in steps)


def _in_registry(each: _Said, paragraphs: Sequence[str]) -> bool:
    """Whether the steps above a sentence change the registry too: what they ask for need not be the fix's."""
    return any("egist" in text for text in paragraphs[max(0, each.at - _STEPS_BACK) : each.at])


def _numbers(text: str, paragraphs: Sequence[str], at: int) -> list[int]:
    found = [int(first or second) for first, second in _KB_NUMBER.findall(text)]
    if found or not re.search(r"following|below|:$|article", text, re.IGNORECASE):
        return found
    return _following_numbers(paragraphs, at)


def _following_numbers(paragraphs: Sequence[str], at: int) -> list[int]:
    """The article numbers that open the paragraphs right after one that announces them."""
    found: list[int] = []
    for paragraph in paragraphs[at + 1 : at + 30]:
        match = _LEADING_NUMBER.match(paragraph)
        if match:
            found.append(int(match[1]))
        elif found or not paragraph.upper().startswith("TITLE"):
            break
    return found


def _named_with_number(thing: str, paragraphs: Sequence[str], at: int) -> str:
    for paragraph in (paragraphs[at], *paragraphs[at + 1 : at + 3]):
        for match in re.finditer(r"\b(?:Q|KB ?)?(\d{6,7})\b", paragraph[:600]):
            if thing[:25].lower() in paragraph.lower()[match.end() : match.end() + 80]:
                return f"{thing} (KB{match[1]})"
    return thing
