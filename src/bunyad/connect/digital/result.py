"""What digital planning gives."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd

from bunyad.connect.radio.result import RadioPlan
from bunyad.tables import schema

FIBRE_LINKS = schema(
    "fibre_links",
    ("from", "str", "", "Settlement, or a point where roads meet"),
    ("to", "str", "", "Settlement, or a point where roads meet"),
    ("route", "str", "", "Road that it runs along; empty where it runs on its own"),
    ("length_km", "float", "km", "Length"),
    ("along_road", "bool", "", "Whether it is laid together with a new road"),
    ("cost_usd", "float", "US$", "Cost"),
    ("geometry", "geometry", "m", "Line"),
)
FIBRE = schema(
    "fibre",
    ("id", "str", "", "Identifier"),
    ("role", "str", "", "ring: one cut of it parts nothing; tree: one cut parts places"),
    *((c.name, c.kind, c.unit, c.meaning) for c in FIBRE_LINKS.columns),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digital:
    """The fibre backbone and the radio network on it."""

    fibre: gpd.GeoDataFrame
    radio: RadioPlan
