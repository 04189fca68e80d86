"""Unpack: a region folder out of a zip archive that somebody has sent."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bunyad.errors import Fault, InputError
from bunyad.region.file import FILE_NAME, RegionFile, layer_entries, read_region_file

STARTS: dict[str, tuple[bytes, ...]] = {
    ".csv": (),
    ".geojson": (b"{",),
    ".gpkg": (b"SQLite format 3\0",),
    ".json": (b"{",),
    ".md": (),
    ".nc": (b"CDF", b"\x89HDF"),
    ".tif": (b"II", b"MM"),
    ".tiff": (b"II", b"MM"),
    ".txt": (),
    ".yaml": (),
}
"""
First bytes of each kind of file that a region may have; none for text.

Readers of maps choose their way by what a file holds, not by its name: a picture that is a list
of addresses in truth would make them open those.
"""
MARK = b"\xef\xbb\xbf"
"""Byte order mark that text may start with."""
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackLimits:
    """How much an archive may hold."""

    files: int = 200
    file_mb: float = 500.0
    whole_mb: float = 1_000.0


def unpack_region(archive: Path, folder: Path, *, limits: UnpackLimits | None = None) -> RegionFile:
    """
    Unpack a region folder; nothing is written outside of `folder`.

    The region may lie at the top of the archive or in its only folder. What it unpacks to is
    counted while it is written, whatever the archive says of itself.

    Parameters
    ----------
    archive
        The zip archive.
    folder
        An empty folder.
    limits
        How much it may hold.

    Returns
    -------
    RegionFile
        Its `region.yaml`. Whether the layers fit is for `load_region` to tell.

    Raises
    ------
    InputError
        Naming every file that a region cannot have, and every fault of `region.yaml`.
    """
    most = limits or UnpackLimits()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [one for one in opened.infolist() if not one.is_dir()]
            top = _top(members)
            _check_members(members, top, most)
            _write(opened, members, top, folder, most)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(
            f"the archive cannot be read ({error})",
            where="archive",
            mend="send the region folder as a zip file without a password",
        ) from None
    file = read_region_file(folder)
    _check_content(folder)
    _check_layers(file)
    return file


def _top(members: list[zipfile.ZipInfo]) -> PurePosixPath:
    """Return the folder of the archive that the region lies in."""
    found = [PurePosixPath(one.filename) for one in members]
    homes = [path.parent for path in found if path.name == FILE_NAME]
    if not homes:
        raise InputError(
            f"there is no {FILE_NAME} in it",
            where="archive",
            mend="zip a region folder; see docs/how-to/add-a-region.md",
        )
    return min(homes, key=lambda path: len(path.parts))


def _check_members(
    members: list[zipfile.ZipInfo], top: PurePosixPath, limits: UnpackLimits
) -> None:
    """Name what a region cannot have, before anything is written."""
    faults = [
        Fault(f"archive: {one.filename}", what, mend)
        for one in members
        for what, mend in [_objection(one, top, limits)]
        if what
    ]
    if len(members) > limits.files:
        faults.append(
            Fault("archive", f"it has {len(members)} files", f"send at most {limits.files}")
        )
    if sum(one.file_size for one in members) > limits.whole_mb * 1e6:
        faults.append(Fault("archive", "it holds too much", f"send at most {limits.whole_mb:g} MB"))
    if faults:
        raise InputError.of(faults)


def _objection(one: zipfile.ZipInfo, top: PurePosixPath, limits: UnpackLimits) -> tuple[str, str]:
    """Say what stands against a file, and what to do about it."""
    path = PurePosixPath(one.filename)
    kinds = ", ".join(STARTS)
    if path.is_absolute() or ".." in path.parts or "\\" in one.filename or ":" in one.filename:
        return "its path leads out of the folder", "use plain names within the folder"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "it is a link", "put the file itself in"
    if top not in path.parents:
        return "it lies beside the region folder", "zip the region folder alone"
    if path.suffix.lower() not in STARTS:
        return "a region has no files of this kind", f"leave it out; regions have {kinds}"
    if one.file_size > limits.file_mb * 1e6:
        return "it is too large", f"send files of at most {limits.file_mb:g} MB"
    return "", ""


def _write(
    opened: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    top: PurePosixPath,
    folder: Path,
    limits: UnpackLimits,
) -> None:
    """Write the files, and stop where there is more than the archive said."""
    left = limits.whole_mb * 1e6
    for one in members:
        target = folder / PurePosixPath(one.filename).relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with opened.open(one) as source, target.open("wb") as out:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                left -= len(chunk)
                if left < 0 or size > one.file_size:
                    raise InputError(
                        "it unpacks to more than it says",
                        where=f"archive: {one.filename}",
                        mend="zip the folder again",
                    )
                out.write(chunk)


def _check_content(folder: Path) -> None:
    """Name files that are of another kind than they are called."""
    faults = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        starts = STARTS[path.suffix.lower()]
        with path.open("rb") as file:
            head = file.read(64)
        text = head.removeprefix(MARK).lstrip()
        if starts and not any(head.startswith(one) or text.startswith(one) for one in starts):
            name = str(path.relative_to(folder))
            faults.append(Fault(name, f"it is no {path.suffix} file", "save it in that format"))
    if faults:
        raise InputError.of(faults)


def _check_layers(file: RegionFile) -> None:
    """Name layers whose file lies outside of the folder."""
    faults = [
        Fault(
            f"{FILE_NAME}: layers.{key}.file",
            f"{entry.file} leads out of the folder",
            "give a path within the folder",
        )
        for key, entry in layer_entries(file)
        if PurePosixPath(entry.file).is_absolute()
        or ".." in PurePosixPath(entry.file).parts
        or PurePosixPath(entry.file).suffix.lower() not in STARTS
    ]
    if faults:
        raise InputError.of(faults)
