"""
Results on disk, in open formats.

A result is a frozen dataclass of tables and arrays; each field becomes one file: GeoParquet for
tables with geometry, Parquet for other tables, NetCDF-4 for arrays, JSON for lists of Projects.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import xarray as xr
from shapely import from_wkt

from bunyad.project import Project

Result = TypeVar("Result")


def save_result(result: Any, folder: Path) -> None:
    """
    Write each field of a result into a folder.

    Parameters
    ----------
    result
        A dataclass whose fields are tables, arrays or tuples of Projects.
    folder
        Where to; it is made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        path = folder / field.name
        if isinstance(value, pd.DataFrame):
            value.to_parquet(path.with_suffix(".parquet"))
        elif isinstance(value, xr.Dataset):
            write_netcdf(value, path.with_suffix(".nc"))
        elif isinstance(value, xr.DataArray):
            write_netcdf(value.to_dataset(name=field.name), path.with_suffix(".nc"))
        else:
            rows = [_project_row(project) for project in value]
            path.with_suffix(".json").write_text(json.dumps(rows), "utf-8")


def write_netcdf(data: xr.Dataset, path: Path) -> None:
    """
    Write a dataset as NetCDF-4; the same dataset gives the same bytes.

    The file is made in memory first: HDF5 brings the whole process down where a disk fills up
    while it writes.

    Parameters
    ----------
    data
        What to write.
    path
        Where to.
    """
    path.write_bytes(data.drop_encoding().to_netcdf(None, engine="h5netcdf"))


def load_result(kind: type[Result], folder: Path) -> Result:
    """
    Read a result that `save_result` wrote.

    Parameters
    ----------
    kind
        The dataclass of the result.
    folder
        Where it was written.
    """
    values: dict[str, Any] = {}
    for name, of in typing.get_type_hints(kind).items():
        path = folder / name
        if of is gpd.GeoDataFrame:
            values[name] = gpd.read_parquet(path.with_suffix(".parquet"))
        elif of is pd.DataFrame:
            values[name] = pd.read_parquet(path.with_suffix(".parquet"))
        elif of in (xr.Dataset, xr.DataArray):
            with xr.open_dataset(path.with_suffix(".nc"), engine="h5netcdf") as stored:
                loaded = stored.load()
            values[name] = loaded if of is xr.Dataset else loaded[name]
        else:
            rows = json.loads(path.with_suffix(".json").read_text("utf-8"))
            values[name] = tuple(_project(row) for row in rows)
    return kind(**values)


def _project_row(project: Project) -> dict[str, Any]:
    """Return a Project as plain values, its geometry as text."""
    row = {field.name: getattr(project, field.name) for field in dataclasses.fields(project)}
    return {**row, "geometry": project.geometry.wkt}


def _project(row: dict[str, Any]) -> Project:
    """Return the Project of a row."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Project(**{**values, "geometry": from_wkt(row["geometry"])})
