"""Styles for QGIS, kept inside of the GeoPackage in the table `layer_styles`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

LAYER_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""

CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)
VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles for QGIS', ?)
"""

STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)
VALUES ('', '', ?, 'geom', ?, ?, '', 1, 'Bunyad', '', '', ?)
"""

PALETTE = {
    "solar": "214,137,16",
    "wind": "42,138,122",
    "hydro": "31,111,181",
    "road": "176,58,46",
    "railway": "60,60,84",
    "power_line": "123,75,160",
    "city": "40,40,40",
    "town": "80,80,80",
    "village": "130,130,130",
}
"""Colours as red, green, blue; the page's style sheet has the same."""

CATEGORIES = {
    "sites": ("technology", "fill", ("solar", "wind", "hydro")),
    "networks": ("kind", "line", ("road", "railway", "power_line")),
    "settlements": ("kind", "marker", ("city", "town", "village")),
}
"""Column, kind of symbol and values by which a layer is coloured."""

SINGLE = {
    "districts": ("fill", "255,255,255,0"),
    "buses": ("marker", "123,75,160,255"),
    "route_options": ("line", "200,40,90,255"),
    "fibre": ("line", "19,140,160,255"),
    "masts": ("marker", "19,140,160,255"),
    "backhaul": ("line", "120,190,200,255"),
    "road_traffic": ("line", "226,120,60,255"),
    "projects": ("marker", "90,90,90,255"),
}


def _symbol(name: str, kind: str, colour: str) -> str:
    """Return one symbol in QGIS's XML."""
    options = {
        "fill": ("SimpleFill", {"color": colour, "outline_color": "90,90,90,255"}),
        "line": ("SimpleLine", {"line_color": colour, "line_width": "0.6"}),
        "marker": ("SimpleMarker", {"color": colour, "name": "circle", "size": "2.4"}),
    }
    layer, values = options[kind]
    entries = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in values.items())
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1"><layer class="{layer}" enabled="1" '
        f'pass="0"><Option type="Map">{entries}</Option></layer></symbol>'
    )


def _document(renderer: str) -> str:
    """Return a QGIS style document around one renderer."""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.28" styleCategories="Symbology">{renderer}</qgis>'
    )


def layer_style(layer: str) -> str:
    """
    Return the style of one layer of the GeoPackage in QGIS's XML (QML).

    Parameters
    ----------
    layer
        Name of the layer, one of `CATEGORIES` or `SINGLE`.
    """
    if layer in SINGLE:
        kind, colour = SINGLE[layer]
        symbols = _symbol("0", kind, colour)
        return _document(
            f'<renderer-v2 type="singleSymbol"><symbols>{symbols}</symbols></renderer-v2>'
        )
    column, kind, values = CATEGORIES[layer]
    opacity = "150" if kind == "fill" else "255"
    categories = "".join(
        f'<category render="true" symbol="{n}" value="{value}" label="{value}"/>'
        for n, value in enumerate(values)
    )
    symbols = "".join(
        _symbol(str(n), kind, f"{PALETTE[value]},{opacity}") for n, value in enumerate(values)
    )
    return _document(
        f'<renderer-v2 type="categorizedSymbol" attr="{column}"><categories>{categories}'
        f"</categories><symbols>{symbols}</symbols></renderer-v2>"
    )


def add_styles(path: Path, date: str) -> None:
    """
    Add the default style of each layer to a GeoPackage.

    Parameters
    ----------
    path
        GeoPackage to add to.
    date
        Date of change to write.
    """
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(LAYER_STYLES)
            database.execute(CONTENTS, (date,))
            for layer in (*CATEGORIES, *SINGLE):
                database.execute(STYLE, (layer, layer, layer_style(layer), date))
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
