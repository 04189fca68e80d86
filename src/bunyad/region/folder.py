"""Where a region is: a built-in name or a folder."""

from __future__ import annotations

import difflib
import hashlib
from importlib import resources
from pathlib import Path

from bunyad.errors import InputError
from bunyad.region.file import FILE_NAME, RegionFile, layer_entries


def built_in_regions() -> dict[str, Path]:
    """Return the folders of the regions that come with the package, by name."""
    root = Path(str(resources.files("bunyad"))) / "regions"
    return {path.parent.name: path.parent for path in sorted(root.glob(f"*/{FILE_NAME}"))}


def find_region(name_or_folder: str | Path) -> Path:
    """
    Return the folder of a region.

    Parameters
    ----------
    name_or_folder
        A built-in name such as `karabakh`, or the path of a folder.

    Raises
    ------
    InputError
        If there is neither; the message lists the built-in names.

    Examples
    --------
    >>> find_region("karabakh").name
    'karabakh'
    """
    known = built_in_regions()
    text = str(name_or_folder)
    if text in known:
        return known[text]
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    near = difflib.get_close_matches(text, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise InputError(
        f"there is no region {text!r}",
        where="region",
        mend=f"{hint}Give the path of a region folder or a built-in name: {', '.join(known)}",
    )


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def input_hashes(folder: Path, file: RegionFile) -> dict[str, str]:
    """
    Return the SHA-256 of `region.yaml` and of every layer's file, by file name.

    Files that are missing are left out; loading names them.
    """
    names = [FILE_NAME, *(entry.file for _, entry in layer_entries(file))]
    paths = {name: folder / name for name in names}
    return {name: file_hash(path) for name, path in sorted(paths.items()) if path.is_file()}
