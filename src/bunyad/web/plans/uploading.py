"""The check of an uploaded region, in a process of its own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from pyproj import CRS

from bunyad.errors import Fault, InputError
from bunyad.region.file import FILE_NAME, RegionFile
from bunyad.region.load import load_region
from bunyad.region.unpack import unpack_region

MOST_CELLS = 25_000_000
"""Cells of a terrain that this machine can hold."""


def check_upload(archive: Path, folder: Path) -> str:
    """
    Unpack a region and read all of it; return its name.

    Parameters
    ----------
    archive
        The zip archive.
    folder
        An empty folder.

    Raises
    ------
    InputError
        With every fault, each with its file and field within the folder.
    """
    try:
        file = unpack_region(archive, folder)
        _check_size(folder, file)
        load_region(folder)
    except InputError as error:
        raise _within(error, folder) from None
    return file.name


def _check_size(folder: Path, file: RegionFile) -> None:
    """Refuse a terrain with more cells than there is room for."""
    try:
        districts = gpd.read_file(folder / file.layers.districts.file)
        west, south, east, north = districts.to_crs(CRS.from_user_input(file.crs)).total_bounds
    except Exception:  # noqa: BLE001  # the region's own check names what is wrong with it
        return
    margin = 2 * file.margin_km * 1e3
    cells = (east - west + margin) * (north - south + margin) / file.cell_size_m**2
    if cells > MOST_CELLS:
        raise InputError(
            f"the terrain would have {cells / 1e6:,.0f} million cells",
            where=f"{FILE_NAME}: cell_size_m",
            mend=f"give larger cells, so that it has at most {MOST_CELLS / 1e6:.0f} million",
        )


def _within(error: InputError, folder: Path) -> InputError:
    """Return an error whose places are within the folder, not on this machine."""

    def plain(text: str) -> str:
        return text.replace(f"{folder}/", "").replace(str(folder), "the folder")

    return InputError.of(
        Fault(plain(one.where), plain(one.what), plain(one.mend)) for one in error.faults
    )
