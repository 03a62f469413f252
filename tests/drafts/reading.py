"""The readers of articles and packages with the product names of the tool's own catalogue."""

from __future__ import annotations

from functools import partial

from targets import WORKED

from hotfix_check.drafts import blocks, package
from hotfix_check.drafts.article import parse
from hotfix_check.drafts.package import draft
from hotfix_check.drafts.vocabulary import ProductNames

NAMES = ProductNames(WORKED.products)
parse_article = partial(parse.parse_article, names=NAMES)
draft_to_toml = partial(blocks.draft_to_toml, names=NAMES, products={})
read_package = partial(package.read_package, names=NAMES)
read_name = partial(draft.read_name, names=NAMES)
find_terms = NAMES.find
