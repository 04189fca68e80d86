"""Observations as data arrays: one table for each Datastream."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bunyad.operate.sensorthings.language.options import Expand, Options
from bunyad.operate.sensorthings.language.paths import write_name

COMPONENTS = (
    "id",
    "phenomenonTime",
    "result",
    "resultTime",
    "resultQuality",
    "validTime",
    "parameters",
)
_DATASTREAM = "Datastream"


def options_of_array(options: Options) -> Options:
    """Return the options by which the Observations of a data array are fetched."""
    kept = [each for each in options.expand if each.relation != _DATASTREAM]
    own = Expand(_DATASTREAM, Options(select=("id",)))
    return replace(options, expand=(*kept, own))


def write_arrays(told: list[dict[str, Any]], options: Options, base: str) -> list[dict[str, Any]]:
    """
    Return the tables of Observations that were fetched with `options_of_array`.

    Parameters
    ----------
    told
        The Observations as JSON.
    options
        Options of the request: what it selects are the columns.
    base
        Address of the service.
    """
    columns = ["id" if name == "@iot.id" else name for name in options.select] or list(COMPONENTS)
    others = [each.relation for each in options.expand if each.relation != _DATASTREAM]
    groups: dict[Any, list[list[Any]]] = {}
    for each in told:
        row = [each.get("@iot.id" if name == "id" else name) for name in columns]
        row += [each.get(name, {}).get("@iot.id") for name in others]
        groups.setdefault(each[_DATASTREAM]["@iot.id"], []).append(row)
    return [
        {
            "Datastream@iot.navigationLink": f"{base}/Datastreams({write_name(name)})",
            "components": [*columns, *(f"{other}/id" for other in others)],
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }
        for name, rows in groups.items()
    ]
