"""Where a file lies: its folder's role for a product, a backup, or loose; and which folders were collected whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hotfix_check.catalogue.product import Folder, Product
from hotfix_check.inventory.files import Inventory, folder_of


class Places:
    """The folders of one set of files, as one product sees them.

    ``roles`` are those of folders whose path does not tell them. Files in a folder without a role are judged only where
    they are ``loose``.
    """

    def __init__(
        self,
        inventory: Inventory,
        product: Product,
        *,
        complete: bool,
        roles: Mapping[str, str] | None = None,
        loose: bool = True,
    ) -> None:
        self.loose = loose
        names = inventory.names
        folders = sorted({*inventory.folders, *names})
        root = inventory.above
        self._lone = inventory.lone_file
        self._roles: dict[str, str | None] = {}
        self._whole: set[str] = set()
        # A listing does not say which folders it lists whole; the user can. An archive that breaks off has none either.
        broken = any(file.is_folder for file in inventory.unreadable)
        listed = set(inventory.folders) or (set(folders) if complete and not broken else set())
        for folder in folders:
            held = names.get(folder, frozenset())
            role = None if self._lone else (roles or {}).get(folder) or role_of(f"{root}/{folder.lower()}", product)
            if role is not None and inventory.is_backup(folder):
                role = None
            self._roles[folder] = role
            if role is not None and folder in listed and (complete or _holds_listing(held, role, product.folders)):
                self._whole.add(role)
        self._seen = frozenset(self._roles.values())
        unlisted = [
            f"/{root}/{file.path.lower()}"
            for file in inventory.unreadable
            if file.is_folder and not inventory.is_backup(file.path)
        ]
        self._unseen = {
            folder.role
            for folder in product.folders
            if any(place.endswith(f"/{step}") for place in unlisted for step in _steps(folder))
        }
        if complete and not self._lone:
            present = {f"/{root}/{folder.lower()}".rstrip("/") for folder in listed}
            blind = {f"/{root}/{file.path.lower()}" for file in inventory.unreadable if file.is_folder}
            self._whole.update(_known_not_there(product.folders, present, blind, set(self._roles.values())))

    def role(self, path: str) -> str | None:
        """The role of the folder that a file lies in, None for a loose file."""
        return self._roles.get(folder_of(path))

    def below_role(self, path: str) -> bool:
        """Whether a file lies in a folder with a role, or below one."""
        return self.has_role_above(folder_of(path))

    def has_role_above(self, folder: str) -> bool:
        """Whether a folder has a role, or lies below one that has."""
        while folder and self._roles.get(folder) is None:
            folder = folder_of(folder)
        return self._roles.get(folder) is not None

    def folder_for(self, roles: Sequence[str]) -> str | None:
        """A folder of the target that has one of these roles."""
        return next((folder for folder, role in self._roles.items() if role in roles), None)

    def unseen(self, role: str) -> bool:
        """Whether a folder of this role, or one above it, is there and was not looked into: unlistable, or a link."""
        return role in self._unseen

    def whole(self, role: str) -> bool:
        """Whether a folder of this role was collected whole, so that a file that is not in it is absent."""
        return role in self._whole

    @property
    def any_whole(self) -> bool:
        """Whether a folder of any role was collected whole."""
        return bool(self._whole)

    def seen(self, role: str) -> bool:
        """Whether a folder of this role is there."""
        return role in self._seen


def backup_paths(inventory: Inventory, named: frozenset[str]) -> tuple[str, ...]:
    """Paths of files with catalogued names that lie in backup folders."""
    return tuple(
        sorted(file.path for folder, name, file in inventory.places if name in named and inventory.is_backup(folder))
    )


def role_of(full: str, product: Product) -> str | None:
    """The role of a folder for a product by the end of its whole path, which is in lower case."""
    padded = f"/{full}".rstrip("/")
    best = max(
        (
            (len(path), folder.role)
            for folder in product.folders
            for path in folder.paths
            if padded.endswith(f"/{path}")
        ),
        default=None,
    )
    return None if best is None else best[1]


def _holds_listing(names: frozenset[str], role: str, folders: Sequence[Folder]) -> bool:
    """Whether a folder holds every file that a cited listing names; two or three core files prove nothing."""
    return any(folder.listing and folder.core <= names for folder in folders if folder.role == role)


def _known_not_there(folders: Sequence[Folder], present: set[str], blind: set[str], seen: set[str | None]) -> set[str]:
    """Roles whose folder would lie below a folder that was collected, and is not there.

    A folder on the way that could not be looked into, or was a link, leaves the question open.
    """
    found = set()
    for folder in folders:
        ways = [path.split("/") for path in folder.paths]
        if folder.role in seen or not all(len(way) > 1 for way in ways):
            continue
        starts = all(any(place.endswith(f"/{way[0]}") for place in present) for way in ways)
        if starts and not any(place.endswith(f"/{step}") for place in blind for step in _steps(folder)):
            found.add(folder.role)
    return found


def _steps(folder: Folder) -> set[str]:
    """The ends of the paths of a role's folder, and of those on the way to it."""
    ways = [path.split("/") for path in folder.paths]
    return {"/".join(way[:count]) for way in ways for count in range(1, len(way) + 1)}
