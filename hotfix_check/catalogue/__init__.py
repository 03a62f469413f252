"""What Microsoft published: products, service levels, updates; read from TOML files, one a product."""

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.load import default_folder, load_catalogue
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Update, parse_kb

__all__ = ["Catalogue", "Product", "Update", "default_folder", "load_catalogue", "parse_kb"]
