"""The command that lays a single route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bunyad.cli.app import AsJson, app, parse_options
from bunyad.errors import Fault, InputError

if TYPE_CHECKING:  # heavy: read when the command runs
    import pandas as pd

    from bunyad.options import ConnectOptions
    from bunyad.region.model import Region


@app.command(name="route")
def route(  # noqa: PLR0913  (each is an option of the command)
    region: str,
    start: str,
    end: str,
    /,
    *,
    via: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)] = (),
    kind: str = "road",
    standard: str = "",
    alternatives: int = 0,
    what_if: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)] = (),
    option: Annotated[tuple[str, ...], Parameter(name=["--option", "-o"], negative=())] = (),
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Lay a road, a railway, a power line, a fibre or a pipeline between two places.

    Roads and railways are laid with and without tunnels. Prints length, structures or towers or
    pumps, and cost of each variant. With --out also writes lines, profiles and costs as
    GeoPackage and CSV, and roads and railways as LandXML and IFC for an engineer's own tools.

    Parameters
    ----------
    region
        A built-in region, such as karabakh, or a region folder.
    start
        Settlement, or longitude,latitude.
    end
        Settlement, or longitude,latitude.
    via
        Settlement or longitude,latitude that the route goes through; may be given many times.
    kind
        road, railway, line, fibre or pipeline.
    standard
        For a road land (two lanes) or tunnels (four lanes, by default); for a line high,
        regional (by default) or distribution.
    alternatives
        How many routes that run elsewhere to look for.
    what_if
        Change of a cost, as tunnels=-30%; may be given many times. Roads and railways have
        tunnels and bridges; other kinds the items of cost that they print.
    option
        An option value, as room.name=value; may be given many times.
    out
        Folder to write the routes into.
    as_json
        Print the result for machines.
    """
    from bunyad.connect.utilities import KINDS
    from bunyad.plan import region_options
    from bunyad.region import load_region

    there = load_region(region)
    chosen = region_options(there, ("--option", parse_options(option))).connect
    asked = Asked(
        places=(start, *via, end),
        kind=kind,
        standard=standard,
        alternatives=alternatives,
        what_if=parse_changes(what_if),
    )
    answer = lay_utility if kind in KINDS else lay_road
    table, lines = answer(there, asked, chosen, out)
    if as_json:
        print(table.to_json(orient="records"))
        return
    for line in lines:
        print(line)
    if out is not None:
        print(f"Lines, profiles and costs are in {out}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a route is asked to be."""

    places: tuple[str, ...]
    kind: str
    standard: str
    alternatives: int
    what_if: Mapping[str, float]


def lay_road(
    there: Region, asked: Asked, options: ConnectOptions, out: Path | None
) -> tuple[pd.DataFrame, list[str]]:
    """Lay a road or a railway; return its table and what to print."""
    from bunyad.connect.alignment import vary_design
    from bunyad.connect.study import ask_route, study_route
    from bunyad.report.routes import write_study

    question = ask_route(
        there,
        places=asked.places,
        kind=asked.kind,
        standard=asked.standard or "tunnels",
        options=options,
    )
    unknown = sorted(set(asked.what_if) - {"tunnels", "bridges"})
    if unknown:
        raise InputError(
            f"a {asked.kind} has no {', '.join(unknown)}",
            where="--what-if",
            mend="change tunnels or bridges",
        )
    design = vary_design(
        question.design,
        tunnel_cost_factor=asked.what_if.get("tunnels", 1.0),
        bridge_cost_factor=asked.what_if.get("bridges", 1.0),
    )
    study = study_route(
        there, replace(question, design=design, alternatives=asked.alternatives), options=options
    )
    if out is not None:
        write_study(study, out, crs=there.crs)
    table = study.options.drop(columns=["geometry", "corridor", "name", "published_key"])
    lines = [
        f"{row['variant']}: {row['length_km']:.1f} km on the terrain, "
        f"{row['real_length_km']:.1f} km on real land "
        f"({row['length_low_km']:.1f} to {row['length_high_km']:.1f}); "
        f"bridges {row['real_bridge_km']:.2f} km "
        f"({row['bridge_low_km']:.1f} to {row['bridge_high_km']:.1f}), "
        f"tunnels {row['real_tunnel_km']:.2f} km "
        f"({row['tunnel_low_km']:.1f} to {row['tunnel_high_km']:.1f}); "
        f"climb {row['climb_m']:.0f} m, steepest {row['max_grade_percent']:.1f} %; "
        f"{row['capex_usd'] / 1e6:.1f} million US$; {row['hours'] * 60:.0f} min"
        for row in table.to_dict("records")
    ]
    return table, lines


def lay_utility(
    there: Region, asked: Asked, options: ConnectOptions, out: Path | None
) -> tuple[pd.DataFrame, list[str]]:
    """Lay a power line, a fibre or a pipeline; return its table and what to print."""
    from bunyad.connect.study import ask_route
    from bunyad.connect.utilities import study_utility
    from bunyad.report.routes import write_utility

    places = ask_route(  # places alone: the kind does not matter
        there, places=asked.places, kind="road", standard="land", options=options
    )
    study = study_utility(
        there,
        name=places.id,
        places=places.places,
        kind=asked.kind,
        standard=asked.standard,
        alternatives=asked.alternatives,
        what_if=asked.what_if,
        options=options,
    )
    if out is not None:
        write_utility(study, out)
    table = study.routes.drop(columns=["geometry"])
    lines = []
    for row in table.to_dict("records"):
        facts = {
            "line": f"{row['towers']} towers, longest span {row['longest_span_m']:.0f} m",
            "fibre": f"{row['bends']} bends",
            "pipeline": f"{row['pumps']} pumping stations lift {row['lift_m']:.0f} m, "
            f"power {row['power_usd_per_year'] / 1e3:.0f} thousand US$ a year",
        }
        lines.append(
            f"{row['variant']}: {row['standard']}, {row['length_km']:.1f} km; "
            f"climb {row['climb_m']:.0f} m, steepest {row['max_grade_percent']:.1f} %; "
            f"{facts[asked.kind]}; {row['capex_usd'] / 1e6:.2f} million US$"
        )
        costs = study.costs[study.costs["variant"] == row["variant"]]
        lines += [
            f"  {item['item']}: {item['quantity']:.1f} {item['unit']}, "
            f"{item['cost_usd'] / 1e3:.0f} thousand US$ ({item['option']})"
            for item in costs[costs["cost_usd"] > 0].to_dict("records")
        ]
    return table, lines


def parse_changes(changes: Sequence[str]) -> dict[str, float]:
    """
    Read changes of cost as multiples.

    Raises
    ------
    InputError
        Naming every change that is not understood.

    Examples
    --------
    >>> parse_changes(["tunnels=-30%", "bridges=+10%"])
    {'tunnels': 0.7, 'bridges': 1.1}
    """
    found: dict[str, float] = {}
    faults = []
    for change in changes:
        match = re.fullmatch(r"([a-z ]+)=([+-]?\d+(?:\.\d+)?)\s*%", change.strip())
        factor = round(1 + float(match[2]) / 100, 6) if match else 0.0
        if match is None or factor <= 0:
            mend = "write an item and a change in per cent above -100, such as tunnels=-30%"
            faults.append(Fault("--what-if", f"{change!r} is not understood", mend))
        else:
            found[match[1].strip()] = factor
    if faults:
        raise InputError.of(faults)
    return found
