"""Windows executables: their version resource, read with bounds, and the second reader that confirms it."""

from hotfix_check.pe.bytes import PeError, ReadAt
from hotfix_check.pe.image import PeFacts, read_image, read_pe, read_pe_file

__all__ = ["PeError", "PeFacts", "ReadAt", "read_image", "read_pe", "read_pe_file"]
