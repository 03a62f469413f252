"""hotfix-check: which Exchange hotfixes a set of files has, offline, with evidence for every word of the verdict."""

__version__ = "0.1.0"
