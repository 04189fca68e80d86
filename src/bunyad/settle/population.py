"""How many people live in each settlement in each year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.options.settle import SettleOptions
from bunyad.region.model import Region
from bunyad.settle.result import POPULATION_PATH
from bunyad.tables import conform

__all__ = ["people_before", "population_path"]

PUBLISHED, INTERPOLATED, ASSUMED = "published", "interpolated", "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knots:
    """Years in which the people of one settlement are given; lines join them."""

    years: tuple[int, ...]
    people: tuple[float, ...]
    origins: tuple[str, ...]
    growth_percent: float
    """Growth after the last knot [%/a]."""


def population_path(region: Region, *, options: SettleOptions) -> pd.DataFrame:
    """
    Return the people of every settlement at the end of every year of the plan.

    Given figures, also those outside of the plan's years, are joined by lines. A rebuilt place
    starts empty in the year before the first one unless an earlier figure says otherwise, never
    shrinks, and is held after its last figure; a standing place grows at
    `standing_growth_percent`. Where nothing is given, a rebuilt place grows to the default of
    its kind over `return_years`.

    Parameters
    ----------
    region
        Settlements and given figures.
    options
        Options of the room.

    Returns
    -------
    pandas.DataFrame
        Table `POPULATION_PATH`. `origin` is `published` where the figure itself is published,
        `interpolated` between published figures, else `assumed`.
    """
    years = np.arange(region.first_year, region.last_year + 1)
    paths = []
    for settlement, knots in _all_knots(region, options).items():
        people = _people_in(knots, years)
        origin = _origins(knots, years, people)
        paths.append(
            pd.DataFrame(
                {"settlement": settlement, "year": years, "people": people, "origin": origin}
            )
        )
    empty = pd.DataFrame(columns=POPULATION_PATH.names())
    return conform(pd.concat(paths) if paths else empty, POPULATION_PATH)


def people_before(region: Region, *, options: SettleOptions) -> pd.Series[float]:
    """Return the people of every settlement at the end of the year before the first one."""
    year = np.array([region.first_year - 1])
    knots = _all_knots(region, options)
    return pd.Series(
        {settlement: float(_people_in(of, year)[0]) for settlement, of in knots.items()},
        dtype="float64",
    )


def _all_knots(region: Region, options: SettleOptions) -> dict[str, Knots]:
    """Return the knots of every settlement, in the order of the settlements."""
    given = {
        str(settlement): points.sort_values("year")
        for settlement, points in region.population.groupby("settlement")
    }
    places = region.settlements
    return {
        settlement: (
            _given_knots(given[settlement], region.first_year, options, is_rebuilt=bool(is_rebuilt))
            if settlement in given
            else _default_knots(kind, region.first_year, options, is_rebuilt=bool(is_rebuilt))
        )
        for settlement, kind, is_rebuilt in zip(
            places["id"], places["kind"], places["is_rebuilt"], strict=True
        )
    }


def _given_knots(
    points: pd.DataFrame, first_year: int, options: SettleOptions, *, is_rebuilt: bool
) -> Knots:
    """Return knots from given figures; a rebuilt place starts empty."""
    years = points["year"].astype(int).tolist()
    people = points["people"].astype(float).tolist()
    origins = points["origin"].astype(str).tolist()
    if is_rebuilt and years[0] > first_year - 1:
        years, people = [first_year - 1, *years], [0.0, *people]
        origins = [origins[0], *origins]
    if is_rebuilt:
        people = np.maximum.accumulate(people).tolist()
    return Knots(
        years=tuple(years),
        people=tuple(people),
        origins=tuple(origins),
        growth_percent=0 if is_rebuilt else options.standing_growth_percent,
    )


def _default_knots(
    kind: str, first_year: int, options: SettleOptions, *, is_rebuilt: bool
) -> Knots:
    """Return knots of a place without any figure."""
    people = {
        "village": options.default_village_people,
        "town": options.default_town_people,
        "city": options.default_city_people,
    }[kind]
    start = first_year - 1 + options.return_delay_years
    if not is_rebuilt:
        return Knots(
            years=(first_year,),
            people=(people,),
            origins=(ASSUMED,),
            growth_percent=options.standing_growth_percent,
        )
    return Knots(
        years=(start, start + options.return_years),
        people=(0.0, people),
        origins=(ASSUMED, ASSUMED),
        growth_percent=0,
    )


def _people_in(knots: Knots, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the people at the end of each year."""
    beyond = np.maximum(years - knots.years[-1], 0)
    growth = (1 + knots.growth_percent / 100) ** beyond
    return np.interp(years, knots.years, knots.people) * growth


def _origins(knots: Knots, years: NDArray[np.int64], people: NDArray[np.float64]) -> list[str]:
    """Say for each year how its figure came about."""
    given = dict(zip(knots.years, zip(knots.people, knots.origins, strict=True), strict=True))
    labels = []
    for year, value in zip(years.tolist(), people.tolist(), strict=True):
        after = next((i for i, knot in enumerate(knots.years) if knot >= year), None)
        if year in given and given[year] == (value, PUBLISHED):
            labels.append(PUBLISHED)
        elif after and knots.origins[after - 1] == knots.origins[after] == PUBLISHED:
            labels.append(INTERPOLATED)
        else:
            labels.append(ASSUMED)
    return labels
