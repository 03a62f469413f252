"""What an article says must be there before its fix is installed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import Said, following_numbers, is_section_heading

_REQUIRES = (
    phrase(r"""
        <this fix>\b(?:\s\S{1,20}){0,4}?\s(?:also\s|only\s)?
          (?:requires?|depends?\son|needs(?=\s(?:microsoft\s)?<product>\s))\s
          (?:that\s(?:you\s(?:have|are\srunning|install|first\sinstall)\s)?|you\sto\s(?:have|install)\s
          |the\sinstallation\sof\s)?(.{3,300})"""),
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
          (?:(?:to|on|for)\s(?P<target>.{3,60}?)\s|(?:\S{1,20}\s){0,3}?)(?:prior\sto|before)\s(?:you\s)?<install>
          \b(?!\s(?:microsoft\s)?<product>\b(?![^.]{0,60}\b<fix>\b))"""),
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
    phrase(r"""
        \bto\s<install>\s<this fix>\b,?\syou\sneed\s(?=(?:the\s)?(?:microsoft\s)?<product>\s)
          (?!.*\b<rights>\b)(.{3,250})"""),
    phrase(r"^prerequisites?:\s(?=(?:the\s)?(?:microsoft\s)?<product>\s)(.{3,200})"),
    phrase(r"\bprerequisites?\s(?:for|to|of)\s(?:\w+ing\s)?<this fix>\s(?:is|are)\s(.{3,250})"),
    phrase(r"""
        \b(?:before|prior\sto)\s(?:you\s)?(?:can\s)?<install>\s<this fix>\b[^,.]{0,60},\s(?:you\s
          (?:must|need\sto|have\sto|should)\s)?(?:first\s|already\s)?
          (?:install|apply|have|be\srunning|upgrade\sto)\s(.{3,250})"""),
    phrase(r"""
        ^(?:please\s)?(?:first\s)?(?:install|apply)\s(.{3,200}?)\s(?:before|prior\sto)\s(?:you\s)?<install>\s<this fix>
        """),
    phrase(r"""
        \bto\s<install>\s<this fix>\b[^,]{0,60},\s(.{3,200}?)\s(?:is|are|must\sbe)\s
          (?:required|needed|necessary|installed)\b"""),
    phrase(r"""
        \b(?:make\ssure|verify|ensure)\s(?:that\s)?(?=(?:microsoft\s)?<product>\s)(.{3,200}?)\s
          (?:is|are|has\sbeen|have\sbeen)\s(?:already\s)?installed\s(?:before|prior\sto)\s(?:you\s)?<install>\s
          <this fix>"""),
    phrase(r"""
        ^(?:your|the|each|every)\s(?:\w+\s)?(?:computer|server|system)\smust\s(?:already\s)?(?:have|be\srunning|run)\s
          (.{3,250}?)\s(?:installed\s)?(?:before|prior\sto|when|to|in\sorder\sto)\s(?:you\s(?:can\s)?)?<install>\s
          <this fix>"""),
)
_UNDER_HEADING = (
    phrase(r"""
        ^you\s(?:must|need\sto|should|have\sto)\s(?:first\s|already\s)?(?:be\srunning|have|install)\s
          (?=(?:the\s)?(?:microsoft\s)?<product>\s)(?!.*\b<rights>\b)(.{3,200})"""),
    phrase(r"^(?:requires?|install|apply)\s(?=(?:the\s)?(?:microsoft\s)?<product>\s)(.{3,200}?)(?:\sfirst)?\.?$"),
)
"""What needs no word of the fix under the heading Prerequisites."""
_LEVEL_UNDER_HEADING = (
    phrase(r"^(?:you|(?:your|the)\s\w+)\s(?:must|needs?\sto|has\sto|have\sto)\s(?:be\srunning|have)\s(.{3,250})"),
    phrase(r"^(.{3,250}?)\s(?:(?:is|are)\s(?:required|needed)|must\sbe\s(?:installed|present))\.?$"),
)
"""The same, of anything: what they name must be a level or a fix."""
_REQUIRES_UNDER = (*_REQUIRES, *_UNDER_HEADING, *_LEVEL_UNDER_HEADING)
_A_FIX = phrase(r"^(?:the )?(?:hotfix|update|rollup) (?:KB ?|Q)?\d{5,7}\b")
_MAY_REQUIRE = re.compile("equire|must|need|running|efore|depend|rerequisite|prior|only")
_NOTHING_REQUIRED = phrase(r"""
    \b(?:there are )?no prerequisites\b
    \b(?:does|do) not (?:have|require) (?:any )?prerequisites
    <fix> has no prerequisites
    \bprerequisites?:? ?none\b""")
_REQUIRED_LIST = phrase(r"""
    \b(?:must have|must be running|requires?|needs?|prerequisites?)\b[^.:]{0,80}\b(?:following\b|
      <install>\b)[^.:]{0,80}:$
    \bfollowing\b[^.:]{0,40}(?<!\bno )\bprerequisites?(?:\b[^.:]{0,40}\b<fix>\b[^.:]{0,20})?:$
    \b(?:before|prior to) (?:you )?<install>\s<this fix>\b[^.:]{0,60}, (?:\w+ ){0,4}?
      (?:install|apply|have)\b[^.:]{0,60}:$""")
_ONE_OF = phrase(r"\b(?:one|any|either)(?: of)? the following\b|\bat least one\b")
_PRODUCT_NAMED = phrase(r"""
    ^(?:the )?<named product>
    ^(?:the )?(?:Cumulative Update|Service Pack|Update Rollup|Security Update)\b
    ^(?:hotfix )?(?:KB ?|Q)\d{5,7}\.?$
    ^(?:hot-?fix|(?:security )?update|article) \d{6,7}\.?$""")
_ALSO = phrase(r"^(?:additionally|in addition|also|furthermore|moreover),?\s")
_FOR_MORE = re.compile(r"\s*\bFor (?:more|additional|further) information\b")
_SAYS = re.compile(r"\b(?:must|should|need|requires?|is|are|has|have|can|will)\b")
_LIST_OF_TWO = phrase(r"""
    ,? and (?:the )?(?=<named product>)
    (?:(?<=pack \d)|(?<=SP\d)|(?<=SP\d\))) (?=<named product>)""")
"""The second: lines that lost their bullets."""
_NOT_A_THING = phrase(r"""
    ^(?:there|no|nothing|none)\b
    ^(?:a|an|the|your|you|that)?\s?(?:system |computer |server )?
      (?:restart|reboot|additional|further|more|time|password|administrat|manual|change|registry|review|user\b)
    ^you to (?:restart|reboot)
    ^(?:it|them|this|these|changes)\b""")
_FOLLOWING_ARTICLE = phrase(r"\b(in |from )?the following (?:article|microsoft knowledge base article)s?[^.]{0,60}:?$")
_TAIL = phrase(r"""
    \s(?:to be (?:installed|applied)(?: on the \w+)?(?: because of .{0,60})?|because of .{3,60}|
      (?:be|is|are) (?:installed|applied)|installed|on (?:the|your|a) (?:server|computer|system)|
      (?:to|before|prior to|in order to)\s(?:you\s)?(?:can\s)?<install>\b.{0,120}|for the fix.{0,80}|or (?:a )?later
      (?: version)?s?)$""")
LEVEL_NAMED = phrase(r"service (?:pack|release) \d|\bSP ?\d|\bCU ?\d|rollup|cumulative update \d|\bRU ?\d")


def required_things(said: Sequence[Said], paragraphs: Sequence[str]) -> tuple[str, ...]:
    things = {thing.lower(): thing for thing in _under_heading(paragraphs)}
    for each in said:
        if not _is_under(each) and not _MAY_REQUIRE.search(each.sentence):
            continue
        listed = _listed_things(paragraphs, each.at) if _announces_list(each.sentence) else []
        things.update((thing.lower(), thing) for thing in listed)
        if listed:
            continue
        for thing in _required_things(each, paragraphs):
            things.setdefault(thing.lower(), thing)
    return tuple(things.values())


def alternative_things(said: Sequence[Said], paragraphs: Sequence[str]) -> list[tuple[str, ...]]:
    """What lists give as alternatives: "you must have one of the following installed"."""
    lists = [
        tuple(_listed_things(paragraphs, each.at))
        for each in said
        if "following" in each.sentence and _ONE_OF.search(each.sentence) and _announces_list(each.sentence)
    ]
    return [several for several in lists if len(several) > 1]


def _is_under(each: Said) -> bool:
    """Whether a sentence stands under the heading Prerequisites."""
    return each.section.startswith("prereq")


def _announces_list(sentence: str) -> bool:
    return sentence.endswith(":") and _REQUIRED_LIST.search(sentence) is not None


def nothing_required(each: Said) -> bool:
    if _is_under(each) and each.sentence.strip(" .").lower() == "none":
        return True
    return "rerequisite" in each.sentence and bool(_NOTHING_REQUIRED.search(each.sentence))


def _under_heading(paragraphs: Sequence[str]) -> list[str]:
    """The bullets right under the heading Prerequisites, which need no sentence of their own."""
    return [
        thing
        for at, paragraph in enumerate(paragraphs)
        if paragraph.lower().rstrip(": ") in ("prerequisites", "prerequisite")
        for several in _listed_things(paragraphs, at)
        for thing in _each_of(several)
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
        things.append(clean(paragraph))
    return things


def _required_things(each: Said, paragraphs: Sequence[str]) -> list[str]:
    """What a sentence requires: one thing, or several products that "and" joins."""
    sentence = _ALSO.sub("", each.sentence)
    for pattern in _REQUIRES_UNDER if _is_under(each) else _REQUIRES:
        match = pattern.search(sentence)
        if not match:
            continue
        thing = match[1].strip()
        if _NOT_A_THING.match(thing):
            continue
        if pattern in _LEVEL_UNDER_HEADING and not (LEVEL_NAMED.search(thing) or _A_FIX.search(thing)):
            continue
        if follows := _FOLLOWING_ARTICLE.search(thing):
            number = following_numbers(paragraphs, each.at)[:1]
            if not number:
                continue
            thing = f"{thing[: follows.start()]}{follows[1] or ''}Q{number[0]}"
        target = match.groupdict().get("target")
        if target and "computer" not in target.lower() and not thing.lower().endswith(target.lower()):
            return [f"{clean(thing)} for {clean(target)}"]
        return _each_of(clean(thing))
    return []


def _each_of(thing: str) -> list[str]:
    """Two products with a level each are two requirements; "Exchange 5.0 and 5.5" is one."""
    parts = _LIST_OF_TWO.split(thing)
    return parts if len(parts) > 1 and all(LEVEL_NAMED.search(part) for part in parts) else [thing]


def clean(thing: str) -> str:
    thing = re.sub(
        r"^(?:any |at least )?(?:one|all|each|any|either) of the following\b[^:]{0,60}: ?",
        "",
        thing,
        flags=re.IGNORECASE,
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
