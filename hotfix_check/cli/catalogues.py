"""--catalogue: which catalogue is meant, opened so that a scan reads only what it needs of it."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from hotfix_check.assess.scope import related_updates
from hotfix_check.catalogue import Catalogue, default_folder
from hotfix_check.catalogue.index import CatalogueIndex, is_index, open_index, write_index
from hotfix_check.catalogue.load import digest_of, parse_documents, read_documents, read_files
from hotfix_check.errors import CatalogueError
