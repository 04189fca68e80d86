"""What can be had between cost, length and time on each corridor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pandas as pd

from bunyad.connect.alignment import (
    Alignment,
    Design,
    Surface,
    best_profile,
    find_alignment,
    find_alternatives,
    structure_km,
    surface_from_ground,
    weigh,
)
from bunyad.connect.alignment.find import adopt, cheapest
from bunyad.connect.alignment.prepare import land_of
from bunyad.connect.alignment.profile import keep_limits
from bunyad.connect.beside import beside
from bunyad.connect.ground import Ground
from bunyad.connect.study import RouteStudy
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions
from bunyad.tables import conform, schema

ROUTE_CHOICES = schema(
    "route_choices",
    ("corridor", "str", "", "Corridor identifier"),
    ("choice", "str", "", "Variant, and after / how it differs: shorter-1 and on, or elsewhere-1"),
    ("variant", "str", "", "Variant that it comes from, see `route_options`"),
    ("capex_usd", "float", "US$", "Capital cost on the terrain's cells"),
    ("length_km", "float", "km", "Length on the terrain's cells"),
    ("hours", "float", "h", "Time of a truck or a freight train, mean of both ways"),
    ("energy_kwh", "float", "kWh", "Its fuel or current, mean of both ways"),
    ("bridge_km", "float", "km", "Bridges and viaducts"),
    ("tunnel_km", "float", "km", "Tunnels, one way"),
    ("is_efficient", "bool", "", "Whether no other choice is better in cost, length and time"),
)
Named = tuple[str, str, Alignment]
"""Choice, variant, line."""


def weigh_choices(
    ground: Ground, study: RouteStudy, *, planned: Collection[str], options: ConnectOptions
) -> pd.DataFrame:
    """
    Lay out what can be had between cost, length and time on each corridor.

    To the variants of the study come, for planned corridors, lines shifted to be shorter by
    rising prices of a metre of length (`connect.trade_off_length_share`, doubled each time), and
    routes that run elsewhere where `connect.route_alternatives` asks for them. All are priced as
    they are and held against each other.

    Parameters
    ----------
    ground
        The routing grid.
    study
        Variants of the corridors.
    planned
        Corridors that the plan builds.
    options
        Prices of length and how many, routes elsewhere.

    Returns
    -------
    DataFrame
        Table `ROUTE_CHOICES`, the cheapest of each corridor first.
    """
    surface = surface_from_ground(ground, options=options)

    def lay_out(corridor: str) -> list[Named]:
        names = study.options.loc[study.options["corridor"] == corridor, "variant"]
        lines: list[Named] = [(name, name, study.lines[f"{corridor}/{name}"]) for name in names]
        if corridor in planned:
            lines += [short for one in lines for short in _shorter(surface, one, options)]
            lines += _elsewhere(surface, lines[len(names) - 1], options)
        return lines

    corridors = list(dict.fromkeys(study.options["corridor"]))
    rows = []
    for corridor, lines in zip(corridors, beside(lay_out, corridors), strict=True):
        found = {id(line): (choice, variant) for choice, variant, line in lines}
        for choice in weigh([line for *_, line in lines]):
            bridge_km, tunnel_km = structure_km(choice.alignment)
            name, variant = found[id(choice.alignment)]
            rows.append(
                {"corridor": corridor, "choice": name, "variant": variant,
                 "capex_usd": choice.capex_usd, "length_km": choice.length_km,
                 "hours": choice.hours, "energy_kwh": choice.energy_kwh, "bridge_km": bridge_km,
                 "tunnel_km": tunnel_km, "is_efficient": choice.is_efficient}
            )  # fmt: skip
    return conform(pd.DataFrame(rows, columns=ROUTE_CHOICES.names()), ROUTE_CHOICES)


def _shorter(surface: Surface, one: Named, options: ConnectOptions) -> list[Named]:
    """Shift a line under rising prices of length; those that end up different are kept."""
    name, variant, line = one
    land, design = land_of(surface), line.design
    found: list[Named] = []
    best = line
    for step in range(options.trade_off_planned):
        share = options.trade_off_length_share * 2**step
        eager = _eager(design, design.usd_per_m * share)
        shifted = cheapest(adopt(surface, land, eager, best, options))
        if shifted is None:
            break
        priced = keep_limits(surface, land, design, shifted.points_m, options=options)
        if priced is not None and priced.length_m < best.length_m:
            best = priced
            found.append((f"{name}/shorter-{step + 1}", variant, priced))
    return found


def _eager(design: Design, usd_per_m: float) -> Design:
    """Make each metre of a design dearer, whatever it is built as."""
    return replace(
        design,
        usd_per_m=design.usd_per_m + usd_per_m,
        bridge_usd_per_m=design.bridge_usd_per_m + usd_per_m,
        tunnel_usd_per_m=design.tunnel_usd_per_m + usd_per_m,
    )


def _elsewhere(surface: Surface, one: Named, options: ConnectOptions) -> list[Named]:
    """Find routes that run elsewhere between the ends of a line."""
    name, variant, line = one
    if not options.route_alternatives:
        return []
    start, end = ((float(x), float(y)) for x, y in line.points_m[[0, -1], :2])

    def find(land: Surface, design: Design) -> Alignment:
        return find_alignment(land, design, start=start, end=end, options=options)

    def price(land: Surface, design: Design, laid: Alignment) -> Alignment:
        return best_profile(land, design, line_m=laid.points_m[:, :2], options=options)

    try:
        lines: Sequence[Alignment] = find_alternatives(
            surface, line.design, find=find, price=price, count=1 + options.route_alternatives,
            options=options,
        )  # fmt: skip
    except InfeasibleError:
        return []
    return [
        (f"{name}/elsewhere-{number}", variant, other)
        for number, other in enumerate(lines[1:], start=1)
    ]
