"""Windows executables: their version resource, read with bounds, and the second reader that confirms it."""

from hotfix_check.pe.image import PeError, PeErrorKind, PeFacts, ReadAt, StringTable, read_image, read_pe, read_pe_file

__all__ = ["PeError", "PeErrorKind", "PeFacts", "ReadAt", "StringTable", "read_image", "read_pe", "read_pe_file"]
