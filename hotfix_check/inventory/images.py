"""Images, containers and documents that are not read, told by their bytes, so that they are named as what they are.

Images hold whole volumes, and reading those is the work of a file system: mounted or unpacked, their folder is a
target. In documents people keep listings: each is told with how to make a text of it. An archive is read where it is
the target; one in the top folder of another target is named too, since evidence is often packed there, and those
further below belong to what is installed.
"""

from __future__ import annotations

from hotfix_check.inventory.archives.form import archive_form
from hotfix_check.pe.bytes import ReadAt

_MOUNT = "mount it read-only and scan the folder"
_UNPACK = "unpack it and scan the folder"
_MOUNT_VHD = f"{_MOUNT}: Mount-VHD -ReadOnly, guestmount"
_VMDK = ("a virtual disk (VMDK)", f"{_MOUNT}: vmware-mount, guestmount")
_VHD = ("a virtual disk (VHD)", _MOUNT_VHD)
_AT_START = (
    (b"EVF\x09\x0d\x0a\xff\x00", "an EnCase image (E01)", f"{_MOUNT}: ewfmount, Arsenal Image Mounter"),
    (b"EVF2\x0d\x0a\x81\x00", "an EnCase image (Ex01)", f"{_MOUNT}: Arsenal Image Mounter"),
    (b"LVF\x09\x0d\x0a\xff\x00", "an EnCase logical image (L01)", f"{_UNPACK}: FTK Imager"),
    (b"AFF10\x0d\x0a\x00", "an AFF image", f"{_MOUNT}: affuse"),
    (b"vhdxfile", "a virtual disk (VHDX)", _MOUNT_VHD),
    (b"conectix", *_VHD),
    (b"KDMV", *_VMDK),
    (b"COWD", *_VMDK),
    (b"# Disk DescriptorFile", "the description of a virtual disk (VMDK)", f"{_MOUNT}: vmware-mount, guestmount"),
    (b"<<< ", "a virtual disk (VDI)", f"{_MOUNT}: guestmount"),
    (b"QFI\xfb", "a virtual disk (QCOW2)", f"{_MOUNT}: guestmount"),
    (b"MSWIM\0\0\0", "a Windows image (WIM or ESD)", f"{_UNPACK}: 7z x, Mount-WindowsImage -ReadOnly"),
    (b"WLPWM\0\0\0", "a Windows image (WIM, pipable)", f"{_UNPACK}: wimlib-imagex extract"),
    (b"Rar!\x1a\x07", "a RAR archive", f"{_UNPACK}: unrar x, 7z x"),
    (b"TAPE\0\0", "a backup of ntbackup (BKF)", f"{_UNPACK}: mtftar, ntbackup"),
    (b"\xebR\x90NTFS    ", "a raw volume (NTFS)", f"{_MOUNT}: mount -o ro,loop"),
    (b"\0\0\0ReFS\0\0\0\0", "a raw volume (ReFS)", f"{_MOUNT}: Windows alone reads it"),
)
_AS_TEXT = "copy its text into a file, or pipe it to '-'"
_DOCUMENTS = (
    (b"%PDF-", "a PDF", _AS_TEXT),
    (b"{\\rtf", "a document (RTF)", _AS_TEXT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document, a message or a Windows Installer file", _AS_TEXT),
    (b"!BDN", "a mailbox of Outlook (PST)", "export the message as text"),
    (b"ElfFile\0", "an event log (EVTX)", "Get-WinEvent -Path FILE | Format-List MachineName,Message"),
)
_ZIP = b"PK\x03\x04"
_FIRST_NAME = 30  # where a zip's first entry has its name
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")
_VDI = b"VirtualBox Disk Image"
_FAT = (b"FAT12   ", b"FAT16   ", b"FAT32   ")
_SUFFIXES = (
    ".e01", ".ex01", ".l01", ".aff", ".vhd", ".vhdx", ".avhd", ".avhdx", ".vmdk", ".vdi", ".qcow", ".qcow2", ".wim",
    ".esd", ".swm", ".rar", ".bkf", ".img", ".dd", ".raw", ".001",
)  # fmt: skip
_ARCHIVES = (".zip", ".7z", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".iso")
LAST_SUFFIXES = frozenset(name[name.rfind(".") :] for name in (*_SUFFIXES, *_ARCHIVES))
"""One of these ends the name of whatever may be an image or an archive."""
_SECTOR = 512


def may_be_container(path: str) -> bool:
    """Whether a file of a target, by its path there, is called as an image, or as an archive in its top folder.

    Its bytes tell whether it is one.
    """
    name = path.lower()
    return name.endswith(_SUFFIXES) or ("/" not in path and name.endswith(_ARCHIVES))


def document_words(head: bytes) -> str | None:
    """What a document is that begins so, and what to do with it; None for what is none."""
    for start, what, how in _DOCUMENTS:
        if head.startswith(start):
            return f"{what}, which cannot be read: {how}"
    if head.startswith(_ZIP) and head[_FIRST_NAME:].startswith(_OFFICE):
        return f"an Office document, which cannot be read: save a table as CSV, or {_AS_TEXT}"
    return None


def container_words(read_at: ReadAt, size: int) -> str | None:
    """What an image or archive that lies in a target is and what to do with it; None for a file that is neither."""
    form = archive_form(read_at)
    if form is not None:
        return f"an archive ({form}), which is read only where it is named itself: scan it by its own path"
    return image_words(read_at, size)


def image_words(read_at: ReadAt, size: int) -> str | None:
    """What an image is and what to do with it; None for a file that is none. Raises what ``read_at`` raises."""
    found = _image(read_at, size)
    return None if found is None else f"{found[0]}, which cannot be read directly: {found[1]}"


def _image(read_at: ReadAt, size: int) -> tuple[str, str] | None:
    head = read_at(0, 2 * _SECTOR)
    for start, what, how in _AT_START:
        if head.startswith(start) and (start != b"<<< " or _VDI in head[:64]):
            return what, how
    if read_at(max(size - _SECTOR, 0), 8) == b"conectix":
        return _VHD
    if head[_SECTOR : _SECTOR + 8] == b"EFI PART" or _is_partitioned(head):
        return "a raw disk image", f"{_MOUNT}: losetup -P -r, Arsenal Image Mounter"
    if head[54:62] in _FAT or head[82:90] in _FAT:
        return "a raw volume (FAT)", f"{_MOUNT}: mount -o ro,loop"
    return None


def _is_partitioned(head: bytes) -> bool:
    """By the table of a master boot record: four entries that are active or not, one of them with a type."""
    if len(head) < _SECTOR or head[510:512] != b"\x55\xaa":
        return False
    entries = [head[at : at + 16] for at in range(446, 510, 16)]
    return all(one[0] in (0, 0x80) for one in entries) and any(one[4] and any(one[12:16]) for one in entries)
