"""The readers of articles and packages with the product names of the tool's own catalogue."""

from __future__ import annotations

from functools import partial

from targets import WORKED

from hotfix_check.drafts import article, package
from hotfix_check.drafts.package import name
from hotfix_check.drafts.terms import ProductNames

NAMES = ProductNames(WORKED.products)
parse_article = partial(article.parse_article, names=NAMES)
parse_file_list_csv = partial(article.parse_file_list_csv, names=NAMES)
draft_to_toml = partial(article.draft_to_toml, names=NAMES)
read_package = partial(package.read_package, names=NAMES)
read_name = partial(name.read_name, names=NAMES)
find_terms = NAMES.find
