"""The data room of a lot: the plan's own files, cut to the site."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
import xarray as xr
from pyproj import Transformer
from rasterio.mask import mask

from bunyad.auction.lots.body import lot_body
from bunyad.auction.lots.lot import DataFile, Lot
from bunyad.errors import InputError

STAGES = ".stages/potential"
CORRIDOR = "price_corridor.csv"
MARGIN_CELLS = 2
"""Cells of land and terrain that are kept around a site."""
RULES_HIT = "_rules_hit"
NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)
"""Faults of the disk that is written to, not of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What files of a data room are made from."""

    lot: Lot
    plan: Path
    out: Path
    terrain: Path | None


def write_data_room(lot: Lot, plan_folder: Path, out: Path, *, terrain: Path | None = None) -> Lot:
    """
    Write the data room of a lot.

    Parameters
    ----------
    lot
        What is put up.
    plan_folder
        Plan that it was drawn from.
    out
        Folder to write into; it is made.
    terrain
        The region's GeoTIFF of heights; without it the room has no terrain.

    Returns
    -------
    Lot
        The lot with the files of its room, each with its SHA-256.

    Raises
    ------
    InputError
        If a file of the plan that the room needs is not there.
    OSError
        If the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    room = _Room(lot=lot, plan=plan_folder, out=out, terrain=terrain)
    files = []
    for name, (title, origin, write) in _FILES.items():
        try:
            is_written = write(room, out / name)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            if isinstance(error, OSError) and error.errno in NOT_WRITTEN:
                raise
            short = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(
                f"{name} of {lot.id} cannot be made of it ({short})",
                where=str(plan_folder / origin),
                mend="plan again; keep the folder's hidden .stages beside the plan",
            ) from None
        if is_written:
            digest = hashlib.sha256((out / name).read_bytes()).hexdigest()
            files.append(DataFile(name=name, title=title, origin=origin, sha256=digest))
    told = replace(lot, files=tuple(files))
    text = json.dumps(lot_body(told), ensure_ascii=False, indent=1)
    (out / "lot.json").write_text(text + "\n", "utf-8")
    return told


def _write_site(room: _Room, path: Path) -> bool:
    """Write the shape of the site."""
    lot = room.lot
    row = {"id": lot.id, "title": lot.title, "technology": lot.technology}
    _write_geojson(gpd.GeoDataFrame([row], geometry=[lot.geometry], crs=4326), path)
    return True


def _write_lines(room: _Room, path: Path) -> bool:
    """Write the routes that the lot waits for and those that end at its bus."""
    networks = gpd.read_file(room.plan / "plan.gpkg", layer="networks").to_crs(4326)
    waited = {one.id for one in room.lot.requires}
    is_power = networks["kind"].eq("power_line")
    at_bus = is_power & (networks["start"].eq(room.lot.node) | networks["end"].eq(room.lot.node))
    chosen = networks[at_bus | networks["id"].isin(waited)]
    if chosen.empty:
        return False
    names = ("id", "kind", "name", "start", "end", "standard", "voltage_kv", "length_km")
    _write_geojson(chosen[[name for name in names if name in chosen] + ["geometry"]], path)
    return True


def _write_hours(room: _Room, path: Path) -> bool:
    """Write the hours of the climate year."""
    hours = _hours(room)
    if hours is None:
        return False
    hours.to_parquet(path, index=False)
    return True


def _write_duration(room: _Room, path: Path) -> bool:
    """Write the duration curve of the climate year."""
    hours = _hours(room)
    if hours is None:
        return False
    output = np.sort(hours["output_mw"].to_numpy())[::-1]
    share = (np.arange(len(output)) + 1) / len(output)
    curve = pd.DataFrame({"time_share": share, "output_mw": output})
    curve.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    return True


def _hours(room: _Room) -> pd.DataFrame | None:
    """Return the hours of the site in the climate year; none of a battery."""
    if room.lot.technology == "storage":
        return None
    with xr.open_dataset(room.plan / STAGES / "profiles.nc", engine="h5netcdf") as stored:
        share = stored["profiles"].sel(site=room.lot.site).to_numpy().astype(float)
        time = pd.DatetimeIndex(stored["time"].to_numpy(), tz="UTC")
    output = share * room.lot.capacity_mw
    return pd.DataFrame({"time": time, "output_share": share, "output_mw": output})


def _write_land(room: _Room, path: Path) -> bool:
    """Write which cells may be built on, and by which rules the others may not."""
    technology = room.lot.technology
    with xr.open_dataset(room.plan / STAGES / "land.nc", engine="h5netcdf") as stored:
        if f"{technology}{RULES_HIT}" not in stored:
            return False
        names = [str(name) for name in stored if str(name).startswith(technology)]
        cut = stored[names].load()
    west, south, east, north = _bounds(room.lot, str(cut.attrs["crs"]))
    x, y = cut["x"].to_numpy(), cut["y"].to_numpy()
    margin = MARGIN_CELLS * abs(float(x[1] - x[0]))
    cut = cut.isel(
        x=np.flatnonzero((x >= west - margin) & (x <= east + margin)),
        y=np.flatnonzero((y >= south - margin) & (y <= north + margin)),
    )
    path.write_bytes(cut.drop_encoding().to_netcdf(None, engine="h5netcdf"))
    return True


def _write_reasons(room: _Room, path: Path) -> bool:
    """Write the rules of the land, and how many cells around the site each keeps free."""
    rules = pd.read_csv(room.plan / "tables" / "land_rules.csv", keep_default_na=False)
    rules = rules[rules["technology"] == room.lot.technology]
    land = room.out / "land.nc"
    if rules.empty or not land.exists():
        return False
    with xr.open_dataset(land, engine="h5netcdf") as cut:
        hit = cut[f"{room.lot.technology}{RULES_HIT}"].to_numpy().astype(np.int64)
    cells = [int(((hit >> (order - 1)) & 1).sum()) for order in rules["order"].astype(int)]
    rules.assign(cells_around_site=cells).to_csv(path, index=False, lineterminator="\n")
    return True


def _write_terrain(room: _Room, path: Path) -> bool:
    """Write the heights around the site."""
    if room.terrain is None:
        return False
    with rasterio.open(room.terrain) as heights:
        margin = MARGIN_CELLS * max(heights.res)
        area = shapely.box(*_bounds(room.lot, heights.crs.to_string())).buffer(margin)
        values, transform = mask(heights, [area.envelope], crop=True, all_touched=True)
        profile = {
            **heights.profile,
            "driver": "GTiff",
            "height": values.shape[1],
            "width": values.shape[2],
            "transform": transform,
            "tiled": False,
            "compress": "deflate",
        }
        for name in ("blockxsize", "blockysize", "interleave"):
            profile.pop(name, None)
        with rasterio.open(path, "w", **profile) as clip:
            clip.write(values)
    return True


def _write_corridor(room: _Room, path: Path) -> bool:
    """Write published prices nearby, each with its source."""
    if room.lot.suggested_ceiling is None:
        return False
    data = resources.files("bunyad.auction.lots").joinpath("data", CORRIDOR)
    path.write_bytes(data.read_bytes())
    return True


def _bounds(lot: Lot, crs: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a site in a reference system."""
    way = Transformer.from_crs(4326, crs, always_xy=True)
    bounds = way.transform_bounds(*lot.geometry.bounds)
    return (bounds[0], bounds[1], bounds[2], bounds[3])


def _write_geojson(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write a table as GeoJSON, coordinates to 0.1 m."""
    path.write_text(json.dumps(_rounded(json.loads(table.to_json(drop_id=True)))), "utf-8")


def _rounded(value: Any) -> Any:
    """Round every float to six digits."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


_FILES: dict[str, tuple[str, str, Callable[[_Room, Path], bool]]] = {
    "site.geojson": ("Shape of the site", "plan.gpkg", _write_site),
    "lines.geojson": ("Routes to the site and power lines at its bus", "plan.gpkg", _write_lines),
    "hours.parquet": (
        "Output of each hour of the climate year",
        f"{STAGES}/profiles.nc",
        _write_hours,
    ),
    "duration_curve.csv": (
        "Part of the year in which an output is reached",
        f"{STAGES}/profiles.nc",
        _write_duration,
    ),
    "land.nc": ("Land that may be built on, and yields, by cell", f"{STAGES}/land.nc", _write_land),
    "land_rules.csv": (
        "Rules of the land, with the cells that each keeps free",
        "tables/land_rules.csv",
        _write_reasons,
    ),
    "terrain.tif": ("Heights", "elevation of the region", _write_terrain),
    CORRIDOR: ("Published prices nearby", "published figures", _write_corridor),
}
"""Each file of a data room: what it is, what it is cut from, and what writes it."""
