"""Runs first in hotfix-check.pyz: a Python that the file was not made for is told so in one line, and exits with 2.

The command line's only compiled part that nothing replaces is pydantic-core. Its file is named after the Python and the
system that can load it, and a file made for several of them holds one for each. Read by any Python from 3.8 on.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from sysconfig import get_platform

STEM = "_pydantic_core"

compiled = {path.name for path in (Path(__file__).parent.parent / "pydantic_core").glob(STEM + ".*")}
loadable = {STEM + suffix for suffix in EXTENSION_SUFFIXES}
made_for = sorted(name.split(".")[1] for name in compiled if name.endswith((".so", ".pyd")))
if not compiled & loadable:
    this = "Python {}.{} on {}".format(*sys.version_info[:2], get_platform())
    print("hotfix-check: this file was made for {}; this is {}".format(", ".join(made_for), this), file=sys.stderr)
    sys.exit(2)
