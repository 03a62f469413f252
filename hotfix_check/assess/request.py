"""The smallest set of files that would settle what a target leaves open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hotfix_check.assess.finding import Assessment, Settle
from hotfix_check.catalogue import Product
from hotfix_check.frozen import Frozen


class Request(Frozen):
    """One file to supply, where it lies on a server, and the updates that it helps to decide."""

    file: str
    role: str | None
    product: str
    updates: tuple[str, ...]


def smallest_request(assessment: Assessment, products: Sequence[Product]) -> tuple[Request, ...]:
    """Every file that an open question names is needed; one marker serves all questions about the level.

    A marker is asked for on its own only where none of the other files asked for tells the levels apart.
    """
    known = {product.id: product for product in products}
    wanted: dict[tuple[str, str, str | None], set[str]] = defaultdict(set)
    level_questions: dict[str, list[tuple[Settle, str]]] = defaultdict(list)
    for finding in assessment.findings:
        named = {row.row.name.lower() for row in finding.rows}
        for one in finding.settle_with:
            if one.file.lower() in named:
                wanted[(finding.update.product, one.file, one.role)].add(finding.update.id)
            else:
                level_questions[finding.update.product].append((one, finding.update.id))
    for product_id, questions in level_questions.items():
        product = known[product_id]
        asked = [key for key in wanted if key[0] == product_id and _is_marker(product, key[1])]
        telling = sorted(asked, key=lambda key: key[1].lower())[:1] or [
            (product_id, questions[0][0].file, questions[0][0].role)
        ]
        wanted[telling[0]].update(update for _, update in questions)
    return tuple(
        Request(file=file, role=role, product=product_id, updates=tuple(sorted(updates)))
        for (product_id, file, role), updates in sorted(
            wanted.items(), key=lambda item: (item[0][0], item[0][1].lower())
        )
    )


def _is_marker(product: Product, name: str) -> bool:
    file = product.files.get(name.lower())
    return file is not None and file.marker and (product.by_third_part or len(set(file.versions.values())) > 1)
