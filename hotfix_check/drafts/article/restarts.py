"""What an article says of restarting after its fix is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from hotfix_check.catalogue.update import Restart
from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import Said

_RESTART = phrase(r"\b(?:restart|reboot|re-start|re-boot|shut down)")
_MAY_SPEAK = ("start", "boot", "shut down")
_RESTART_NOT = phrase(r"""
    \b(?:do|does|did|will) not (?:have|need|require|be required|force)\b[^.]{0,60}\b(?:restart|reboot)
    \bno (?:restart|reboot)
    \b(?:no need|need not|not need) to (?:restart|reboot)
    \bneed not (?:restart|reboot)
    \b(?:restart|reboot)\w{0,4}(?: of the \w+)? (?:is|are) not (?:required|necessary|needed)
    \bwithout (?:restarting|rebooting)
    \b(?:takes?\seffect|installs?|be\s(?:installed|applied))\b[^.]{0,40}\bwithout an? (?:restart|reboot)
    not (?:necessary|required) to (?:restart|reboot)""")
_MAY = phrase(r"""
    \b(?:may|might|could)\s+(?:\w+\s+){0,3}?(?:have\s+to|need\s+to|be\s+
      (?:required|asked|prompted|necessary)|require|restart|reboot|re-start|re-boot)
    \bif\s+(?:you\s+are\s+|the\s+\w+\s+is\s+)?(?:prompted|asked|required|necessary|needed)
    \b(?:sometimes|in some cases|in most cases|unless|whether|depend(?:s|ing) on)\b
    \bif\b[^.]{0,80}\b(?:in use|being used|used|locked|loaded|open|running)\b
    \b(?:can|might|may) be required\b
    \bif you (?:first )?(?:stop|close|quit|exit)\b""")
_STEP = phrase(r"""
    ^(?:then |finally,? |(?:when|after|once) [^,.]{3,60}, )?(?:shut down and )?(?:restart|reboot|re-start|re-boot)\s
      (?:(?:your|the|each|this|all)\s)?(?:\w+\s){0,3}?
      (?:computers?|servers?|systems?|machines?|workstations?)(?! \w* ?services?| (?:attendant|manager))\b
    ^(?:then |finally,? )?(?:reboot|re-boot)\.?$
    ^(?:then |finally,? )?shut down (?:your|the) (?:computer|server|system)\b[^.]{0,20}\bstart it\b""")
_SERVICE_STEP = phrase(r"^(?:then |finally,? )?(?:restart|start)\s[^.]{0,80}\bservices?\b")
_STEPS_BACK = 12
_FILES_PUT = phrase(r"""
    ^(?:install|apply|run|double-?click|extract|expand)\b.{0,60}\b(?:hot-?fix|fix|update|patch|package|setup|\w+\.exe)
    ^(?:copy|replace)\b.{0,60}\b(?:new|updated|fixed|hot-?fix|file|\.dll|\.exe)""")
_RESTART_COMPUTER = phrase(r"""
    \b(?:must|have to|need to|required to|should|then|and|,)\s?(?:then )?(?:restart|reboot|re-start|re-boot)\s
      (?:your|the|each|this|all)\s(?:\w+\s){0,3}?(?:computer|server|system|machine|workstation)s?(?! \w+ service
      | service|\w* (?:attendant|manager))\b
    \b(?:requires?|required)\b[^.]{0,40}\b(?:restart|reboot)\b
    \b(?:restart|reboot) (?:is|of the \w+ is) (?:required|necessary|needed)
    \b(?:must|have to|need to) (?:restart|reboot)(?: it)?(?=[.,;)]|$|\s(?:after|when|once|for|to|so|in order|and)\b)
    \b(?:computers?|servers?|systems?|machines?)\s(?:must|ha(?:s|ve) to|needs? to|should)\sbe\s(?:restart|reboot)ed\b
    ^(?:please )?(?:restart|reboot)\s(?:your|the|each|this)\s(?:\w+\s)?(?:computer|server|system|machine)s?\s(?:after
      |once|when)\b
    \b(?:setup|installer)\b[^.]{0,40}\b(?:restarts|reboots)\s(?:your|the)\s(?:computer|server|system)\b
    \bshut down (?:your|the) (?:system|computer)\b[^.]{0,40}\brestart""")
_RESTARTED = phrase(r"""
    \b(?:computers?|servers?|systems?)\s(?:(?:will|is|are)\s(?:be\s)?)(?:\w+\s)?(?:restart|reboot)(?:s|ed)?\b""")
_RESTART_ANSWER = phrase(r"""
    (?:(?:re-?start|re-?boot)(?: is)? (?:required|needed|necessary)|requires (?:a )?
      (?:re-?start|re-?boot))\s?[:?] ?(yes|no)\b
    ^(?:re-?start|re-?boot): ?(yes|no|not required|required)\b""")
_ANSWERS: dict[str, Restart] = {"yes": "yes", "required": "yes", "no": "no", "none": "no", "not required": "no"}
_ASKED = phrase(r"""
    ^(?!.*\bwithout\b).*\b(?:have to|needs?|needed|required?|necessary|must|should)\b.*\b(?:restart|reboot)
    ^(?!.*\bwithout\b).*\b(?:restart|reboot)\w{0,3}\b.*\b(?:needed|required|necessary)\b""")
"""A question that is answered by yes or no: "Does this update require a restart?" """
_ANSWER = phrase(r"(yes|no)\b")
_AFTER_FIX = phrase(r"""
    \b(?:after|once|when|before|upon|for|to complete)\b[^.]{0,80}\b(?:<install>|<fix>)\b[^.]{0,60}
    \b<install>\s<this fix>
    <this fix>\b[^.]{0,40} (?:will )?(?:require|needs?\b)""")
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


def restart_asked(said: Sequence[Said], paragraphs: Sequence[str]) -> Restart | None:
    """What an article says of restarting; None where it is silent, or says both."""
    found: set[Restart | None] = set()
    asked = False
    """Whether the sentence before asks for it: what follows is the answer."""
    for each in said:
        if each.sentence.endswith("?"):
            asked = bool(_ASKED.search(each.sentence)) and not _OTHER_CAUSE.search(each.sentence)
            continue
        if asked and (answer := _ANSWER.match(each.sentence)):
            found.add(None if _MAY.search(each.sentence) else _ANSWERS[answer[1].lower()])
        elif _speaks_of_restart(each):
            found.add(_restart(each, paragraphs, is_answer=asked))
        asked = False
    if {"yes", "no"} <= found:
        return None
    return next((kind for kind in get_args(Restart) if kind in found), None)


def _restart(each: Said, paragraphs: Sequence[str], *, is_answer: bool) -> Restart | None:
    """What a sentence says of restarting after installing; None for one that leaves it open, or speaks of else."""
    sentence, in_section = each.sentence, is_answer or each.section.startswith("restart")
    if in_section and (answer := _ANSWERS.get(sentence.strip(" .").lower())):
        return answer
    if answered := _RESTART_ANSWER.search(sentence):
        return _ANSWERS[(answered[1] or answered[2]).lower()]
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
    above = paragraphs[max(0, each.at - _STEPS_BACK) : each.at]
    return "install" in each.section or any(map(_FILES_PUT.search, above))


def _in_registry(each: Said, paragraphs: Sequence[str]) -> bool:
    """Whether the steps above a sentence change the registry too: what they ask for need not be the fix's."""
    return any("egist" in text for text in paragraphs[max(0, each.at - _STEPS_BACK) : each.at])
