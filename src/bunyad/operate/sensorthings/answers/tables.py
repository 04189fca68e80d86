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
_OWNERS = ("Datastream", "MultiDatastream")


def options_of_array(options: Options) -> Options:
    """Return the options by which the Observations of a data array are fetched."""
    kept = [each for each in options.expand if each.relation not in _OWNERS]
    own = [Expand(name, Options(select=("id",))) for name in _OWNERS]
    return replace(options, expand=(*kept, *own))


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
    others = [each.relation for each in options.expand if each.relation not in _OWNERS]
    groups: dict[tuple[str, Any], list[list[Any]]] = {}
    for each in told:
        row = [each.get("@iot.id" if name == "id" else name) for name in columns]
        row += [each.get(name, {}).get("@iot.id") for name in others]
        owner = next(name for name in _OWNERS if name in each)
        groups.setdefault((owner, each[owner]["@iot.id"]), []).append(row)
    return [
        {
            f"{owner}@iot.navigationLink": f"{base}/{owner}s({write_name(name)})",
            "components": [*columns, *(f"{other}/id" for other in others)],
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }
        for (owner, name), rows in groups.items()
    ]
