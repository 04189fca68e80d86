"""Front door of the room: from a folder to a `Region`."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import xarray as xr
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import GEOSException

from bunyad.errors import Fault, InputError
from bunyad.region.climate import read_climate, typical_year
from bunyad.region.extra import is_raster, land_rules, layer_shapes, read_extra_raster
from bunyad.region.file import FILE_NAME, RegionFile, layer_entries, read_region_file
from bunyad.region.folder import file_hash, find_region
from bunyad.region.model import (
    CORRIDORS,
    DISTRICTS,
    HAZARDS,
    INTERCONNECTORS,
    MASTS,
    PLANTS,
    POPULATION,
    PUBLISHED,
    SETTLEMENTS,
    SUBSTATIONS,
    Assumption,
    Currency,
    Layer,
    Region,
)
from bunyad.region.rules import check_rules
from bunyad.region.tables import TABLES, check_references, read_table
from bunyad.region.terrain import Grid, lay_grid, read_terrain
from bunyad.tables import conform

POINT_TABLES = ("settlements", "plants", "substations", "masts")
EMPTY = {"str": "object", "float": "float64", "int": "int64", "bool": "bool"}
"""Dtype of each kind of column in a table that the folder lacks."""


def load_region(name_or_folder: str | Path) -> Region:
    """
    Read and check a region folder.

    Parameters
    ----------
    name_or_folder
        A built-in name such as `karabakh`, or the path of a folder with a `region.yaml`.

    Returns
    -------
    Region
        What is there; geometry in the region's metric projection.

    Raises
    ------
    InputError
        Naming every fault that is found, with file, field and what to do.

    Examples
    --------
    >>> region = load_region("karabakh")
    >>> region.crs
    'EPSG:32638'
    """
    folder = find_region(name_or_folder)
    file = read_region_file(folder)
    _check_files(folder, file)
    crs = _metric_crs(folder, file)
    districts = _read_districts(folder / file.layers.districts.file, crs)
    tables = _read_tables(folder, file)
    _check_tables(folder, file, tables, districts)
    boundary = gpd.GeoDataFrame(geometry=[districts.union_all()], crs=crs)
    grid = lay_grid(boundary, cell_m=file.cell_size_m, margin_km=file.margin_km)
    rasters = {
        key: folder / getattr(file.layers, key).file
        for key in ("elevation", "land_cover", "wind_speed")
    }
    terrain = read_terrain(rasters, districts, grid)
    places = {key: _to_points(tables[key], crs) for key in POINT_TABLES}
    settlements = places["settlements"]
    settlements["elevation_m"] = [
        float(terrain["elevation_m"].sel(x=x, y=y, method="nearest"))
        for x, y in zip(settlements.geometry.x, settlements.geometry.y, strict=True)
    ]
    _check_inside(folder, file, "settlements", settlements, boundary)
    _check_inside(folder, file, "masts", places["masts"], boundary)
    extra_layers = _read_extra(folder, file, grid)
    climate, weather_years = typical_year(read_climate(folder / file.layers.climate.file, crs=crs))
    return Region(
        name=file.name,
        title=file.title,
        crs=crs,
        first_year=file.horizon.first_year,
        last_year=file.horizon.last_year,
        currency=Currency(**file.currency.model_dump()),
        boundary=boundary,
        districts=districts,
        terrain=terrain,
        climate=climate,
        weather_years=weather_years,
        settlements=conform(settlements, SETTLEMENTS),
        population=conform(tables["population"], POPULATION),
        rivers=_read_lines(folder, file, "rivers", crs),
        protected=_read_lines(folder, file, "protected", crs),
        plants=conform(places["plants"], PLANTS),
        substations=conform(places["substations"], SUBSTATIONS),
        interconnectors=conform(tables["interconnectors"], INTERCONNECTORS),
        corridors=conform(tables["corridors"], CORRIDORS),
        hazards=conform(tables["hazards"], HAZARDS),
        published=conform(tables["published"], PUBLISHED),
        layers=tuple(Layer(key=key, **entry.model_dump()) for key, entry in layer_entries(file)),
        assumptions=tuple(
            Assumption(key=key, **entry.model_dump()) for key, entry in file.assumptions.items()
        ),
        extra_layers=extra_layers,
        masts=conform(places["masts"], MASTS),
        land_rules=None if file.land_rules is None else land_rules(file.land_rules),
    )


def _check_files(folder: Path, file: RegionFile) -> None:
    """Name every layer whose file is missing, or is not the one that its entry tells of."""
    faults = [
        Fault(
            f"{folder / FILE_NAME}: {_section(file, key)}.{key}.file",
            f"the file {entry.file} is missing from {folder}",
            "add the file or correct its name",
        )
        for key, entry in layer_entries(file)
        if not (folder / entry.file).is_file()
    ]
    faults += [
        Fault(
            f"{folder / FILE_NAME}: layers.{key}.sha256",
            f"{entry.file} is not the file that was noted: its SHA-256 is {found[:12]}…, "
            f"not {entry.sha256[:12]}…",
            "fetch the layer again, or remove the line sha256 if you changed the file on purpose",
        )
        for key, entry in layer_entries(file)
        if entry.sha256
        and (folder / entry.file).is_file()
        and (found := file_hash(folder / entry.file)) != entry.sha256
    ]
    if faults:
        raise InputError.of(faults)


def _section(file: RegionFile, key: str) -> str:
    """Return the part of the file that names a layer."""
    return "extra_layers" if key in file.extra_layers else "layers"


def _metric_crs(folder: Path, file: RegionFile) -> str:
    """Return the region's projection if it measures in metres."""
    where = f"{folder / FILE_NAME}: crs"
    mend = "give a projected CRS in metres, such as the UTM zone EPSG:32638"
    try:
        crs = CRS.from_user_input(file.crs)
    except CRSError:
        raise InputError(f"{file.crs} is not a known CRS", where=where, mend=mend) from None
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise InputError(f"{file.crs} does not measure in metres", where=where, mend=mend)
    return file.crs


def _read_vector(path: Path, crs: str) -> gpd.GeoDataFrame:
    """Read a vector file into the metric projection."""
    try:
        frame = gpd.read_file(path)
    except (DataSourceError, GEOSException, ValueError) as error:
        raise InputError(
            f"the file is no readable vector layer ({error})",
            where=str(path),
            mend="give GeoJSON or GeoPackage",
        ) from None
    if frame.crs is None:
        raise InputError(
            "the layer has no CRS", where=str(path), mend="save it with its CRS, such as EPSG:4326"
        )
    west, south, east, north = frame.total_bounds
    if frame.crs.is_geographic and (west < -180 or east > 180 or south < -90 or north > 90):
        raise InputError(
            f"coordinates reach from {west:.0f}, {south:.0f} to {east:.0f}, {north:.0f}, "
            f"but {frame.crs} counts in degrees",
            where=str(path),
            mend="save it in EPSG:4326, or declare the CRS that it is in",
        )
    return frame.to_crs(crs)


def _read_districts(path: Path, crs: str) -> gpd.GeoDataFrame:
    """Read the district polygons."""
    frame = _read_vector(path, crs)
    missing = {"name", "name_local", "economic_region"} - set(frame.columns)
    if missing:
        raise InputError(
            f"the properties {', '.join(sorted(missing))} are missing",
            where=str(path),
            mend="each district needs name, name_local and economic_region",
        )
    faults = [
        Fault(
            f"{path}: {row['name']}",
            f"the geometry is a {row.geometry.geom_type if row.geometry else 'missing shape'}",
            "give a Polygon or MultiPolygon",
        )
        for _, row in frame.iterrows()
        if row.geometry is None or row.geometry.geom_type not in ("Polygon", "MultiPolygon")
    ]
    if faults or frame.empty:
        raise InputError.of(faults or [Fault(str(path), "there is no district", "add one")])
    frame["geometry"] = frame.geometry.make_valid()
    frame["area_km2"] = frame.geometry.area / 1e6
    return conform(frame, DISTRICTS)


def _read_tables(folder: Path, file: RegionFile) -> dict[str, pd.DataFrame]:
    """Read every CSV layer; a layer that the folder lacks is an empty table."""
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for key, columns in TABLES.items():
        entry = getattr(file.layers, key)
        if entry is None:
            tables[key] = pd.DataFrame(
                {column.name: pd.Series(dtype=EMPTY[column.kind]) for column in columns}
            )
            continue
        try:
            tables[key] = read_table(folder / entry.file, columns)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError.of(faults)
    return tables


def _check_tables(
    folder: Path, file: RegionFile, tables: dict[str, pd.DataFrame], districts: gpd.GeoDataFrame
) -> None:
    """Name every cell that refers to something that is not there."""
    faults: list[Fault] = []

    def check(key: str, column: str, known: list[str], what: str) -> None:
        entry = getattr(file.layers, key)
        if entry is not None:
            path = folder / entry.file
            faults.extend(check_references(path, tables[key], column, set(known), what=what))

    names = list(districts["name"])
    settlements = list(tables["settlements"]["id"])
    for key in ("settlements", "plants", "substations", "hazards"):
        check(key, "district", names, "district")
    check("population", "settlement", settlements, "settlement")
    check("interconnectors", "substation", list(tables["substations"]["id"]), "substation")
    stops = tables["corridors"][["stops"]].copy()
    stops["stops"] = stops["stops"].str.split(";")
    tables_stops = stops.explode("stops")
    unknown = sorted(set(tables_stops["stops"].dropna()) - set(settlements))
    if unknown and file.layers.corridors is not None:
        faults.append(
            Fault(
                f"{folder / file.layers.corridors.file}: stops",
                f"there is no settlement {', '.join(map(repr, unknown))}",
                "give identifiers of the settlements file",
            )
        )
    if not settlements:
        where = str(folder / file.layers.settlements.file)
        faults.append(Fault(where, "there is no settlement", "add at least one"))
    if faults:
        raise InputError.of(faults)


def _to_points(table: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Turn longitude and latitude into points of the metric projection."""
    points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(table.copy(), geometry=points).to_crs(crs)


def _check_inside(
    folder: Path, file: RegionFile, key: str, points: gpd.GeoDataFrame, boundary: gpd.GeoDataFrame
) -> None:
    """Name points of a layer that lie beyond the margin around the region."""
    reach = boundary.geometry.iloc[0].buffer(file.margin_km * 1_000)
    outside = points[~points.within(reach)]
    if len(outside):
        path = folder / getattr(file.layers, key).file
        raise InputError.of(
            Fault(
                f"{path}: {row.id}",
                f"it lies more than {file.margin_km:g} km outside of the region",
                "check lat and lon, or widen margin_km",
            )
            for row in outside.itertuples()
        )


def _read_lines(folder: Path, file: RegionFile, key: str, crs: str) -> gpd.GeoDataFrame:
    """Read an optional vector layer; an empty one where the folder has none."""
    entry = getattr(file.layers, key)
    if entry is None:
        return gpd.GeoDataFrame(geometry=[], crs=crs)
    return _read_vector(folder / entry.file, crs)


def _read_extra(
    folder: Path, file: RegionFile, grid: Grid
) -> dict[str, gpd.GeoDataFrame | xr.DataArray]:
    """Read the extra layers, and check that each rule's layer is there."""
    layers = {
        key: read_extra_raster(folder / entry.file, grid)
        if is_raster(entry.file)
        else _read_vector(folder / entry.file, grid.crs)
        for key, entry in file.extra_layers.items()
    }
    where = str(folder / FILE_NAME)
    faults = check_rules(file.land_rules or [], where, *layer_shapes(layers))
    if faults:
        raise InputError.of(faults)
    return layers
