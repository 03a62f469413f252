"""What was typed to what is asked: names and days read, and held against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from hotfix_check.assess import Question, Verdict
from hotfix_check.catalogue import Catalogue, Update, parse_kb
from hotfix_check.catalogue.cve import is_cve
from hotfix_check.catalogue.names import UpdateNames
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Importance, cves_of
from hotfix_check.errors import UsageError
from hotfix_check.judging.options import JudgeOptions

_LISTED = "'hotfix-check catalogue list' shows what is"


def find_updates(catalogue: Catalogue, name: str) -> list[Update]:
    """The updates of a KB number, an alias (MS06-019) or an id. Raises UsageError when there is none."""
    names = UpdateNames(catalogue.updates)
    try:
        found = names.find(name)
    except ValueError:
        if is_cve(name):
            raise UsageError(_unfixed(catalogue, names, name.strip().upper())) from None
        unknown = f"{name!r} is not a KB number, nor an id or other name in the catalogue"
        raise UsageError(f"{unknown}: {_meant(names, name)}") from None
    if not found:
        raise UsageError(_unknown(names, f"KB{parse_kb(name)}"))
    return found


def _unknown(names: UpdateNames, name: str, when: str = "") -> str:
    return f"{name} is not in the catalogue{when}: {_meant(names, name)}"


def _meant(names: UpdateNames, name: str) -> str:
    near = names.near(name)
    return (f"did you mean {' or '.join(near)}? " if near else "") + _LISTED


def _unfixed(catalogue: Catalogue, names: UpdateNames, cve: str) -> str:
    known = catalogue.cves.get(cve)
    if known is None:
        return _unknown(names, cve)
    return f"no update in the catalogue fixes {cve}" + (f": {known.needs}" if known.needs else "")


def known(option: str, value: str, allowed: Iterable[str]) -> None:
    """Raises UsageError when an option's value is not one of the allowed words."""
    words = tuple(allowed)
    if value not in words:
        raise UsageError(f"{option}: {value!r} is not one of {', '.join(words)}")


def verdicts(option: str, text: str | None) -> frozenset[Verdict]:
    """A comma-separated list of verdicts."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    for word in words:
        known(option, word, tuple(Verdict))
    return frozenset(Verdict(word) for word in words)


def question_of(
    options: JudgeOptions, catalogue: Catalogue, importance: Mapping[str, Importance], as_of: date | None
) -> Question:
    """What the options ask of a catalogue, by the weights of a baseline. Raises UsageError."""
    products = {product.id: product for product in catalogue.products}
    for product_id in options.products:
        known("--product", product_id, products)
    asked: list[Update] = []
    by_id: set[str] = set()
    for text in options.kbs:
        found = _asked(catalogue, text, as_of)
        if options.products and not any(update.product in options.products for update in found):
            raise UsageError(f"--kb: {text} is not an update of {' or '.join(options.products)}")
        asked += found
        by_id.update(update.id for update in found if update.id.casefold() == text.strip().casefold())
    cves, behind = _asked_cves(options, catalogue, as_of)
    return Question(
        kbs=frozenset(one.kb for one in asked if one.kb is not None and one.id not in by_id) if asked or cves else None,
        ids=frozenset(one.id for one in asked if one.kb is None or one.id in by_id) | behind,
        cves=cves,
        by_cve=behind - {update.id for update in asked},
        products=frozenset(options.products) or None,
        assume=_assumed(options, products),
        importance=dict(importance),
        complete=options.complete,
        as_of=as_of,
    )


def _assumed(options: JudgeOptions, products: Mapping[str, Product]) -> tuple[tuple[str, str], ...]:
    assumed: dict[str, str] = {}
    for text in options.assume:
        product_id, equals, level = text.partition("=")
        if not equals:
            raise UsageError(f"--assume: {text!r}: PRODUCT=LEVEL expected, such as exchange-5.5=SP4")
        known("--assume", product_id, products)
        names = {one.name.casefold(): one.name for one in products[product_id].levels}
        if level.casefold() not in names:
            raise UsageError(f"--assume: {level!r} is not a level of {product_id} ({', '.join(names.values())})")
        if product_id in assumed:
            raise UsageError(f"--assume: {product_id} is given twice")
        assumed[product_id] = names[level.casefold()]
    return tuple(assumed.items())


def _asked_cves(
    options: JudgeOptions, catalogue: Catalogue, as_of: date | None
) -> tuple[frozenset[str], frozenset[str]]:
    """The CVEs asked for, and the ids of the updates behind them: none where no update fixes one."""
    cves = options.cve_numbers
    when = f" as of {as_of}" if as_of else ""
    for text, cve in ((text, text.strip().upper()) for text in options.cves):
        if not is_cve(text):
            near = [one for one in UpdateNames(catalogue.updates).near(text) if is_cve(one)]
            meant = f": did you mean {' or '.join(near)}?" if near else ", such as CVE-2021-26855"
            raise UsageError(f"--cve: {text!r} is not a CVE number{meant}")
        if cve not in catalogue.cves and not any(cve in cves_of(update) for update in catalogue.updates):
            raise UsageError(f"--cve: {_unknown(UpdateNames(catalogue.updates), cve, when)}")
    return cves, frozenset(update.id for update in catalogue.updates if cves & cves_of(update))


def read_day(option: str, text: str | None) -> date | None:
    """A day as typed."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is not a date: write one like 2003-10-01") from None


def _asked(catalogue: Catalogue, text: str, as_of: date | None) -> list[Update]:
    try:
        return find_updates(catalogue, text)
    except UsageError as error:
        when = f" as of {as_of}" if as_of else ""
        raise UsageError(f"--kb: {str(error).replace('in the catalogue', f'in the catalogue{when}')}") from None
