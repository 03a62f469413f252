"""What an article says about the fix: prerequisites, restart, what it replaces, what includes it.

Only what is stated counts. "There are no prerequisites" is a statement; silence is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from hotfix_check.catalogue.update import Restart
from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import (
    Said,
    following_numbers,
    is_section_heading,
    named_with_number,
    numbers_in,
    said_in,
)
from hotfix_check.drafts.draft import DraftUpdate
from hotfix_check.frozen import replace

_INCLUDED = phrase(r"""
    \b(?:first |also )?(?:corrected|fixed|resolved|included|addressed) (?:for the first time )?in\b (?!this article
      |the following|the article)(.{3,200})""")
_OBTAIN_ROLLUP = phrase(r"\bobtain the (?!latest)(.{5,120}?\brollup\b.{0,20}?)[.,]")
_MAY_REPLACE = ("eplac", "supersed", "superced", "obsolet", "the place of")
_BY_THIS = phrase(r"\s(?:this|the (?:current|present)|these)\b(?![^.]{0,40}\d{5})")
_REPLACE_EARLIER = phrase(r"\b(?:replace|supersede)s?\b[^.]{0,40}\b(?:earlier|previous|older|old)\b[^.]{0,30}\b<fix>\b")
_EARLIER_ONES = phrase(r"\b(?:earlier|previous|older|replaced|superseded)\b[^.]{0,40}\b(?:ones?|articles?|<fix>)\b")
_REPLACES = phrase(r"""
    (?:<fix>|version|package|it|this)\b[^.]{0,80}?\b(?:supersedes?|supercedes?|replaces?
      |takes?\sthe\splace\sof)\b(.{0,400})""")
_REPLACES_NONE = phrase(r"""
    \b(?:does|do) not (?:replace|supersede|supercede) (?:any|other|a )
    \breplaces no\b
    \bno (?:previously released )?(?:hotfix|update)s? (?:is|are) replaced""")
_REPLACED_BY = phrase(r"""
    \b(?:is|are|was|were|been|be) (?:superseded|superceded|replaced|obsoleted) by\b(.{0,400})
    \bsuperseded by\b(.{0,400})""")
_REQUIRES = (
    phrase(r"""
        <this fix>\b(?:\s\S{1,20}){0,4}?\s(?:also\s|only\s)?(?:requires?|depends?\son)\s(?:that\s(?:you\s
          (?:have|are\srunning|install|first\sinstall)\s)?|you\sto\s
          (?:have|install)\s|the\sinstallation\sof\s)?(.{3,300})"""),
    phrase(r"""
        \bto\s<install>\s<this fix>\b[^,]{0,60},\s(?:you\smust|you\sneed\sto|your\s\w+\smust|the\s\w+\smust)\s
          (?:be\shave|be\srunning|already\sbe\srunning|be\susing|have|install|first\sinstall|first\shave
          |already\shave)\s(.{3,300})"""),
    phrase(r"""
        \byou\s(?:must|need\sto|should|have\sto)\s(?:first\s|already\s)?
          (?:be\srunning|have|install|apply)\s(.{3,250}?)\s(?:installed\s|running\s)?
          (?:to|before|prior\sto|in\sorder\sto|so\sthat)\s(?:you\s(?:can\s)?)?<install>\s(?:<this fix>|it\b)"""),
    phrase(r"""
        ^(.{3,250}?)\s(?:must|needs?\sto|should|has\sto)\s(?:already\s)?be\s(?:installed|applied|running)\s
          (?:(?:to|on|for)\s(?P<target>.{3,60}?)\s|(?:\S{1,20}\s){0,3}?)(?:prior\sto|before)\s(?:you\s)?<install>"""),
    phrase(r"""
        \b(?:<fix>|it)\s(?:can|may|must|should)\s(?:only\s)?be\s(?:installed|applied)\s(?:only\s)?(?:on|to)\s
          (?:any\s|a\s)?(?:systems?|computers?|servers?|clients?)\s(?:\w+\s){0,3}?(?:running|with)\s(.{3,250})"""),
    phrase(r"""
        \b(?:because\sof|due\sto)\sfile\sdependencies,?\s(?:this|these|the)\s(?:\S+\s){1,3}?
          (?:requires?|depends?\son)\s(.{3,250})"""),
    phrase(r"""
        \byou\s(?:must|need\sto|have\sto)\sbe\srunning\s(.{3,250}?)\son\s(?:the|each|every|any)\s
          (?:computer|server|system)s?\s(?:on|to|where)\s(?:which\s|that\s)?(?:you\s)?(?:<this fix>\s(?:is|are)\s)?
          <install>"""),
    phrase(r"""
        \b(?:<fix>|it)\s(?:can|may|must|should)\s(?:only\s)?be\s(?:installed|applied)\s(?:only\s)?
          (?:on|to)\s(?=(?:microsoft\s)?<product>\s)(.{3,200})"""),
    phrase(r"""
        ^(.{3,200}?)\s(?:is|are)\s(?:a\s)?(?:prerequisites?|requirements?)\s(?:for|to|of)\s(?:\w+ing\s)?<this fix>"""),
    phrase(r"""
        ^(.{3,200}?)\s(?:is|are)\s(?:required|needed|necessary)\s(?:to|before\syou|in\sorder\sto)\s<install>\s<this fix>
        """),
    phrase(r"""
        \b(?:before|prior\sto)\s(?:you\s)?<install>\s<this fix>\b[^,.]{0,60},\s(?:you\s(?:must|should)\s)?
          (?:make\ssure|verify|ensure)\s(?:that\s)?(?:you\s(?:have|are\srunning)\s)?(.{3,200})"""),
    phrase(r"^prerequisites?:\s(?=(?:the\s)?(?:microsoft\s)?<product>\s)(.{3,200})"),
    phrase(r"\bprerequisites?\s(?:for|to|of)\s(?:\w+ing\s)?<this fix>\s(?:is|are)\s(.{3,250})"),
    phrase(r"""
        \b(?:before|prior\sto)\s(?:you\s)?(?:can\s)?<install>\s<this fix>\b[^,.]{0,60},\s(?:you\s
          (?:must|need\sto|have\sto|should)\s)?(?:first\s|already\s)?
          (?:install|apply|have|be\srunning|upgrade\sto)\s(.{3,250})"""),
    phrase(r"""
        ^(?:please\s)?(?:first\s)?(?:install|apply)\s(.{3,200}?)\s(?:before|prior\sto)\s(?:you\s)?<install>\s<this fix>
        """),
)
_MAY_REQUIRE = ("equire", "must", "need", "running", "efore", "depend", "rerequisite", "prior", "only")
_NOTHING_REQUIRED = phrase(r"""
    \b(?:there are )?no prerequisites\b
    \b(?:does|do) not (?:have|require) (?:any )?prerequisites
    <fix> has no prerequisites
    \bprerequisites?:? ?none\b""")
_REQUIRED_LIST = phrase(r"""
    \b(?:must have|must be running|requires?|needs?|prerequisites?)\b[^.:]{0,80}\b(?:following\b|
      <install>\b)[^.:]{0,80}:$""")
_ONE_OF = phrase(r"\b(?:one|any|either)(?: of)? the following\b|\bat least one\b")
_PRODUCT_NAMED = phrase(r"""
    ^(?:the )?<named product>
    ^(?:the )?(?:Cumulative Update|Service Pack|Update Rollup|Security Update)\b
    ^(?:hotfix )?(?:KB ?|Q)\d{5,7}\.?$""")
_FOR_MORE = re.compile(r"\s*\bFor (?:more|additional|further) information\b")
_SAYS = re.compile(r"\b(?:must|should|need|requires?|is|are|has|have|can|will)\b")
_LIST_OF_TWO = phrase(r",? and (?:the )?(?=<named product>)")
_NOT_A_THING = phrase(r"""
    ^(?:there|no|nothing|none)\b
    ^(?:a|an|the|your|you|that)?\s?(?:system |computer |server )?
      (?:restart|reboot|additional|further|more|time|password|administrat|manual|change|registry|review|user\b)
    ^you to (?:restart|reboot)
    ^(?:it|them|this|these|changes)\b""")
_FOLLOWING_ARTICLE = phrase(r"\b(in |from )?the following (?:article|microsoft knowledge base article)s?[^.]{0,60}:?$")
_BEGINNINGS = (
    phrase(r"^(?:any |at least )?(?:one|all|each) of the following\b[^:]{0,60}: ?"),
    phrase(r"^(?:because of|due to) file dependencies,?[ ]"),
)
_THING_ENDS = re.compile(r"(?<!U\.S)\. |; |: |\.$|\s-\s|, (?:and|but|or|which|so|because)\b| and (?:was|is|were|has)\b")
_RUNNING = phrase(r"^(?:a |any )?(?:computer|server|system)s? (?:that (?:is|are) )?running[ ]")
_ARTICLE = phrase(r"^(?:(?:previously|already) installed|the|a|an|either)\s+(?=\S)")
_TAIL = phrase(r"""
    \s(?:to be (?:installed|applied)(?: on the \w+)?(?: because of .{0,60})?|because of .{3,60}|
      (?:be|is|are) (?:installed|applied)|installed|on (?:the|your|a) (?:server|computer|system)|
      (?:to|before|prior to|in order to)\s(?:you\s)?(?:can\s)?<install>\b.{0,120}|for the fix.{0,80}|or (?:a )?later
      (?: version)?s?)$""")
_LEVEL_NAMED = phrase(r"service (?:pack|release) \d|\bSP ?\d|\bCU ?\d|rollup|cumulative update \d|\bRU ?\d")
_RESTART = phrase(r"\b(?:restart|reboot|re-start|re-boot|shut down)")
_MAY_SPEAK = ("start", "boot", "shut down")
_RESTART_NOT = phrase(r"""
    \b(?:do|does|did|will) not (?:have|need|require|be required|force)\b[^.]{0,60}\b(?:restart|reboot)
    \bno (?:restart|reboot)
    \b(?:no need|need not|not need) to (?:restart|reboot)
    \bneed not (?:restart|reboot)
    \b(?:restart|reboot)\w{0,4}(?: of the \w+)? (?:is|are) not (?:required|necessary|needed)
    \bwithout (?:restarting|rebooting)
    not (?:necessary|required) to (?:restart|reboot)""")
_MAY = phrase(r"""
    \b(?:may|might|could)\s+(?:\w+\s+){0,3}?(?:have\s+to|need\s+to|be\s+
      (?:required|asked|prompted|necessary)|require|restart|reboot|re-start|re-boot)
    \bif\s+(?:you\s+are\s+|the\s+\w+\s+is\s+)?(?:prompted|asked|required|necessary|needed)
    \b(?:sometimes|in some cases|in most cases|unless|whether|depend(?:s|ing) on)\b
    \bif\b[^.]{0,80}\b(?:in use|being used|used|locked|loaded|open|running)\b
    \b(?:can|might|may) be required\b""")
_STEP = phrase(r"""
    ^(?:then |finally,? )?(?:shut down and )?(?:restart|reboot|re-start|re-boot)\s(?:(?:your|the|each|this|all)\s)?
      (?:\w+\s){0,3}?(?:computers?|servers?|systems?|machines?|workstations?)(?! \w* ?services?| (?:attendant
      |manager))\b""")
_SERVICE_STEP = phrase(r"^(?:then |finally,? )?(?:restart|start)\s[^.]{0,80}\bservices?\b")
_INSTALL_STEP = phrase(r"""
    ^(?:double-?click|run|install|apply|copy|replace|rename|register|extract|expand|stop|download|start)\b""")
_STEPS_BACK = 12
_FILES_PUT = phrase(r"""
    ^(?:install|apply|run|double-?click|extract|expand)\b.{0,60}\b(?:hot-?fix|fix|update|patch|package|setup|\w+\.exe)
    ^(?:copy|replace)\b.{0,60}\b(?:new|updated|fixed|hot-?fix|file|\.dll|\.exe)""")
_RESTART_COMPUTER = phrase(r"""
    \b(?:must|have to|need to|required to|should|then|and|,)\s?(?:then )?(?:restart|reboot|re-start|re-boot)\s
      (?:your|the|each|this|all)\s(?:\w+\s){0,3}?(?:computer|server|system|machine|workstation)s?(?! \w+ service
      | service|\w* (?:attendant|manager))\b
    \b(?:requires?|required)\b[^.]{0,40}\b(?:restart|reboot)\b
    \b(?:restart|reboot) (?:is|of the \w+ is) (?:required|necessary)
    \b(?:must|have to|need to) (?:restart|reboot)(?: it)?\b(?! the \w+ service)
    \bshut down (?:your|the) (?:system|computer)\b[^.]{0,40}\brestart""")
_RESTARTED = phrase(r"""
    \b(?:computers?|servers?|systems?)\s(?:(?:will|is|are)\s(?:be\s)?)(?:\w+\s)?(?:restart|reboot)(?:s|ed)?\b""")
_RESTART_ANSWER = phrase(r"""
    (?:(?:re-?start|re-?boot)(?: is)? (?:required|needed|necessary)|requires (?:a )?
      (?:re-?start|re-?boot))\s?[:?] ?(yes|no)\b""")
_ANSWERS: dict[str, Restart] = {"yes": "yes", "required": "yes", "no": "no", "none": "no", "not required": "no"}
_AFTER_FIX = phrase(r"""
    \b(?:after|once|when|before|upon|for|to complete)\b[^.]{0,80}\b(?:<install>|<fix>)\b[^.]{0,60}
    \b<install>\s<this fix>
    <this fix>\b[^.]{0,40} (?:will )?require""")
_OTHER_CAUSE = phrase(r"""
    \bregistry (?:value|key|change|entry)
    \bswitch\b
    /[a-z]\b
    service pack \d\w? and\b
    \buninstall
    \bremove\b
    \bwork ?around""")
_RESTART_SERVICES = phrase(r"""
    \brestart(?:ed|s|ing)?\b[^.]{0,80}\bservices?\b
    \bservices?\b[^.]{0,80}\brestart(?:ed|s|ing)?\b""")


def with_statements(draft: DraftUpdate, paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> DraftUpdate:
    """The draft with what the prose says; a ``*_stated`` flag is true when the article speaks of it at all.

    ``packs`` are service packs with the fix, by product and number. An article does not replace itself.
    """
    said = said_in(paragraphs)
    required = _prerequisites(said, paragraphs)
    replaces, replaced_by, replaces_stated = _replacements(said, paragraphs)
    return replace(
        draft,
        prerequisites=required,
        alternatives=tuple(several for several in _alternatives(said, paragraphs) if set(several) <= set(required)),
        prerequisites_stated=bool(required) or any(_nothing_required(each) for each in said),
        restart=_restart_asked(said, paragraphs),
        replaces=tuple(sorted(replaces - {draft.kb})),
        replaces_stated=replaces_stated,
        replaced_by=tuple(sorted(replaced_by - {draft.kb})),
        included_in=_included(said, paragraphs, packs),
    )


def _included(said: Sequence[Said], paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    included: dict[str, None] = {}
    for sentence, at, _ in said:
        if " in " in sentence and (match := _INCLUDED.search(sentence)):
            thing = _clean(match[1])
            if _LEVEL_NAMED.search(thing):
                included[thing] = None
        if "ollup" in sentence and (match := _OBTAIN_ROLLUP.search(sentence)):
            included[named_with_number(_clean(match[1]), paragraphs, at)] = None
    for product, number in packs:
        if not any(f"Pack {number}" in text or f"SP{number}" in text for text in included):
            included[f"{product} Service Pack {number}"] = None
    return tuple(included)


def _replacements(said: Sequence[Said], paragraphs: Sequence[str]) -> tuple[set[int], set[int], bool]:
    """The updates that this one replaces, those that replace it, and whether what it replaces is stated at all."""
    telling = [each for each in said if any(words in each.sentence for words in _MAY_REPLACE)]
    there = {each.at for each in telling}
    replaces, replaced_by = _told([each for each in said if each.at in there], paragraphs)
    replaces |= _listed(paragraphs)
    stated = (
        bool(replaces)
        or any(_REPLACES_NONE.search(each.sentence) for each in telling)
        or any("replacement" in each.section and each.sentence.strip(" .").lower() == "none" for each in said)
    )
    return replaces, replaced_by, stated


def _told(said: Sequence[Said], paragraphs: Sequence[str]) -> tuple[set[int], set[int]]:
    replaces: set[int] = set()
    replaced_by: set[int] = set()
    earlier: int | None = None
    """The paragraph that has told to replace earlier fixes: what it lists is replaced."""
    for sentence, at, _ in said:
        if match := _REPLACED_BY.search(sentence):
            by = match[1] or match[2] or ""
            if _BY_THIS.match(by):
                replaces.update(numbers_in(sentence[: match.start()], paragraphs, at))
            else:
                replaced_by.update(numbers_in(by, paragraphs, at))
        elif match := _REPLACES.search(sentence):
            replaces.update(numbers_in(match[1], paragraphs, at))
        elif _REPLACE_EARLIER.search(sentence) or (earlier == at and _EARLIER_ONES.search(sentence)):
            earlier = at
            replaces.update(numbers_in(sentence, paragraphs, at))
    return replaces, replaced_by


def _listed(paragraphs: Sequence[str]) -> set[int]:
    """The articles that a heading "Hotfix replacement information" lists without a sentence of its own."""
    return {
        number
        for at, paragraph in enumerate(paragraphs)
        if is_section_heading(paragraph) and "replacement" in paragraph.lower()
        for number in following_numbers(paragraphs, at)
    }


def _prerequisites(said: Sequence[Said], paragraphs: Sequence[str]) -> tuple[str, ...]:
    things = {thing.lower(): thing for thing in _under_heading(paragraphs)}
    for each in said:
        if not any(words in each.sentence for words in _MAY_REQUIRE):
            continue
        listed = _listed_things(paragraphs, each.at) if _REQUIRED_LIST.search(each.sentence) else []
        things.update((thing.lower(), thing) for thing in listed)
        if listed:
            continue
        for thing in _required_things(each, paragraphs):
            things.setdefault(thing.lower(), thing)
    return tuple(things.values())


def _alternatives(said: Sequence[Said], paragraphs: Sequence[str]) -> list[tuple[str, ...]]:
    """What lists give as alternatives: "you must have one of the following installed"."""
    lists = [
        tuple(_listed_things(paragraphs, each.at))
        for each in said
        if "following" in each.sentence and _ONE_OF.search(each.sentence) and _REQUIRED_LIST.search(each.sentence)
    ]
    return [several for several in lists if len(several) > 1]


def _nothing_required(each: Said) -> bool:
    if each.section.startswith("prerequisite") and each.sentence.strip(" .").lower() == "none":
        return True
    return "rerequisite" in each.sentence and bool(_NOTHING_REQUIRED.search(each.sentence))


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


def _required_things(each: Said, paragraphs: Sequence[str]) -> list[str]:
    """What a sentence requires: one thing, or several products that "and" joins."""
    for pattern in _REQUIRES:
        match = pattern.search(each.sentence)
        if not match:
            continue
        thing = match[1].strip()
        if _NOT_A_THING.match(thing):
            continue
        if follows := _FOLLOWING_ARTICLE.search(thing):
            number = following_numbers(paragraphs, each.at)[:1]
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
    for beginning in _BEGINNINGS:
        thing = beginning.sub("", thing)
    thing = _THING_ENDS.split(thing, maxsplit=1)[0].strip(" .,:;")
    for _ in range(3):
        thing = _TAIL.sub("", thing).strip(" .,:;")
    return _ARTICLE.sub("", _RUNNING.sub("", thing))


def _restart_asked(said: Sequence[Said], paragraphs: Sequence[str]) -> Restart | None:
    """What an article says of restarting; None where it is silent, or says both."""
    found = {_restart(each, paragraphs) for each in said if _speaks_of_restart(each)}
    if {"yes", "no"} <= found:
        return None
    return next((kind for kind in get_args(Restart) if kind in found), None)


def _restart(each: Said, paragraphs: Sequence[str]) -> Restart | None:
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


def _speaks_of_restart(each: Said) -> bool:
    if each.section.startswith("restart") and len(each.sentence) < 20:
        return True
    lowered = each.sentence.lower()
    return any(word in lowered for word in _MAY_SPEAK) and _RESTART.search(each.sentence) is not None


def _after_installing(each: Said, paragraphs: Sequence[str]) -> bool:
    """Whether a sentence is a step of the installation: under such a heading, or behind steps that put files there."""
    if "install" in each.section:
        return True
    above = paragraphs[max(0, each.at - _STEPS_BACK) : each.at]
    steps = [text for text in above if _INSTALL_STEP.match(text)]
    return any(_FILES_PUT.search(text) for text in steps)


def _in_registry(each: Said, paragraphs: Sequence[str]) -> bool:
    """Whether the steps above a sentence change the registry too: what they ask for need not be the fix's."""
    return any("egist" in text for text in paragraphs[max(0, each.at - _STEPS_BACK) : each.at])
