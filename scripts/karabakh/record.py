"""The record of sources, written from the same layers as `region.yaml`."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

HEAD = """# Sources of the region folder

Written by `scripts/build_karabakh.py` from the layers of `region.yaml`; change them there.

- **measured**: observed by instruments and processed by others.
- **published**: stated by others; each row of a table names its source.
- **modelled**: computed here; good for planning, no observation.
- **assumed**: chosen here for want of anything better, with the reason beside it.
"""

FOOT = """
## How to build it again

`python scripts/build_karabakh.py` fetches the packages named above by their names and versions
and writes the same bytes, given the same versions of pvlib, numpy, scipy, netCDF4 and rasterio.
`region.yaml` and the tables `population.csv`, `plants.csv`,
`substations.csv`, `interconnectors.csv`, `corridors.csv` and `published.csv` are typed by hand;
so are the places in `scripts/karabakh/places.csv`. Without GMT the rivers stay as they are.

## Citations

- GLOBE Task Team (1999): The Global Land One-kilometer Base Elevation (GLOBE) Digital Elevation
  Model, version 1.0. NOAA National Geophysical Data Center.
- Friedl, M., Sulla-Menashe, D.: MCD12C1 MODIS/Terra+Aqua Land Cover Type Yearly L3 Global 0.05Deg
  CMG V006. NASA EOSDIS Land Processes DAAC.
- Wessel, P., Smith, W. H. F. (1996): A global, self-consistent, hierarchical, high-resolution
  shoreline database. Journal of Geophysical Research 101, 8741-8743.
- Gelaro, R., and others (2017): The Modern-Era Retrospective Analysis for Research and
  Applications, Version 2 (MERRA-2). Journal of Climate 30, 5419-5454.
- Pfenninger, S., Staffell, I. (2016): Long-term patterns of European PV output using 30 years of
  validated hourly reanalysis and satellite data. Energy 114, 1251-1265.
- Ineichen, P., Perez, R. (2002): A new airmass independent formulation for the Linke turbidity
  coefficient. Solar Energy 73, 151-157.
- Erbs, D. G., Klein, S. A., Duffie, J. A. (1982): Estimation of the diffuse radiation fraction
  for hourly, daily and monthly-average global radiation. Solar Energy 28, 293-302.
- Jackson, P. S., Hunt, J. C. R. (1975): Turbulent wind flow over a low hill. Quarterly Journal of
  the Royal Meteorological Society 101, 929-955.
- Taylor, P. A., Lee, R. J. (1984): Simple guidelines for estimating wind speed variations due to
  small scale topographic features. Climatological Bulletin 18(2), 3-32.
- GeoNames, geonames.org, CC BY 4.0. Natural Earth, naturalearthdata.com, public domain.
- PVGIS-SARAH3 (European Union, JRC) and Global Solar Atlas (World Bank): single published sums.
"""


def write_record(folder: Path) -> None:
    """Write SOURCES.md of a region folder from its `region.yaml`."""
    layers = YAML(typ="safe").load((folder / "region.yaml").read_text(encoding="utf-8"))["layers"]
    rows = ["| file | origin | source | licence | note |", "| --- | --- | --- | --- | --- |"]
    for layer in layers.values():
        cells = (layer[key].strip() for key in ("origin", "source", "licence", "note"))
        rows.append(f"| `{layer['file']}` | {' | '.join(cells)} |")
    text = HEAD + "\n" + "\n".join(rows) + "\n" + FOOT
    (folder / "SOURCES.md").write_text(text, encoding="utf-8")
