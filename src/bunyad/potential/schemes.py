"""Schemes: intake and power house along a river, chosen so that none overlap."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Flags, Floats, Ints
from bunyad.potential.constants import constant
from bunyad.potential.costs import capital_recovery_factor
from bunyad.potential.kernels_hydro import choose_apart, reaches, usable_flow
from bunyad.potential.streams import Streams, daily_spread, exceeded_flow
from bunyad.potential.technology import Technology


@dataclass(frozen=True, slots=True, kw_only=True)
class Schemes:
    """Run-of-river schemes, one value (or row) each."""

    intake: Ints
    """Flat index of the cell that water is taken from."""
    power_house: Ints
    """Flat index of the cell that it returns to."""
    length_m: Floats
    """Way along the river [m]."""
    head_m: Floats
    """Gross head [m]."""
    design_m3s: Floats
    """Most flow that the plant takes [m³/s]."""
    capacity_mw: Floats
    use: Floats
    """Mean output of each month in parts of the capacity, one row a scheme [-]."""
    capex_usd_per_kw: Floats
    lcoe_usd_per_mwh: Floats

    @property
    def count(self) -> int:
        """Number of schemes."""
        return len(self.intake)

    @property
    def annual_energy_gwh(self) -> Floats:
        """Energy of a year of equal months [GWh/a]."""
        hours = constant("days_of_year") * constant("hours_of_day")
        return np.asarray(self.capacity_mw * self.use.mean(axis=1) * hours / 1e3, dtype=float)

    def pick(self, chosen: Ints | Flags) -> Schemes:
        """
        Return some of the schemes.

        Parameters
        ----------
        chosen
            Their numbers, or whether each is chosen.
        """
        return Schemes(**{part.name: getattr(self, part.name)[chosen] for part in fields(self)})


def power_mw(flow_m3s: Floats, head_m: Floats, *, options: PotentialOptions) -> Floats:
    """
    Return the electric power of falling water, P = ρ g η Q H [MW].

    Parameters
    ----------
    flow_m3s
        Flow through the turbines [m³/s].
    head_m
        Gross head [m].
    options
        Efficiency and loss of head.

    Examples
    --------
    >>> float(power_mw(np.array(10.0), np.array(100.0), options=PotentialOptions()).round(2))
    7.75
    """
    net = head_m * (1 - options.hydro_head_loss_share)
    water = constant("water_density") * constant("gravity")
    return np.asarray(water * options.hydro_efficiency * flow_m3s * net / 1e6, dtype=float)


def scheme_capex(
    capacity_mw: Floats, head_m: Floats, length_m: Floats, base: float, *, options: PotentialOptions
) -> Floats:
    """
    Return the capital cost of schemes by capacity, head and waterway [US$/kW].

    Cost ∝ P^0.7 H^-0.35 with the defaults, a usual form for small plants, about a reference
    plant; each km of waterway adds its share.

    Parameters
    ----------
    capacity_mw
        Capacity [MW].
    head_m
        Gross head [m].
    length_m
        Length of the waterway [m].
    base
        Cost of the reference plant without waterway [US$/kW].
    options
        Reference plant, exponents and share of the waterway.
    """
    size = capacity_mw / options.hydro_cost_reference_mw
    net = head_m * (1 - options.hydro_head_loss_share) / options.hydro_cost_reference_head_m
    form = size**options.hydro_cost_power_exponent * net**options.hydro_cost_head_exponent
    way = 1 + options.hydro_waterway_share_per_km * length_m / 1e3
    return np.asarray(base * form * way, dtype=float)


def candidate_schemes(
    streams: Streams,
    monthly: Floats,
    is_open: Flags,
    technology: Technology,
    *,
    options: PotentialOptions,
) -> Schemes:
    """
    Return every pair of intake and power house that makes a large enough scheme.

    A plant takes what its intake carries above the environmental flow, up to its design flow;
    water that joins the river below the intake passes it by.

    Parameters
    ----------
    streams
        Flow directions and beds.
    monthly
        Mean flow of each month, one row a cell [m³/s].
    is_open
        Whether the way from a cell to its target may be used.
    technology
        Cost of hydropower.
    options
        Least head and size, longest way, design flow, environmental flow.
    """
    mean = monthly.mean(axis=1)
    starts = np.flatnonzero(is_open & (mean > 0))
    number, end, length = reaches(
        starts, streams.target, streams.step_m, is_open, options.hydro_max_waterway_km * 1e3
    )
    head = streams.bed_m[starts[number]] - streams.bed_m[end]
    kept = options.hydro_environmental_share * mean[starts]
    carried = exceeded_flow(monthly[starts], options.hydro_design_exceedance, options=options)
    design = np.maximum(0, carried - kept)[number]
    capacity = power_mw(design, head, options=options)
    # A river too large for a small plant gets one of the largest size, with less flow.
    fit = np.minimum(1, options.hydro_max_site_mw / np.maximum(capacity, options.hydro_max_site_mw))
    capacity, design = capacity * fit, design * fit
    good = (head >= options.hydro_min_head_m) & (capacity > 0)
    good &= capacity >= options.hydro_min_site_mw
    number, end, length, head = number[good], end[good], length[good], head[good]
    capacity, design = capacity[good], design[good]
    cells = starts[number]
    taken = usable_flow(monthly[cells], daily_spread(options=options), kept[number], design)
    use = options.hydro_availability * taken / design[:, None]
    capex = scheme_capex(capacity, head, length, technology.capex_usd_per_kw, options=options)
    annuity = capital_recovery_factor(options.discount_rate, technology.lifetime_years)
    hours = use.mean(axis=1) * constant("days_of_year") * constant("hours_of_day")
    return Schemes(
        intake=cells,
        power_house=end,
        length_m=length,
        head_m=head,
        design_m3s=design,
        capacity_mw=capacity,
        use=use,
        capex_usd_per_kw=capex,
        lcoe_usd_per_mwh=capex * (annuity + technology.opex_share) / hours * 1e3,
    )


def choose_schemes(candidates: Schemes, streams: Streams) -> Schemes:
    """
    Return schemes that share no stretch of river, the cheapest energy first.

    Parameters
    ----------
    candidates
        Schemes to choose from.
    streams
        Flow directions.
    """
    ranked = np.lexsort(
        (candidates.power_house, candidates.intake, candidates.lcoe_usd_per_mwh)
    ).astype(np.int64)
    taken = choose_apart(ranked, candidates.intake, candidates.power_house, streams.target)
    return candidates.pick(ranked[taken[ranked]])


def plant_reaches(
    streams: Streams, flow: Floats, plants: Ints, capacity_mw: Floats, *, options: PotentialOptions
) -> Flags:
    """
    Return the ways between cells that existing plants use up.

    Each plant takes the main river above it as far as its rated power needs at mean flow, or
    as the longest waterway reaches; a second plant at one place begins where the first ends.

    Parameters
    ----------
    streams
        Flow directions and beds.
    flow
        Mean flow of each cell [m³/s].
    plants
        Flat index of the cell of each plant.
    capacity_mw
        Rated power of each plant [MW].
    options
        Efficiency and longest waterway.
    """
    used = np.zeros(flow.size, dtype=bool)
    for place, rated in zip(plants, capacity_mw, strict=True):
        cell, length, power = place, 0.0, 0.0
        while power < rated and length < options.hydro_max_waterway_km * 1e3:
            above = np.flatnonzero(streams.target == cell)
            if not above.size:
                break
            main = above[np.argmax(flow[above])]
            if not used[main]:
                used[main] = True
                length += float(streams.step_m[main])
                fall = np.asarray(streams.bed_m[main] - streams.bed_m[cell])
                power += float(power_mw(flow[main], fall, options=options))
            cell = main
    return used


def open_ways(streams: Streams, cells: Cells, used: Flags, barred: Flags | None = None) -> Flags:
    """
    Return the ways between cells on which a new scheme may lie.

    Parameters
    ----------
    streams
        Flow directions.
    cells
        Cells of the region; both ends must be among them.
    used
        Ways that existing plants use up.
    barred
        Whether neither end may lie in a cell of the region; none if left out.
    """
    inside = np.zeros(used.size, dtype=bool)
    inside[cells.row * cells.shape[1] + cells.column] = True if barred is None else ~barred
    return np.asarray(inside & inside[streams.target] & (streams.target >= 0) & ~used)
